import type { IntentRow } from '#shared/model/intent.ts'
import { MAX_OWN_CHANGES, ownChangeSchema, type OwnChange } from '#shared/api/health.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { MovementPlace, MovementRow, Store } from '../ports/store.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { recordChanges, seenRecord, type SeenRecord } from './own-changes.ts'
import type { SupplierWatch } from './watch.ts'

/**
 * Watches the addresses of this vault for what Hearth did not send: every transaction that cost one of them something, and every change of the record of a supplier of ours. What it
 * finds stands in `state.health.ownChanges`, through restarts, until the user has seen it.
 */
export interface OwnWatch {
  /** Publishes what is still unseen. Call once at start. */
  resume(): Promise<void>
  /** One look, after the blocks up to `readHeight` are in the store. Never alarms about what was there before the first look. */
  look(chain: Chain, readHeight: number, params: ChainParams, keys: readonly PublicKeyInfo[]): Promise<void>
  seen(ids: readonly string[]): Promise<void>
  /** The chain is gone with all that was known of it. */
  clear(): Promise<void>
}

interface Kept {
  /** Movements up to here were looked at. */
  movementHeight: number
  /** By operator. */
  records: Record<string, SeenRecord>
  unseen: OwnChange[]
  /** So that a look at the same block again raises nothing twice. */
  seenIds: string[]
}

const KEPT_IDS = 100
const PAGE = 200
const SAVE_EVERY_BLOCKS = 50
/** What the relay miner sends by itself. */
const MINER_ACTIONS: ReadonlySet<string> = new Set(['/pocket.proof.MsgCreateClaim', '/pocket.proof.MsgSubmitProof'])

