import { HearthError } from '#shared/api/errors.ts'
import { networkOf, type Network } from '#shared/networks/index.ts'
import { storedTrustSchema, type StoredTrust } from '#shared/networks/stored-endpoints.ts'
import type { ChainHead, TrustRoot } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { ChainRow, Store } from '../ports/store.ts'
import { siteOf } from './members.ts'
import type { ChainPool } from './pool.ts'

/** By what the chain of a network is known again, and where proofs begin. */

/**
 * `recorded`: written down by whoever made it, or shipped. `confirmed`: named by its endpoints, and the user said that it is the one. `first-use`: named by its endpoints and pinned, the
 * user was not asked yet. `unknown`: nobody named it so that it could be taken. With the last two Hearth reads and does not sign.
 */
export type Recognition = 'recorded' | 'confirmed' | 'first-use' | 'unknown'

/** What the user is asked about. */
export interface FoundChain {
  chainId: string
  block1Hash: string
  genesisTime: string
  /** Who named it. */
  hosts: string[]
}

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
  /** What was named and waits for the user's word; undefined when nothing waits. */
  found(): FoundChain | undefined
  /** The user says that the chain with this first block is the right one. Rejects `chain-unknown-fingerprint` when another one was named meanwhile. */
  confirm(block1Hash: string): Promise<void>
  /** The user says that it is not: it is forgotten, with where proofs began. Rejects `chain-unknown-fingerprint` when nothing waits for their word. */
  refuse(): Promise<void>
  forget(): void
}

/** What was trusted long ago vouches for nothing: validators that left since could sign anything. Well under the 14 days that the light client allows. */
const TRUST_MS = 12 * 24 * 3_600_000
/** The beginning of proofs moves along once it is this old. */
const FOLLOW_MS = 24 * 3_600_000
/** Sites that must name the same chain before it is written down, where none of its endpoints is a node of this machine. */
const WITNESSES = 2

/** Hosts that stood behind a name, shortest list that a person reads. */
const namedBy = (pool: ChainPool): string[] =>
  pool
    .health()
    .filter((each) => each.status === 'good')
    .map((each) => each.host)
    .slice(0, 4)

