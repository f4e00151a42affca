import type { KeyOrigin, KeyRole, PublicKeyInfo } from '#main/core/ports/vault.ts'
import type { KeySecret } from './open-vault.ts'
import { keyMadePage, type NewKeyHead } from './new-key-pages.ts'
import { messagePage } from './page-frame.ts'
import type { Step } from './tickets.ts'

export interface NewKeyRequest {
  id: string
  name: string
  role: Exclude<KeyRole, 'morse'>
  network: string
  mode: 'make' | 'import'
}

export interface NewKeyPorts {
  addressOf(pubKeyHex: string): string
  /** Whether a text is an address of this network. */
  isAddress(text: string): boolean
  random(bytes: number): Uint8Array
  /** A key of the same network that has this address already; watched addresses are none. */
  existing(network: string, address: string): { name: string; role: KeyRole } | undefined
  /** The key with this public half in use on another network; undefined when there is none. */
  elsewhere(network: string, pubKeyHex: string): { name: string; title: string } | undefined
  /** Seals and saves. Throws when it could not be written: then nothing is kept. */
  keep(key: PublicKeyInfo, secret: KeySecret): Promise<void>
}

/** The public half of a new key, but for its address. */
export function publicKey(
  request: NewKeyRequest,
  found: { origin: KeyOrigin; hdPath: string | undefined; hasWords: boolean; pubKeyHex: string },
  nowMs: number,
): PublicKeyInfo {
  const isMorse = found.origin === 'morse'
  return {
    id: request.id,
    kind: isMorse ? 'morse' : 'key',
    role: isMorse ? 'morse' : request.role,
    name: request.name,
    network: request.network,
    address: '',
    pubKeyHex: found.pubKeyHex,
    origin: found.origin,
    hdPath: found.hdPath,
    hasWords: found.hasWords,
    createdAtMs: nowMs,
    wordsConfirmedAtMs: nowMs,
  }
}

/** Seals and saves, and says how it went. Zeroes the secret. */
export async function keepKey(
  key: PublicKeyInfo,
  secret: KeySecret,
  head: NewKeyHead,
  ports: NewKeyPorts,
  shownAddress: string | undefined,
): Promise<Step> {
  try {
    if (shownAddress !== undefined && shownAddress !== key.address) throw new Error('the words gave another address')
    const there = ports.existing(key.network, key.address)
    if (there)
      return { kind: 'again', notice: `This key is in the vault already, as your ${there.role} key “${there.name}”. Nothing was changed.` }
    // SECURITY: S22 a key that is used on one network is not used on another: what it signed for play money must never be worth anything, nor its secret have lain where nothing was at stake.
    const other = ports.elsewhere(key.network, key.pubKeyHex)
    if (other)
      return {
        kind: 'again',
        notice: `This key is in the vault already, as “${other.name}” for ${other.title}. A key that is used on one network is not used on another. Bring another key, or make a new one. Nothing was changed.`,
      }
    try {
      await ports.keep(key, secret)
    } catch {
      return { kind: 'again', notice: NOT_WRITTEN }
    }
    return { kind: 'done', page: keyMadePage(head, key.role, key.address), outcome: { kind: 'key-made', key } }
  } finally {
    secret.privateKey.fill(0)
    secret.entropy?.fill(0)
  }
}

const NOT_WRITTEN =
  'The vault file could not be written, so the key was not kept. Look at free space and rights of the data folder, then try again.'

/** The end of a page that was left. */
export function cancelled(request: NewKeyRequest, head: NewKeyHead): Step {
  return {
    kind: 'done',
    page: messagePage('No key was made', ['Nothing is kept. You can close this page.'], 200, head.network),
    outcome: { kind: 'key-cancelled', keyId: request.id },
  }
}
