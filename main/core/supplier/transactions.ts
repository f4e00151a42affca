import { HearthError } from '#shared/api/errors.ts'
import type { RequestOutput, TxWish } from '#shared/api/requests.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import type { Heads } from '../chain/heads.ts'
import { measurePace } from '../chain/pace.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { TxCodec } from '../ports/tx.ts'
import type { Vault } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { dangersOf } from './dangers.ts'
import { makeDraft, UNORDERED_MS } from './draft.ts'
import type { FeeMargins } from './fee.ts'
import { createFollow } from './follow.ts'
import { publicIntent, unbondingText } from './public-intent.ts'
import { readSituation } from './situation.ts'
import { cancellable } from '../unless-cancelled.ts'
import { checkWish } from './wishes.ts'

/** How long a transaction may stand before the chain itself refuses it: the reading of its sheet, and this for its way into a block. */
const WAY_MS = 2 * 60_000
const SHEET_MS = 10 * 60_000
/** The way to a wallet that lies elsewhere and back. */
const VALID_OUTSIDE_MS = 3 * 3_600_000
const VALID_BLOCKS_FLOOR = 20
const SHEET_BLOCK_MS = 60_000

export interface Prepared {
  intentId: string
  /** Empty when the key lies outside of Hearth: then `export` has what its wallet signs. */
  surfaceUrl: string
  expiresAtMs: number
}

export interface Transactions {
  /** Checks, tries, prices and stores the wish, and opens its confirm sheet. Nothing is signed. */
  prepare(wish: TxWish, signal?: AbortSignal): Promise<Prepared>
  /** A new sheet for a prepared intent whose window was closed. */
  reopen(intentId: string, signal?: AbortSignal): Promise<{ surfaceUrl: string; expiresAtMs: number }>
  discard(intentId: string): Promise<void>
  /** The key process has signed: store first, then send. */
  signed(intentId: string, txBytes: Uint8Array): Promise<void>
  /** What a wallet outside signs. Rejects `tx-expired`. */
  export(intentId: string): Promise<RequestOutput<'tx.export'>>
  /** What it gave back: checked against our own bytes, then stored and sent like any other. Rejects `signature-invalid`, `tx-expired`. */
  import(intentId: string, text: string): Promise<void>
  /** After a start: publishes what is stored and takes up what was under way. */
  resume(): Promise<void>
  /** Before another network is chosen: what was shown and not signed is not to be signed there. */
  closeSheets(): Promise<void>
  /** Looks after everything that is under way; called at every new head. */
  follow(chain: Chain, height: number): Promise<void>
  /** Called when an intent came to its end. */
  onDone(listener: (intent: IntentRow) => void): void
}