/** SECURITY: S22 a chain is known by the hash of its first block, not by its id, and a key signs for no other. */
export function createChainTrust(deps: {
  network: () => Network['id'] | null
  store: Pick<Store, 'chain' | 'putChain' | 'setting' | 'setSetting'>
  clock: Clock
  log: Log
}): ChainTrust {
  const { store, clock, log } = deps
  let block1Hash: string | undefined
  let recorded: { chainId: string; known: string; row: ChainRow } | undefined
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
    return sites(pool).size >= WITNESSES ? 'endpoints-agree' : undefined
  }
  /** SECURITY: S22 two addresses of one company say one thing. */
  const sites = (pool: ChainPool): Set<string> =>
    new Set(
      pool
        .health()
        .filter((each) => each.status === 'good' && each.agrees === true)
        .map((each) => siteOf(each.host)),
    )
  /** Where nothing can be lost, and there may be one host in the world, its word is enough to ask the user. Never to sign, and never to begin proofs from. */
  const mayAsk = (pool: ChainPool): boolean =>
    network().playMoney && pool.disagreement() === undefined && pool.health().some((each) => each.status === 'good')
  const waiting = (): boolean => isReal() && block1Hash !== undefined && recorded?.known === 'first-use'

  return {
    block1Hash: () => block1Hash,
    root() {
      if (block1Hash === undefined || recorded === undefined) return undefined
      // A chain of one's own was followed from its first block on; of another one that block is too long ago.
      if (!isReal()) return { chainId: recorded.chainId, height: 1, hash: block1Hash }
      return trusted && { chainId: trusted.chainId, height: trusted.height, hash: trusted.hash }
    },
    recognition() {
      if (block1Hash === undefined) return 'unknown'
      return recorded?.known === 'first-use' || recorded?.known === 'confirmed' ? recorded.known : 'recorded'
    },
    found() {
      if (!waiting() || block1Hash === undefined || recorded === undefined) return undefined
      const { chainId, genesisTime, facts } = recorded.row
      return { chainId, block1Hash, genesisTime: genesisTime ?? '', hosts: (facts['hosts'] ?? '').split(' ').filter((host) => host !== '') }
    },
    async confirm(hash) {
      if (!waiting() || recorded === undefined || hash !== block1Hash)
        throw new HearthError('chain-unknown-fingerprint', { found: block1Hash ?? '' })
      const row = { ...recorded.row, facts: { ...recorded.row.facts, known: 'confirmed', confirmedAtMs: String(clock.now()) } }
      await store.putChain(row)
      recorded = { chainId: row.chainId, known: 'confirmed', row }
      log.info('chain confirmed', { network: network().id, block1Hash: hash })
    },
    async refuse() {
      if (!waiting() || recorded === undefined) throw new HearthError('chain-unknown-fingerprint', { found: '' })
      await store.putChain({ ...recorded.row, block1Hash: undefined, genesisTime: undefined, facts: {} })
      await store.setSetting(key(), '')
      trusted = undefined
      recorded = undefined
      block1Hash = network().block1Hash
      log.info('chain refused', { network: network().id })
    },
    async refresh() {
      const id = deps.network()
      if (id === null) return
      // A PC that slept for long: proofs begin anew, or every honest host would be called a liar.
      if (trusted !== undefined && trusted.timeMs + TRUST_MS <= clock.now()) trusted = undefined
      const row = await store.chain(id)
      block1Hash = network().block1Hash ?? row?.block1Hash
      recorded = row && { chainId: row.chainId, known: row.facts?.['known'] ?? '', row }
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
        if (why === undefined && !mayAsk(pool)) return
        const row: ChainRow = {
          network: id,
          chainId: found.chainId,
          block1Hash: found.block1Hash,
          genesisTime: found.genesisTime,
          createdAtMs: clock.now(),
          facts: {
            known: network().block1Hash === undefined ? 'first-use' : 'given',
            why: why ?? 'one-endpoint',
            hosts: namedBy(pool).join(' '),
          },
        }
        await store.putChain(row)
        block1Hash = found.block1Hash
        recorded = { chainId: found.chainId, known: row.facts['known'] ?? '', row }
        log.info('chain written down', { network: id, block1Hash, why: row.facts['why'] ?? '' })
      }
      if (trusted === undefined && why !== undefined) {
        // SECURITY: S21 the head is one host's; proofs begin at a block that hosts of two owners, or a node of this machine, name alike.
        const height = Math.min(
          head.height,
          ...pool
            .health()
            .filter((each) => each.status === 'good')
            .map((each) => each.height),
        )
        const told = await pool.blockHashes(height)
        const isSeconded =
          new Set(told.map((each) => each.hash)).size === 1 && new Set(told.map((each) => siteOf(each.host))).size >= WITNESSES
        const hash = told.find((each) => each.own)?.hash ?? (isSeconded ? told[0]?.hash : undefined)
        if (hash !== undefined) await keep({ chainId: recorded.chainId, height, hash, timeMs: head.timeMs, why })
      } else if (trusted !== undefined && head.timeMs > trusted.timeMs + FOLLOW_MS && pool.proven !== undefined) {
        const hash = await pool.proven({ chainId: trusted.chainId, height: trusted.height, hash: trusted.hash }).block(head.height)
        await keep({ chainId: trusted.chainId, height: head.height, hash, timeMs: head.timeMs, why: 'followed' })
      }
    },
    forget() {
      block1Hash = undefined
      recorded = undefined
      trusted = undefined
      if (isReal()) store.setSetting(key(), '').catch((error: unknown) => log.error('where proofs begin', error))
    },
  }
}
