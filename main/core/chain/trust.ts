import { HearthError } from '#shared/api/errors.ts'
import { networkOf, type Network } from '#shared/networks/index.ts'
import { storedTrustSchema, type StoredTrust } from '#shared/networks/stored-endpoints.ts'
import type { ChainHead, TrustRoot } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { ChainPool } from './pool.ts'

/** By what the chain of a network is known again, and where proofs begin. */

/** `unknown`: Hearth reads and does not sign. */
export type Recognition = 'recorded' | 'first-use' | 'unknown'

export interface ChainTrust {
  /** Hash of block 1 that every endpoint must have; undefined while nothing is known. */
  block1Hash(): string | undefined
  /** Where proofs begin; undefined while there is nothing to begin from. */
  root(): TrustRoot | undefined
  recognition(): Recognition
  /** Takes from the store what is known. Call before each look: a chain that is made here is written down by whoever makes it. */
  refresh(): Promise<void>
  /** After a look that went well: writes down what can be trusted, and moves the beginning of proofs along. Rejects `chain-unknown-fingerprint` when this is another network. */
  settle(pool: ChainPool, head: ChainHead): Promise<void>
  forget(): void
}

/** What was trusted long ago vouches for nothing: validators that left since could sign anything. Well under the 14 days that the light client allows. */
const TRUST_MS = 12 * 24 * 3_600_000
/** The beginning of proofs moves along once it is this old. */
const FOLLOW_MS = 24 * 3_600_000
/** Endpoints that must name the same chain before it is written down, where none of them is a node of this machine. */
const WITNESSES = 2

/** SECURITY: S22 a chain is known by the hash of its first block, not by its id, and a key signs for no other. */
export function createChainTrust(deps: {
  network: () => Network['id'] | null
  store: Pick<Store, 'chain' | 'putChain' | 'setting' | 'setSetting'>
  clock: Clock
  log: Log
}): ChainTrust {
  const { store, clock, log } = deps
  let block1Hash: string | undefined
  let recorded: { chainId: string; firstUse: boolean } | undefined
  let trusted: StoredTrust | undefined
  let loaded: string | undefined
  const network = (): Network => networkOf(deps.network())
  const isReal = (): boolean => network().publicEndpoints.length > 0
  const key = (): string => `chain-trust:${network().id}`

  const keep = async (next: StoredTrust): Promise<void> => {
    trusted = next
    await store.setSetting(key(), JSON.stringify(next))
    log.info('proofs begin', { network: network().id, height: next.height, hash: next.hash, why: next.why })
  }
  const load = async (): Promise<void> => {
    if (!isReal() || loaded === key()) return
    loaded = key()
    const text = await store.setting(key())
    if (text === undefined) return
    try {
      const found = storedTrustSchema.parse(JSON.parse(text))
      if (found.timeMs + TRUST_MS > clock.now()) trusted = found
      else log.info('what was trusted is too old', { network: network().id, height: found.height })
    } catch {
      // Written by another version: proofs begin anew.
    }
  }

  /** Whether what the pool says may be taken for true without anything to hold it against. */
  const witnessed = (pool: ChainPool): StoredTrust['why'] | undefined => {
    if (pool.disagreement() !== undefined) return undefined
    const good = pool.health().filter((each) => each.status === 'good')
    if (good.some((each) => each.own)) return 'own-node'
    return good.filter((each) => each.agrees === true).length >= WITNESSES ? 'endpoints-agree' : undefined
  }

  return {
    block1Hash: () => block1Hash,
    root() {
      if (block1Hash === undefined || recorded === undefined) return undefined
      // A chain of one's own was followed from its first block on; of another one that block is too long ago.
      if (!isReal()) return { chainId: recorded.chainId, height: 1, hash: block1Hash }
      return trusted && { chainId: trusted.chainId, height: trusted.height, hash: trusted.hash }
    },
    recognition: () => (block1Hash === undefined ? 'unknown' : recorded?.firstUse === true ? 'first-use' : 'recorded'),
    async refresh() {
      const id = deps.network()
      if (id === null) return
      const row = await store.chain(id)
      block1Hash = network().block1Hash ?? row?.block1Hash
      recorded = row && { chainId: row.chainId, firstUse: row.facts?.['known'] === 'first-use' }
      await load()
    },
    async settle(pool, head) {
      if (!isReal()) return
      const { id, chainId, genesisTime } = network()
      const why = witnessed(pool)
      if (block1Hash === undefined || recorded === undefined) {
        const found = await pool.fingerprint()
        const isOther = found.chainId !== chainId || (genesisTime !== undefined && found.genesisTime !== genesisTime)
        if (isOther) throw new HearthError('chain-unknown-fingerprint', { expected: chainId ?? '', found: found.block1Hash })
        if (why === undefined) return
        const facts = { known: network().block1Hash === undefined ? 'first-use' : 'given', why }
        await store.putChain({
          network: id,
          chainId: found.chainId,
          block1Hash: found.block1Hash,
          genesisTime: found.genesisTime,
          createdAtMs: clock.now(),
          facts,
        })
        block1Hash = found.block1Hash
        recorded = { chainId: found.chainId, firstUse: facts.known === 'first-use' }
        log.info('chain written down', { network: id, block1Hash, why })
      }
      if (trusted === undefined && why !== undefined && pool.blockHash !== undefined) {
        const hash = await pool.blockHash(head.height)
        if (hash === head.hash) await keep({ chainId: recorded.chainId, height: head.height, hash, timeMs: head.timeMs, why })
      } else if (trusted !== undefined && head.timeMs > trusted.timeMs + FOLLOW_MS && pool.proven !== undefined) {
        const hash = await pool.proven({ chainId: trusted.chainId, height: trusted.height, hash: trusted.hash }).block(head.height)
        await keep({ chainId: trusted.chainId, height: head.height, hash, timeMs: head.timeMs, why: 'followed' })
      }
    },
    forget() {
      block1Hash = undefined
      recorded = undefined
    },
  }
}