/** Compares what the chain says of own addresses with what Hearth itself sent; all else is told as a change of somebody else's making. */
export function createOwnWatch(deps: {
  network: () => string | null
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
  /** The chain's records of our suppliers as they were read last, with their height. */
  last: SupplierWatch['last']
}): OwnWatch {
  const { store, state, clock, log } = deps
  let kept: Kept | undefined
  let looking = false
  let savedHeight = 0
  let waiting: { height: number; seen: SeenRecord[] } | undefined
  const key = (): string => `own-watch ${deps.network() ?? ''}`

  const load = async (): Promise<Kept | undefined> => (kept ??= readKept(await store.setting(key())))
  const save = async (next: Kept): Promise<void> => {
    kept = next
    savedHeight = next.movementHeight
    await store.setSetting(key(), JSON.stringify(next))
    publish(next)
  }
  const publish = (now: Kept | undefined): void => {
    const told = (now?.unseen ?? []).slice(0, MAX_OWN_CHANGES)
    if (JSON.stringify(told) !== JSON.stringify(state.state.health.ownChanges)) state.patch('health', { ownChanges: told })
  }

  const newMovements = async (network: string, address: string, from: number, to: number): Promise<MovementRow[]> => {
    const rows: MovementRow[] = []
    let after: MovementPlace | undefined
    let revision: number | undefined
    for (;;) {
      const page = await store.movementsPage({
        network,
        address,
        limit: PAGE,
        ...(after && { after }),
        ...(revision !== undefined && { revision }),
      })
      rows.push(...page.rows.filter((row) => row.height > from && row.height <= to))
      if (page.next === undefined || page.next.height <= from) return rows
      after = page.next
      revision = page.revision
    }
  }

  /** What a transaction of ours did, unless Hearth or the relay miner sent it. */
  const judge = async (chain: Chain, address: string, rows: MovementRow[], isOperator: boolean): Promise<OwnChange | undefined> => {
    const [first] = rows
    if (first?.txHash === undefined) return undefined
    const { txHash, height, timeMs } = first
    const spent = (kind: MovementRow['kind']): bigint =>
      -rows.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.deltaUpokt, 0n)
    const base = { id: `${txHash} ${address}`, hash: txHash, height, atMs: timeMs }
    const [sent, staked] = [spent('transfer'), spent('stake')]
    if (sent > 0n) return { ...base, kind: 'sent', facts: { address, upokt: sent.toString() } }
    if (staked > 0n) return { ...base, kind: 'staked', facts: { address, upokt: staked.toString() } }
    const tx = (await chain.block(height)).txs.find((one) => one.hash === txHash)
    const actions = (tx?.events ?? []).flatMap((event) =>
      event.type === 'message' && typeof event.attributes['action'] === 'string' ? [event.attributes['action']] : [],
    )
    // Claims and proofs that failed carry no action: of the operator they are the miner's, and cost a fee at most.
    if (isOperator && (tx === undefined || tx.code !== 0 || actions.every((action) => MINER_ACTIONS.has(action)))) return undefined
    return {
      ...base,
      kind: 'transaction',
      facts: { address, action: actions.join(', ').slice(0, 200), failed: tx?.code === 0 ? '' : 'yes' },
    }
  }

  const lookAtMovements = async (
    chain: Chain,
    now: Kept,
    readHeight: number,
    keys: readonly PublicKeyInfo[],
    network: string,
  ): Promise<OwnChange[]> => {
    const found: OwnChange[] = []
    const ours = new Set((await store.intents(network)).flatMap((intent) => (intent.txHash === undefined ? [] : [intent.txHash])))
    for (const own of keys) {
      if (own.kind === 'morse' || own.network !== network) continue
      const rows = (await newMovements(network, own.address, now.movementHeight, readHeight)).filter(
        (row) => row.deltaUpokt < 0n && row.txHash !== undefined,
      )
      const unknown = rows.filter((row) => row.txHash !== undefined && !ours.has(row.txHash) && row.kind !== 'proof-fee')
      if (unknown.length === 0) continue
      const miners = own.role === 'operator' ? await minerHashes(network, own.address) : new Set<string>()
      for (const hash of new Set(unknown.map((row) => row.txHash ?? ''))) {
        if (miners.has(hash)) continue
        const change = await judge(
          chain,
          own.address,
          unknown.filter((row) => row.txHash === hash),
          own.role === 'operator',
        )
        if (change) found.push(change)
      }
    }
    return found
  }

  const minerHashes = async (network: string, operatorAddress: string): Promise<Set<string>> => {
    const claims = await store.claims({ network, operatorAddress, limit: PAGE })
    return new Set(claims.flatMap((claim) => [claim.claimTxHash, claim.proofTxHash]).filter((hash) => hash !== undefined))
  }

  /** Operators with a transaction on its way, which may be in a block already and explain what is seen. */
  const onTheWay = (intents: readonly IntentRow[]): Set<string> =>
    new Set(
      intents.flatMap(({ status, facts }) =>
        (status === 'signed' || status === 'broadcast') && facts['operatorAddress'] !== undefined ? [facts['operatorAddress']] : [],
      ),
    )

  /** The records as they were read at some block not newer than their label, once every block up to there was read: then slashes and our own transactions are known. */
  const settledRead = async (chain: Chain, readHeight: number, isBusy: (operatorAddress: string) => boolean): Promise<SeenRecord[]> => {
    if (waiting === undefined) {
      const read = deps.last()
      const quiet = read?.suppliers.filter(({ operatorAddress }) => !isBusy(operatorAddress)) ?? []
      if (read === undefined || quiet.length === 0) return []
      // They say what held at the chain's newest block of that moment, which may be newer than the head that was being looked at.
      const height = Math.max((await chain.head()).height, read.height)
      waiting = { height, seen: quiet.map(({ operatorAddress, record }) => seenRecord(operatorAddress, record, height, read.height)) }
    }
    if (waiting.height > readHeight) return []
    const settled = waiting.seen.filter(({ operatorAddress }) => !isBusy(operatorAddress))
    waiting = undefined
    return settled
  }

  const slashedBetween = async (network: string, before: SeenRecord, { operatorAddress, height }: SeenRecord): Promise<bigint> => {
    const claims = await store.claims({ network, operatorAddress, stages: ['expired', 'discarded', 'settled'], limit: PAGE })
    return claims
      .filter(({ settledHeight = 0 }) => settledHeight > before.fromHeight && settledHeight <= height)
      .reduce((sum, claim) => sum + (claim.slashedUpokt ?? 0n), 0n)
  }

  const lookAtRecords = async (
    chain: Chain,
    now: Kept,
    readHeight: number,
    params: ChainParams,
    keys: readonly PublicKeyInfo[],
    network: string,
  ): Promise<{ records: Kept['records']; found: OwnChange[] }> => {
    const intents = await store.intents(network)
    const busy = onTheWay(intents)
    const records = { ...now.records }
    const found: OwnChange[] = []
    for (const fresh of await settledRead(chain, readHeight, (operatorAddress) => busy.has(operatorAddress))) {
      const { operatorAddress, height, fromHeight } = fresh
      const before = now.records[operatorAddress]
      if (before && before.height <= height && JSON.stringify(before.record) === JSON.stringify(fresh.record)) {
        records[operatorAddress] = { ...before, height, fromHeight }
        continue
      }
      records[operatorAddress] = fresh
      if (before === undefined || before.height > height) continue
      const changes = recordChanges(before, fresh, {
        sent: intents.filter((intent) => intent.status === 'included' && intent.facts['operatorAddress'] === operatorAddress),
        slashedUpokt: await slashedBetween(network, before, fresh),
        minStakeUpokt: params.supplierMinStakeUpokt,
        numBlocksPerSession: params.numBlocksPerSession,
        own: new Set(keys.map((one) => one.address)),
      })
      for (const change of changes)
        found.push({ ...change, id: `${change.kind} ${operatorAddress} ${height}`, hash: null, height, atMs: clock.now() })
    }
    return { records, found }
  }

  return {
    async resume() {
      kept = undefined
      publish(await load())
    },
    async look(chain, readHeight, params, keys) {
      const network = deps.network()
      if (network === null || looking) return
      looking = true
      try {
        const before = await load()
        // First look, or a chain that began anew: what is there now is where watching begins.
        if (before === undefined || readHeight < before.movementHeight) {
          waiting = undefined
          const read = deps.last()
          const seen = read?.suppliers.map(({ operatorAddress, record }) => seenRecord(operatorAddress, record, read.height)) ?? []
          await save({ movementHeight: readHeight, records: byOperator(seen), unseen: [], seenIds: [] })
          return
        }
        const known = new Set([...before.seenIds, ...before.unseen.map((change) => change.id)])
        const moved = await lookAtMovements(chain, before, readHeight, keys, network)
        const { records, found } = await lookAtRecords(chain, before, readHeight, params, keys, network)
        const fresh = [...moved, ...found].filter((change) => !known.has(change.id))
        for (const change of fresh)
          log.warn('an own address changed and Hearth did not send it', {
            kind: change.kind,
            height: String(change.height),
            hash: change.hash ?? '',
          })
        const isNews = fresh.length > 0 || JSON.stringify(contents(records)) !== JSON.stringify(contents(before.records))
        const next: Kept = { ...before, movementHeight: readHeight, records, unseen: [...fresh.reverse(), ...before.unseen] }
        if (isNews) await save(next)
        // The height alone is not worth a write for each block: looking at one again raises nothing.
        else if (readHeight - savedHeight >= SAVE_EVERY_BLOCKS) await save(next)
        else kept = next
      } finally {
        looking = false
      }
    },
    async seen(ids) {
      const now = await load()
      if (now === undefined) return
      const unseen = now.unseen.filter((change) => !ids.includes(change.id))
      await save({ ...now, unseen, seenIds: [...ids, ...now.seenIds].slice(0, KEPT_IDS) })
    },
    async clear() {
      kept = undefined
      waiting = undefined
      await store.setSetting(key(), '')
      publish(undefined)
    },
  }
}

const byOperator = (seen: readonly SeenRecord[]): Record<string, SeenRecord> =>
  Object.fromEntries(seen.filter((each) => each.operatorAddress !== '').map((each) => [each.operatorAddress, each]))
/** Without the heights. */
const contents = (records: Kept['records']): unknown[] =>
  Object.values(records).map(({ operatorAddress, record }) => [operatorAddress, record ?? null])

function readKept(text: string | undefined): Kept | undefined {
  if (text === undefined || text === '') return undefined
  try {
    // Before Hearth knew several suppliers it kept the record of one.
    const read = JSON.parse(text) as Partial<Kept> & { record?: SeenRecord }
    if (typeof read.movementHeight !== 'number' || !Array.isArray(read.unseen)) return undefined
    const unseen = read.unseen.flatMap((change) => ownChangeSchema.safeParse(change).data ?? [])
    return {
      movementHeight: read.movementHeight,
      records: read.records ?? byOperator(read.record === undefined ? [] : [read.record]),
      unseen,
      seenIds: (read.seenIds ?? []).filter((id) => typeof id === 'string'),
    }
  } catch {
    return undefined
  }
}
