import { HearthError } from '#shared/api/errors.ts'
import type { TxWish } from '#shared/api/requests.ts'
import type { IntentState } from '#shared/api/state.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { formatPokt } from '#shared/model/money.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import type { Heads } from '../chain/heads.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { TxCodec, TxDraft } from '../ports/tx.ts'
import type { PublicKeyInfo, Vault } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { priceTx, type FeeMargins } from './fee.ts'
import { checkWish } from './wishes.ts'

/** How long a signed transaction may wait for its block before the chain itself refuses it; covers the reading of the sheet too. */
const VALID_MS = 12 * 60_000
const VALID_BLOCKS_FLOOR = 20

export interface Transactions {
  /** Checks, tries, prices and stores the wish, and opens its confirm sheet. Nothing is signed. */
  prepare(wish: TxWish): Promise<{ intentId: string; surfaceUrl: string; expiresAtMs: number }>
  /** A new sheet for a prepared intent whose window was closed. */
  reopen(intentId: string): Promise<{ surfaceUrl: string; expiresAtMs: number }>
  discard(intentId: string): Promise<void>
  /** The key process has signed: store first, then send. */
  signed(intentId: string, txBytes: Uint8Array): Promise<void>
  /** After a start: publishes what is stored and takes up what was under way. */
  resume(): Promise<void>
  /** Looks after everything that is under way; called at every new head. */
  follow(chain: Chain, height: number): Promise<void>
  /** Whether something of this signer is signed and not yet settled. */
  onDone(listener: (intent: IntentRow) => void): void
}