/** From the wish to the block: judged, priced, stored, signed on the confirm surface, sent once and followed. */
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
  /** How long a confirm sheet waits, as the user chose it. */
  sheetMs?: () => number
  /** As the user chose them; the standard ones without. */
  feeMargins?: () => FeeMargins
  /** What is suggested above the minimum stake. */
  stakeMarginUpokt?: () => bigint
  /** Whether an upgrade changes what runs: what is signed then, on a sheet that was opened before, is kept and goes out after it. */
  isHeld?: () => boolean
}): Transactions {
  const { heads, store, vault, codec, state, clock, log } = deps
  const doneListeners: ((intent: IntentRow) => void)[] = []
  const tickets = new Map<string, string>()
  let counter = 0

  /** What goes on while the user has chosen another network is written down, and neither shown nor followed there. */
  const isHere = (row: IntentRow): boolean => row.network === deps.network() && row.network === state.state.app.network
  const save = async (row: IntentRow): Promise<void> => {
    await store.putIntent(row)
    if (isHere(row)) state.put('intents', row.id, publicIntent(row))
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
  const finish = (row: IntentRow): IntentRow => {
    tickets.delete(row.id)
    for (const listener of doneListeners) listener(row)
    return row
  }
  const prepared = async (intentId: string): Promise<IntentRow> => {
    const row = await store.intent(intentId)
    if (row?.status !== 'prepared') throw new HearthError('tx-expired', { intentId })
    return row
  }
  /** SECURITY: S22 one of another network is neither shown, given out nor taken here. */
  const preparedHere = async (intentId: string): Promise<IntentRow> => {
    const row = await prepared(intentId)
    if (row.network !== deps.network()) throw new HearthError('tx-expired', { intentId })
    return row
  }
  const isHeld = (): boolean => deps.isHeld?.() ?? false
  const follower = createFollow({ codec, log, store, change, finish, network: deps.network, params: () => heads.params(), isHeld })

  const openSheet = async (row: IntentRow, chain: Chain, params: ChainParams): Promise<{ surfaceUrl: string; expiresAtMs: number }> => {
    const balance = await chain.balance(row.signerAddress)
    const title = deps.networkTitle()
    const old = tickets.get(row.id)
    if (old !== undefined) await vault.closeTicket(old)
    const { dangers } = publicIntent(row)
    const morseKeyId = row.facts['morseKeyId']
    const ticket = await vault.openSign({
      intentId: row.id,
      keyId: row.keyId,
      signDocBytes: row.signDocBytes,
      ...(morseKeyId === undefined ? {} : { morseKeyId }),
      context: {
        balanceUpokt: balance.toString(),
        unbondingText: unbondingText(params, state.state.chain.medianBlockMs),
        playMoney: title.playMoney,
        networkTitle: title.title,
        ...(dangers === undefined ? {} : { dangers }),
      },
    })
    tickets.set(row.id, ticket.token)
    return { surfaceUrl: deps.surfaceUrl(ticket.token), expiresAtMs: ticket.expiresAtMs }
  }

  /**
   * Two transactions of one key in the row of sequences need a block between them, and a second one of a kind while the first is under way is how people pay twice.
   * @returns timeouts of unordered ones that are taken, and prepared ones whose place the new one takes
   */
  const oneAtATime = async (
    address: string,
    kind: string,
    order: 'sequence' | 'unordered',
  ): Promise<{ taken: Set<number>; replaced: IntentRow[] }> => {
    const taken = new Set<number>()
    const replaced: IntentRow[] = []
    for (const other of await store.intents(network())) {
      if (other.signerAddress !== address) continue
      taken.add(Number(other.facts['timeoutAtMs'] ?? 0))
      const isUnderWay = other.status === 'signed' || other.status === 'broadcast'
      if (isUnderWay && (order === 'sequence' || other.kind === kind))
        throw new HearthError('tx-pending', { intentId: other.id, hash: other.txHash ?? '' })
      if (other.status === 'prepared' && other.kind === kind) replaced.push(other)
    }
    return { taken, replaced }
  }

  /** A head that was just taken up knows no pace, or one from a single block: too slow a pace, and a signed transaction dies while its sheet is read or the machine is busy. */
  const timeoutHeight = async (validMs: number, chain: Chain): Promise<number> => {
    const height = heads.height()
    const paces = [state.state.chain.medianBlockMs, await measurePace(chain, height)]
    const known = paces.filter((ms) => ms !== null && ms !== undefined)
    const blockMs = known.length === 0 ? SHEET_BLOCK_MS : Math.max(1, Math.min(...known))
    return height + Math.max(VALID_BLOCKS_FLOOR, Math.ceil(validMs / blockMs))
  }

  const signed = async (intentId: string, txBytes: Uint8Array): Promise<void> => {
    faultPoint('tx.signed')
    const row = await prepared(intentId)
    // Intent first: from here on a crash ends in a look-up of this hash.
    const stored = await change(row, { status: 'signed', txBytes, txHash: codec.hash(txBytes) })
    faultPoint('tx.stored')
    // The node may be at the height of before, or be changed in the middle of it. The next head after that takes it up, as after a crash: the same bytes.
    if (isHeld()) return log.info('signed while an upgrade is under way: sent when it is over', { intent: intentId })
    // SECURITY: S22 its bytes are good on their own network alone, and are told to nobody else: they go out when it is chosen again, and known for certain.
    if (!isHere(stored) || !heads.isCertain())
      return log.info('signed for a network that is not chosen or not certain', { intent: intentId })
    await follower.send(stored, heads.require())
  }

  return {
    async prepare(wish, signal) {
      // Until the sheet is there nothing is written: the user may have enough of a chain that is slow to answer.
      const chain = cancellable(heads.require(), signal)
      const params = heads.params()
      if (!params) throw new HearthError('chain-unreachable', { reason: 'parameters not read yet' })
      if (state.state.chain.status === 'stalled') throw new HearthError('chain-stalled', { height: String(heads.height()) })
      const keys = await vault.keys()
      const stakeMarginUpokt = deps.stakeMarginUpokt?.() ?? 0n
      const checked = await checkWish(wish, { chain, params, codec, keys, network: network(), stakeMarginUpokt })
      const isOutside = checked.key.kind === 'watch'
      // A claim of the old network is signed by two keys of this vault.
      if (isOutside && checked.morseKeyId !== undefined) throw new HearthError('key-watch-only')
      const order = wish.order ?? 'sequence'
      const { taken: takenTimeoutsMs, replaced } = await oneAtATime(checked.key.address, wish.kind, order)
      const validMs = order === 'unordered' ? UNORDERED_MS : isOutside ? VALID_OUTSIDE_MS : (deps.sheetMs?.() ?? SHEET_MS) + WAY_MS
      const draft = await makeDraft(
        {
          checked,
          order,
          takenTimeoutsMs,
          pubKey: wish.pubKey,
          timeoutHeight: await timeoutHeight(validMs, chain),
          headTimeMs: state.state.chain.blockTimeMs || clock.now(),
        },
        { chain, codec, margins: deps.feeMargins?.() },
      )
      const situation = await readSituation(checked, {
        chain,
        params,
        store,
        state: state.state,
        keys,
        network: network(),
        height: heads.height(),
      })
      const dangers = dangersOf(checked.message, situation)
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
        facts: {
          ...checked.facts,
          feeUpokt: draft.feeUpokt.toString(),
          ...(isOutside ? { outside: 'yes' } : {}),
          ...(draft.timeoutAtMs === undefined ? {} : { timeoutAtMs: String(draft.timeoutAtMs) }),
          ...(checked.morseKeyId === undefined ? {} : { morseKeyId: checked.morseKeyId }),
          ...(dangers.length === 0 ? {} : { dangers: JSON.stringify(dangers) }),
        },
        signDocBytes: codec.signDoc(draft),
        txBytes: undefined,
        txHash: undefined,
        timeoutHeight: draft.timeoutHeight,
        includedHeight: undefined,
        code: undefined,
        log: undefined,
        createdAtMs: now,
        updatedAtMs: now,
      }
      const sheet = isOutside ? { surfaceUrl: '', expiresAtMs: now + validMs } : await openSheet(row, chain, params)
      for (const other of replaced) await change(other, { status: 'discarded' })
      await save(row)
      return { intentId: row.id, ...sheet }
    },

    async reopen(intentId, signal) {
      const row = await preparedHere(intentId)
      const params = heads.params()
      if (!params || heads.height() > row.timeoutHeight || row.facts['outside'] !== undefined)
        throw new HearthError('tx-expired', { intentId })
      return openSheet(row, cancellable(heads.require(), signal), params)
    },

    async discard(intentId) {
      const row = await store.intent(intentId)
      if (!row) throw new HearthError('tx-expired', { intentId })
      if (row.status !== 'prepared') throw new HearthError('tx-pending', { intentId })
      const token = tickets.get(intentId)
      if (token !== undefined) await vault.closeTicket(token)
      finish(await change(row, { status: 'discarded' }))
    },

    signed,

    async export(intentId) {
      const row = await preparedHere(intentId)
      const draft = codec.decodeSignDoc(row.signDocBytes)
      return {
        ...codec.outsideForms(row.signDocBytes),
        chainId: draft.chainId,
        accountNumber: draft.accountNumber.toString(),
        sequence: draft.sequence.toString(),
        signerAddress: row.signerAddress,
        timeoutHeight: row.timeoutHeight,
      }
    },

    async import(intentId, text) {
      const row = await preparedHere(intentId)
      await signed(intentId, codec.readSigned(row.signDocBytes, text))
    },

    async resume() {
      const chosen = deps.network()
      if (chosen === null) return
      for (const row of await store.intents(chosen)) {
        // A prepared intent lost its sheet with the old process and was never signed. One that lies in front of another wallet waits on.
        if (row.status === 'prepared' && row.facts['outside'] === undefined) await change(row, { status: 'discarded' })
        else state.put('intents', row.id, publicIntent(row))
      }
    },

    async closeSheets() {
      for (const token of tickets.values()) await vault.closeTicket(token)
      tickets.clear()
    },

    async follow(chain, height) {
      if (deps.network() === null) return
      await follower.follow(Object.values(state.state.intents), chain, height)
    },

    onDone: (listener) => void doneListeners.push(listener),
  }
}
