import type { AppState } from '#shared/api/state.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store, WatchedAddress } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'

type LedgerRow = AppState['earnings']['ledger']['rows'][number]

/** Rows shown; differences come first. */
const SHOWN = 20
/** Settlement blocks remembered until they are checked one by one. */
const REMEMBERED = 200

/**
 * The second code path for the same money: what the rows add up to against what the bank says at the same height. The rows come from events, the balance from the chain's
 * state, and neither knows the other.
 */
export interface LedgerCheck {
  /** Notes a block with a settlement: there the rows of that block alone are compared too, so that two errors cannot hide each other. */
  noteSettlement(height: number): void
  /** Compares at the cursor's height and publishes `state.earnings.ledger`. Throws what the chain throws; what was published before stays. */
  check(chain: Chain, network: string): Promise<void>
}

export function createLedgerCheck(deps: { store: Store; state: StatePublisher; clock: Clock; log: Log }): LedgerCheck {
  const { store, state, clock, log } = deps
  let settlements: number[] = []
  /** Settlement blocks whose rows were wrong: they stay wrong until they are looked at again. */
  const suspects = new Set<number>()

  const forget = (height: number): void => {
    settlements = settlements.filter((candidate) => candidate !== height)
  }

  const totalRow = async (chain: Chain, account: WatchedAddress, height: number): Promise<LedgerRow> => {
    const before = await store.movementSum(account.network, account.address, account.sinceHeight)
    const sum = await store.movementSum(account.network, account.address, height)
    return ledgerRow(account, account.openingUpokt + sum - before, await chain.balance(account.address, height))
  }

  /** The figures on screen are made of daily sums: they must say what the rows say. */
  const wrongSums = async (network: string, accounts: WatchedAddress[]): Promise<LedgerRow[]> => {
    const sums = new Map((await store.rewardSums(network)).map((sum) => [sum.address, sum]))
    return accounts.flatMap((account) => {
      const sum = sums.get(account.address)
      return sum && sum.daysUpokt !== sum.rowsUpokt ? [ledgerRow(account, sum.daysUpokt, sum.rowsUpokt)] : []
    })
  }

  /** One block alone: what its rows say moved against how the balance changed from the block before. */
  const blockRow = async (chain: Chain, account: WatchedAddress, height: number): Promise<LedgerRow> => {
    const moved =
      (await store.movementSum(account.network, account.address, height)) -
      (await store.movementSum(account.network, account.address, height - 1))
    const changed = (await chain.balance(account.address, height)) - (await chain.balance(account.address, height - 1))
    return ledgerRow(account, moved, changed)
  }

  /** The first height at which an account's rows and balance part, found by halving; for the log, where it saves a long search. */
  const firstDifference = async (chain: Chain, account: WatchedAddress, atHeight: number): Promise<number> => {
    let good = account.sinceHeight
    let bad = atHeight
    while (bad - good > 1) {
      const middle = Math.floor((good + bad) / 2)
      if ((await totalRow(chain, account, middle)).differenceUpokt === '0') good = middle
      else bad = middle
    }
    return bad
  }

  return {
    noteSettlement(height) {
      if (!settlements.includes(height)) settlements = [...settlements, height].slice(-REMEMBERED)
    },
    async check(chain, network) {
      // In this order: reading goes on meanwhile, and an account opened above the height compared would count rows that are not there yet.
      const accounts = await store.watched(network)
      const cursor = await store.cursor(network)
      if (!cursor || accounts.length === 0) {
        state.patch('earnings', { ledger: { status: 'unchecked', atHeight: cursor?.height ?? 0, atMs: clock.now(), rows: [] } })
        return
      }
      const byAddress = new Map<string, LedgerRow>()
      for (const account of accounts) byAddress.set(account.address, await totalRow(chain, account, cursor.height))
      // An address whose total agrees may still hold errors that cancel out: then the part that is wrong is what is shown.
      const note = (wrong: LedgerRow[]): void => {
        for (const row of wrong) if (byAddress.get(row.address)?.differenceUpokt === '0') byAddress.set(row.address, row)
      }
      for (const height of new Set([...settlements, ...suspects])) {
        // Of a chain that was removed since.
        if (height > cursor.height) {
          forget(height)
          suspects.delete(height)
          continue
        }
        const wrong: LedgerRow[] = []
        for (const account of accounts) {
          if (account.sinceHeight >= height) continue
          const row = await blockRow(chain, account, height)
          if (row.differenceUpokt !== '0') wrong.push(row)
        }
        if (wrong.length > 0 && !suspects.has(height))
          log.error('a settlement block differs from the bank', new Error('ledger differs'), { network, height })
        if (wrong.length > 0) suspects.add(height)
        else suspects.delete(height)
        forget(height)
        note(wrong)
      }
      note(await wrongSums(network, accounts))
      const rows = [...byAddress.values()]
      const different = rows.filter((row) => row.differenceUpokt !== '0')
      const wasEqual = state.state.earnings.ledger.status !== 'different'
      state.patch('earnings', {
        ledger: {
          status: different.length > 0 ? 'different' : 'equal',
          atHeight: cursor.height,
          atMs: clock.now(),
          rows: [...different, ...rows.filter((row) => row.differenceUpokt === '0')].slice(0, SHOWN),
        },
      })
      const account = accounts.find((candidate) => candidate.address === different[0]?.address)
      if (wasEqual && account && different[0]) {
        const height = await firstDifference(chain, account, cursor.height).catch(() => 0)
        log.error('ledger and balance differ', new Error('ledger differs'), {
          network,
          address: account.address,
          differenceUpokt: different[0].differenceUpokt,
          firstHeight: height,
        })
      }
    },
  }
}

function ledgerRow(account: WatchedAddress, ledgerUpokt: bigint, balanceUpokt: bigint): LedgerRow {
  return {
    address: account.address,
    label: account.label,
    ledgerUpokt: ledgerUpokt.toString(),
    balanceUpokt: balanceUpokt.toString(),
    differenceUpokt: (ledgerUpokt - balanceUpokt).toString(),
  }
}