export function createTransactions(deps: {
  heads: Heads
  network: () => string | null
  store: Store
  vault: Vault
  codec: TxCodec
  state: StatePublisher
  clock: Clock
  log: Log
  surfaceUrl: (token: string) => string
  networkTitle: () => { title: string; playMoney: boolean }
  /** As the user chose them; the standard ones without. */
  feeMargins?: () => FeeMargins
}): Transactions {
  const { heads, store, vault, codec, state, clock, log } = deps
  const doneListeners: ((intent: IntentRow) => void)[] = []
  const tickets = new Map<string, string>()
  let following = false
  let counter = 0

  const save = async (row: IntentRow): Promise<void> => {
    await store.putIntent(row)
    state.put('intents', row.id, publicIntent(row))
  }
  const change = async (row: IntentRow, fields: Partial<IntentRow>): Promise<IntentRow> => {
    const next = { ...row, ...fields, updatedAtMs: clock.now() }
    await save(next)
    return next
  }
  const network = (): string => {
    const chosen = deps.network()
    if (chosen === null) throw new HearthError('no-network')
    return chosen
  }
  const load = async (intentId: string): Promise<IntentRow> => {
    const row = await store.intent(intentId)
    if (!row) throw new HearthError('tx-expired', { intentId })
    return row
  }

  const openSheet = async (row: IntentRow, chain: Chain, params: ChainParams): Promise<{ surfaceUrl: string; expiresAtMs: number }> => {
    const balance = await chain.balance(row.signerAddress)
    const title = deps.networkTitle()
    const old = tickets.get(row.id)
    if (old !== undefined) await vault.closeTicket(old)
    const ticket = await vault.openSign({
      intentId: row.id,
      keyId: row.keyId,
      signDocBytes: row.signDocBytes,
      context: {
        balanceUpokt: balance.toString(),
        unbondingText: unbondingText(params, state.state.chain.medianBlockMs),
        playMoney: title.playMoney,
        networkTitle: title.title,
      },
    })
    tickets.set(row.id, ticket.token)
    return { surfaceUrl: deps.surfaceUrl(ticket.token), expiresAtMs: ticket.expiresAtMs }
  }

  const oneAtATime = async (address: string, kind: string): Promise<void> => {
    for (const other of await store.intents(network())) {
      if (other.signerAddress !== address) continue
      // Two transactions of one key need a block between them, and a second stake while one is under way is how people pay twice.
      if (other.status === 'signed' || other.status === 'broadcast')
        throw new HearthError('tx-pending', { intentId: other.id, hash: other.txHash ?? '' })
      if (other.status === 'prepared' && other.kind === kind) await change(other, { status: 'discarded' })
    }
  }

  const draftFor = async (
    chain: Chain,
    key: PublicKeyInfo,
    message: TxDraft['messages'][number],
    spendsUpokt: bigint,
    timeoutHeight: number,
  ): Promise<TxDraft> => {
    const [account, balance, fingerprint, price] = await Promise.all([
      chain.account(key.address),
      chain.balance(key.address),
      chain.fingerprint(),
      chain.minimumGasPrice(),
    ])
    // An address that never received anything has no account; the trial run would only say so in the chain's words.
    if (!account || balance < spendsUpokt) throw balanceTooSmall(balance, spendsUpokt + 1n, key.address)
    const draft: TxDraft = {
      messages: [message],
      memo: '',
      chainId: fingerprint.chainId,
      accountNumber: account.accountNumber,
      sequence: account.sequence,
      pubKeyHex: key.pubKeyHex,
      feeUpokt: 1n,
      gasLimit: 1_000_000n,
      timeoutHeight,
    }
    const priced = priceTx(await chain.simulate(codec.simulationTx(draft)), price, deps.feeMargins?.())
    if (balance < spendsUpokt + priced.feeUpokt) throw balanceTooSmall(balance, spendsUpokt + priced.feeUpokt, key.address)
    return { ...draft, ...priced }
  }

  const send = async (row: IntentRow, chain: Chain): Promise<IntentRow> => {
    const { txBytes, txHash } = row
    if (!txBytes || txHash === undefined) return row
    faultPoint('tx.before-broadcast')
    const answer = await chain.broadcast(txBytes)
    faultPoint('tx.after-broadcast')
    if (answer.kind === 'refused') {
      // The node's own check refused it: it is in no mempool and nothing was paid. It may still be in a block if it went out in an earlier life: look first.
      const found = await chain.tx(txHash)
      if (found.kind === 'included') return include(row, found)
      return finish(await change(row, { status: 'refused', code: answer.code, log: answer.log }))
    }
    log.info('transaction sent', { intent: row.id, hash: txHash, answer: answer.kind })
    return row.status === 'broadcast' ? row : change(row, { status: 'broadcast' })
  }

  const include = async (row: IntentRow, found: { height: number; code: number; log: string }): Promise<IntentRow> =>
    finish(
      await change(row, {
        status: found.code === 0 ? 'included' : 'refused',
        includedHeight: found.height,
        code: found.code,
        log: found.log,
      }),
    )

  const finish = (row: IntentRow): IntentRow => {
    tickets.delete(row.id)
    for (const listener of doneListeners) listener(row)
    return row
  }

  const followOne = async (row: IntentRow, chain: Chain, height: number): Promise<void> => {
    if (row.status === 'prepared' && height > row.timeoutHeight) {
      finish(await change(row, { status: 'discarded' }))
      return
    }
    if ((row.status !== 'signed' && row.status !== 'broadcast') || row.txHash === undefined) return
    const found = await chain.tx(row.txHash)
    if (found.kind === 'included') {
      await include(row, found)
      return
    }
    // Past its timeout height no block can take it any more: safe to say so, and safe to try again with new bytes.
    if (height > row.timeoutHeight + 1) {
      finish(await change(row, { status: 'expired' }))
      return
    }
    // Signed and not known to be sent (killed in between): the very same bytes, so that at most one of them can ever be paid.
    if (row.status === 'signed') await send(row, chain)
  }

  return {
    async prepare(wish) {
      const chain = heads.require()
      const params = heads.params()
      if (!params) throw new HearthError('chain-unreachable', { reason: 'parameters not read yet' })
      if (state.state.chain.status === 'stalled') throw new HearthError('chain-stalled', { height: String(heads.height()) })
      const keys = await vault.keys()
      const checked = await checkWish(wish, { chain, params, codec, keys, network: network() })
      await oneAtATime(checked.key.address, wish.kind)
      const medianMs = state.state.chain.medianBlockMs ?? 60_000
      const timeoutHeight = heads.height() + Math.max(VALID_BLOCKS_FLOOR, Math.ceil(VALID_MS / Math.max(1, medianMs)))
      const draft = await draftFor(chain, checked.key, checked.message, checked.spendsUpokt, timeoutHeight)
      const now = clock.now()
      counter += 1
      const row: IntentRow = {
        // Two wishes may come in one millisecond.
        id: `tx-${now.toString(36)}-${counter}-${wish.kind}`,
        network: network(),
        chainId: draft.chainId,
        kind: wish.kind,
        keyId: checked.key.id,
        signerAddress: checked.key.address,
        status: 'prepared',
        facts: { ...checked.facts, feeUpokt: draft.feeUpokt.toString() },
        signDocBytes: codec.signDoc(draft),
        txBytes: undefined,
        txHash: undefined,
        timeoutHeight,
        includedHeight: undefined,
        code: undefined,
        log: undefined,
        createdAtMs: now,
        updatedAtMs: now,
      }
      const sheet = await openSheet(row, chain, params)
      await save(row)
      return { intentId: row.id, ...sheet }
    },

    async reopen(intentId) {
      const row = await load(intentId)
      const params = heads.params()
      if (row.status !== 'prepared' || !params) throw new HearthError('tx-expired', { intentId })
      if (heads.height() > row.timeoutHeight) throw new HearthError('tx-expired', { intentId })
      return openSheet(row, heads.require(), params)
    },

    async discard(intentId) {
      const row = await load(intentId)
      if (row.status !== 'prepared') throw new HearthError('tx-pending', { intentId })
      const token = tickets.get(intentId)
      if (token !== undefined) await vault.closeTicket(token)
      finish(await change(row, { status: 'discarded' }))
    },

    async signed(intentId, txBytes) {
      faultPoint('tx.signed')
      const row = await load(intentId)
      if (row.status !== 'prepared') throw new HearthError('tx-expired', { intentId })
      // Intent first: from here on a crash ends in a look-up of this hash.
      const stored = await change(row, { status: 'signed', txBytes, txHash: codec.hash(txBytes) })
      faultPoint('tx.stored')
      await send(stored, heads.require())
    },

    async resume() {
      const chosen = deps.network()
      if (chosen === null) return
      for (const row of await store.intents(chosen)) {
        // A prepared intent lost its sheet with the old process; it was never signed.
        if (row.status === 'prepared') await change(row, { status: 'discarded' })
        else state.put('intents', row.id, publicIntent(row))
      }
    },

    async follow(chain, height) {
      const chosen = deps.network()
      if (chosen === null || following) return
      following = true
      try {
        for (const published of Object.values(state.state.intents)) {
          if (published.status !== 'prepared' && published.status !== 'signed' && published.status !== 'broadcast') continue
          const row = await store.intent(published.id)
          if (row)
            await followOne(row, chain, height).catch((error: unknown) => log.error('following a transaction', error, { intent: row.id }))
        }
      } finally {
        following = false
      }
    },

    onDone: (listener) => void doneListeners.push(listener),
  }
}

