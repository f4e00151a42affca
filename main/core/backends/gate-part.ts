import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, randomBytes } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { Store } from '../ports/store.ts'
import { GATE_NAME, GATE_PORT } from './gate-config.ts'

const SECRET_BYTES = 32
const PART_BYTES = 16
const SECRET = /^[0-9a-f]{64}$/
const SHOWN = new RegExp(String.raw`(//${GATE_NAME}:${GATE_PORT}/[a-z]/[^/"\s]+/)[0-9a-f]{${PART_BYTES * 2}}`, 'g')

/** What of a service's way through the gate nobody can guess. */
export interface GateParts {
  /** Reads the network's secret, or makes it. Call once, before the rest. */
  load(): Promise<void>
  /** 32 hexadecimal digits, the same in every life of Hearth: the relay miner's configuration holds them. */
  of(serviceId: string): string
}

/**
 * The relay miner joins the path of a relay to that of its service and resolves `..` in it: a relay of one service could climb into the way of another.
 * Each way has a part that whoever sends relays does not know. It is no credential of the user's.
 */
export function createGateParts(store: Pick<Store, 'setting' | 'setSetting'>, network: string): GateParts {
  const key = `gate-secret:${network}`
  let secret: string | undefined
  return {
    async load() {
      const kept = await store.setting(key)
      if (kept !== undefined && SECRET.test(kept)) {
        secret = kept
        return
      }
      secret = bytesToHex(randomBytes(SECRET_BYTES))
      try {
        await store.setSetting(key, secret)
      } catch (error) {
        // As good for this life; the next makes another, and the miner starts anew with it.
        if (!(error instanceof HearthError)) throw error
      }
    },
    of(serviceId) {
      // An empty secret would make parts that everybody can work out.
      if (secret === undefined) throw new Error('the secret of the gate was not read')
      return bytesToHex(sha256(new TextEncoder().encode(secret + serviceId)).slice(0, PART_BYTES))
    },
  }
}

/** A text about the gate's addresses, with `…` where their parts stand. */
export const hideGateParts = (text: string): string => text.replaceAll(SHOWN, '$1…')
