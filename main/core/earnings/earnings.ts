import type { RequestOutput, RequestParsed } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { HearthError } from '#shared/api/errors.ts'
import { SETTINGS } from '#shared/settings/table.ts'
import type { Heads } from '../chain/heads.ts'
import type { Chain, SupplierRecord } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { BlockRows, Store } from '../ports/store.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createLedgerCheck } from './check-ledger.ts'
import { createFollower, type WatchedWish } from './follow.ts'
import { claimPage, dayRows, dayStart, pendingEstimate, type Labels } from './views.ts'

/** A ledger that was not compared for this long is compared again, settlement or not. */
const CHECK_EVERY_MS = SETTINGS.ledgerCheckSeconds.standard * 1_000
/** During a long catch-up figures are published every so many blocks. */
const PUBLISH_EVERY_BLOCKS = 50

/** Attention entry and its sentence: the chain here is not the one whose blocks were read. */
const OTHER_CHAIN = 'earnings-other-chain'

/** One truth about money: blocks in, rows and figures out. */
export interface Earnings {
  /** Publishes what the store already knows. Call once at start. */
  resume(): Promise<void>
  /** Reads up to `headHeight`, publishes, and compares with the bank after a settlement. See `Follower.catchUp` for waiting and errors. */
  catchUp(chain: Chain, headHeight: number): Promise<void>
  /** Compares ledger and balances now. Rejects `chain-unreachable`. */
  check(): Promise<void>
  claims(input: RequestParsed<'earnings.claims'>): Promise<RequestOutput<'earnings.claims'>>
  days(days: number): Promise<RequestOutput<'earnings.days'>>
  /** Ends reading before the store closes. */
  stop(): Promise<void>
}

/**
 * @param onBlock told after every stored block, in order
 * @param keys public keys of this machine @param records the chain's records of our suppliers: their owners are watched even when the owner's key is elsewhere
 */
export function createEarnings(deps: {
  heads: Pick<Heads, 'require' | 'params'>
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
  network: () => AppState['app']['network']
  keys: () => Promise<PublicKeyInfo[]>
  records: () => readonly SupplierRecord[]
  onBlock?: (rows: BlockRows) => void
  /** Whether an open claim is proven, by its key. */
  claimSource?: (key: string) => 'proven' | 'chain'
  /** As the user chose it. */
  checkEveryMs?: () => number
}): Earnings {
  const { heads, store, state, clock, log } = deps
  const ledger = createLedgerCheck({ store, state, clock, log })
  let checkedAtMs: number | undefined
  let settledSinceCheck = false
  let changed = false

  const labelsOf = async (network: string): Promise<Labels> =>
    new Map((await store.watched(network)).map((row) => [row.address, row.label]))

  const publish = async (): Promise<void> => {
    const network = deps.network()
    if (network === null) return
    const cursor = await store.cursor(network)
    const watched = await store.watched(network)
    const labels: Labels = new Map(watched.map((row) => [row.address, row.label]))
    const totals = await store.totals(network, [...labels.keys()], dayStart(clock.now()))
    const pending = await pendingEstimate(store, network, labels)
    const before = state.state.earnings
    state.patch('earnings', {
      revision: changed ? before.revision + 1 : before.revision,
      settledUpokt: totals.settledUpokt.toString(),
      todayUpokt: totals.todayUpokt.toString(),
      claimsSettled: totals.claimsSettled,
      claimsLost: totals.claimsLost,
      pendingUpokt: pending.toString(),
      readHeight: cursor?.height ?? 0,
      firstHeight: watched.length === 0 ? (cursor?.height ?? 0) : Math.min(...watched.map((row) => row.sinceHeight)),
    })
    changed = false
  }

  const follower = createFollower({
    store,
    clock,
    log,
    network: deps.network,
    // A local chain is read from its first block (whose events are genesis and count for nothing); a real one from where we came in.
    startHeight: (network, headHeight) => (network === 'local' || network === 'practice' ? 1 : headHeight),
    watchedAddresses: async (network) => watchedWishes(network, await deps.keys(), deps.records()),
    async onBlock(rows) {
      if (rows.claims.length > 0 || rows.movements.length > 0) changed = true
      if (rows.claims.some((claim) => claim.stage === 'settled')) {
        settledSinceCheck = true
        ledger.noteSettlement(rows.height)
      }
      deps.onBlock?.(rows)
      if (changed && rows.height % PUBLISH_EVERY_BLOCKS === 0) await publish()
    },
  })

  const noteOtherChain = (error: HearthError): void => {
    if (state.state.attention[OTHER_CHAIN]) return
    state.put('attention', OTHER_CHAIN, {
      id: OTHER_CHAIN,
      level: 'bad',
      key: OTHER_CHAIN,
      facts: error.detail,
      fix: 'home',
      sinceMs: clock.now(),
    })
  }

  const check = async (chain: Chain): Promise<void> => {
    const network = deps.network()
    if (network === null) throw new HearthError('no-network')
    // Set first: a settlement that is read while we compare asks for the next comparison.
    settledSinceCheck = false
    try {
      await ledger.check(chain, network)
    } catch (error) {
      settledSinceCheck = true
      throw error
    }
    checkedAtMs = clock.now()
  }

  return {
    resume: publish,
    async catchUp(chain, headHeight) {
      try {
        await follower.catchUp(chain, headHeight)
        state.remove('attention', OTHER_CHAIN)
      } catch (error) {
        if (error instanceof HearthError && error.code === 'chain-unknown-fingerprint') noteOtherChain(error)
        throw error
      } finally {
        await publish()
      }
      const due = settledSinceCheck || checkedAtMs === undefined || clock.now() - checkedAtMs > (deps.checkEveryMs?.() ?? CHECK_EVERY_MS)
      // Comparing is a look, not a step: when it fails, reading goes on and the figures say when they were last compared.
      if (due)
        await check(chain).catch((error: unknown) =>
          log.warn('ledger not compared', { reason: error instanceof Error ? error.message : 'unknown' }),
        )
    },
    check: () => check(heads.require()),
    async claims({ cursor, revision, operatorAddress, limit }) {
      const network = deps.network()
      if (network === null) return { rows: [], more: false }
      return claimPage(
        store,
        { network, cursor, revision, operatorAddress, limit },
        await labelsOf(network),
        heads.params(),
        deps.claimSource,
      )
    },
    async days(days) {
      const network = deps.network()
      if (network === null) return { rows: [] }
      return { rows: await dayRows(store, network, [...(await labelsOf(network)).keys()], days, clock.now()) }
    },
    stop: () => follower.stop(),
  }
}

/**
 * The addresses whose money counts as the user's: keys of this machine, and the owners of the suppliers that they operate. Keys of the old network have no account on this one: asking for one is
 * refused by every node, and nothing would be read at all.
 */
export function watchedWishes(network: string, keys: PublicKeyInfo[], records: readonly SupplierRecord[]): WatchedWish[] {
  const wishes = keys
    .filter((key) => key.network === network && key.kind !== 'morse')
    .map((key) => ({ address: key.address, label: key.name }))
  const here = new Set(wishes.map((wish) => wish.address))
  for (const { operatorAddress, ownerAddress } of records)
    if (here.has(operatorAddress) && !wishes.some((wish) => wish.address === ownerAddress))
      wishes.push({ address: ownerAddress, label: '' })
  return wishes
}