function balanceTooSmall(have: bigint, needed: bigint, address: string): HearthError {
  return new HearthError('balance-too-small', {
    have: formatPokt(have),
    needed: formatPokt(needed),
    missing: formatPokt(needed - have),
    address,
  })
}

/** How long a stake takes to come back, from the chain's own numbers. */
export function unbondingText(params: ChainParams, medianBlockMs: number | null): string {
  const blocks = params.supplierUnbondingPeriodSessions * params.numBlocksPerSession
  const sessions = `${params.supplierUnbondingPeriodSessions} session${params.supplierUnbondingPeriodSessions === 1 ? '' : 's'}`
  const base = `${blocks.toLocaleString('en')} blocks (${sessions}) after the session in which you unstake`
  if (medianBlockMs === null) return base
  const seconds = (blocks * medianBlockMs) / 1000
  const time =
    seconds < 120
      ? `${Math.max(1, Math.round(seconds))} s`
      : seconds < 7_200
        ? `${Math.round(seconds / 60)} min`
        : seconds < 172_800
          ? `${Math.round(seconds / 3600)} h`
          : `${Math.round(seconds / 86_400)} days`
  return `${base}, about ${time}`
}

function publicIntent(row: IntentRow): IntentState {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    signerAddress: row.signerAddress,
    facts: row.facts,
    txHash: row.txHash ?? null,
    timeoutHeight: row.timeoutHeight,
    includedHeight: row.includedHeight ?? null,
    error:
      row.status === 'refused'
        ? { code: 'tx-refused', detail: { log: (row.log ?? '').slice(0, 500), code: String(row.code ?? '') } }
        : row.status === 'expired'
          ? { code: 'tx-expired', detail: {} }
          : null,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
  }
}
