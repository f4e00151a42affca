import { HearthError } from '#shared/api/errors.ts'
import type { Runway } from '#shared/api/wallet-requests.ts'
import { settingIn } from '#shared/settings/read.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { MovementRow, Store } from '../ports/store.ts'
import type { TxCodec } from '../ports/tx.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createAddressBook } from './address-book.ts'
import { endsFirst } from './ends-first.ts'
import { historyPage } from './history.ts'
import { feeRunway, RUNWAY_SPAN_MS } from './runway.ts'

/** Movements read at a time for the runway, and at most. */
const CHUNK = 500
const MOST_MOVEMENTS = 10_000

export const WALLET_REQUESTS = [
  'wallet.history',
  'wallet.runway',
  'wallet.book',
  'wallet.bookPut',
  'wallet.bookRemove',
  'wallet.bookExport',
  'wallet.bookImport',
] as const satisfies (keyof Handlers)[]

/** What is held, what moved, for how long the fees last, and who is who. */
export function createWalletRoom(deps: {
  network: () => string | null
  heads: Pick<Heads, 'params'>
  store: Store
  state: StatePublisher
  clock: Clock
  codec: TxCodec
  keys: () => Promise<PublicKeyInfo[]>
}): { handlers: Pick<Handlers, (typeof WALLET_REQUESTS)[number]> } {
  const { store, state, clock, heads } = deps
  const book = createAddressBook({ network: deps.network, store, clock, isAddress: (text) => deps.codec.isAddress(text) })

  const names = async (network: string): Promise<Record<string, string>> => {
    const [watched, entries] = [await store.watched(network), await store.addressBook(network)]
    return Object.fromEntries([
      ...entries.map((row) => [row.address, row.name] as const),
      ...watched.filter((row) => row.label !== '').map((row) => [row.address, row.label] as const),
    ])
  }

  /** Newest first, back to the beginning of the runway's span. */
  const recent = async (network: string, address: string): Promise<{ rows: MovementRow[]; isAll: boolean }> => {
    const rows: MovementRow[] = []
    const fromMs = clock.now() - RUNWAY_SPAN_MS
    let after: { height: number; position: string; address: string } | undefined
    for (;;) {
      const page = await store.movementsPage({ network, address, limit: CHUNK, ...(after ? { after } : {}) })
      rows.push(...page.rows)
      if (page.next === undefined) return { rows, isAll: true }
      if ((rows.at(-1)?.timeMs ?? 0) < fromMs || rows.length >= MOST_MOVEMENTS) return { rows, isAll: false }
      after = page.next
    }
  }

  /** @param asked an operator of ours; without, that of the supplier whose wallet ends first, of the one in view while nothing is staked, or the first key */
  const runway = async (asked: string | undefined): Promise<Runway | null> => {
    const network = deps.network()
    const own = (await deps.keys()).filter((key) => key.role === 'operator' && key.network === network).map((key) => key.address)
    if (asked !== undefined && !own.includes(asked)) throw new HearthError('supplier-absent', { operatorAddress: asked })
    const inView = state.state.supplier.operatorAddress
    const operator = asked ?? endsFirst(state.state) ?? (inView === '' ? own[0] : inView)
    const balance = operator === undefined ? undefined : state.state.balances[operator]
    const params = heads.params()
    if (network === null || operator === undefined || !balance || !params) return null
    const { rows, isAll } = await recent(network, operator)
    const oldestMs = rows.at(-1)?.timeMs ?? clock.now()
    return feeRunway({
      address: operator,
      balanceUpokt: BigInt(balance.upokt),
      movements: rows,
      // Where the first of all movements is known, nothing was paid before it.
      sinceMs: isAll || oldestMs > clock.now() - RUNWAY_SPAN_MS ? oldestMs : clock.now() - RUNWAY_SPAN_MS,
      nowMs: clock.now(),
      proofFeeUpokt: params.proofSubmissionFeeUpokt,
      // The same bound as that of the check, so that the two never say different things.
      leastUpokt: BigInt(settingIn(state.state.settings, 'operatorTransactionsLeft')),
    })
  }

  return {
    handlers: {
      'wallet.history': async (question) => {
        const network = deps.network()
        if (network === null) return { rows: [], next: null, revision: 0, names: {} }
        const page = await historyPage(store, network, question, heads.params())
        const known = await names(network)
        const shown = new Set(page.rows.flatMap((row) => [row.address, ...row.messages.flatMap((one) => Object.values(one.facts))]))
        return { ...page, names: Object.fromEntries(Object.entries(known).filter(([address]) => shown.has(address))) }
      },
      'wallet.runway': async ({ operatorAddress }) => ({ runway: await runway(operatorAddress) }),
      'wallet.book': async () => ({ rows: await book.list() }),
      'wallet.bookPut': async (entry) => {
        await book.put(entry)
        return {}
      },
      'wallet.bookRemove': async ({ address }) => {
        await book.remove(address)
        return {}
      },
      'wallet.bookExport': () => book.export(),
      'wallet.bookImport': ({ text }) => book.import(text),
    },
  }
}
