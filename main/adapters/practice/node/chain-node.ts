import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { HearthError } from '#shared/api/errors.ts'
import type { BroadcastResult, ChainBlock, TxLookup } from '#main/core/ports/chain.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { Ledger, PracticeClock, PracticeMessage, PracticeTx } from '../parts.ts'
import { gasOf } from '../chain/gas.ts'
import { checkTrial, checkTx, feeFor } from './check-tx.ts'
import { fromJsonText, toJsonText } from './json-text.ts'
import { createMempool, type WaitingTx } from './mempool.ts'
import { readTx, type ReadTx } from './read-tx.ts'
import { createTxIndex, type TxRecord } from './tx-index.ts'

/** Blocks made in one go before others get their turn. */
const BLOCKS_PER_TURN = 200
/** A look at whether a chain that stands may go on. */
const STANDING_MS = 1_000
/** Who acts inside the network asks for half as much gas again as it will use. */
const INSIDE_MARGIN = { num: 3n, den: 2n }

export interface ChainNodeParts {
  ledger: Ledger
  clock: PracticeClock
  /** Of the addresses of this chain. */
  codec: TxCodec
  /** The same seed and the same transactions give the same blocks. */
  seed: string
  /** Who proposes the block: address of a validator. */
  proposer: (height: number) => string
  /** Whether the next block cannot be made yet, whatever the time: the software for it is not there. */
  stands?: () => boolean
  /** What `save` gave; the ledger comes restored. */
  saved?: string
}

/** Something that miners, gateways, the faucet or the government do: typed, unsigned, in the next block. */
export interface InsideTx {
  messages: PracticeMessage[]
  feePayer: string
  feeUpokt?: bigint
  /** Known to the chain from then on. */
  pubKeyHex?: string
}

export interface ChainNode {
  readonly ledger: Ledger
  readonly clock: PracticeClock
  /** Whether the node's container runs. The network goes on without it; only nobody here can ask. */
  readonly running: boolean
  setRunning(running: boolean): void
  /** Makes blocks by the clock until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** Makes the blocks that are due, at most `limit`. @returns how many */
  produceDue(limit?: number): number
  /** Makes the next block at its time, due or not. */
  produce(): ChainBlock
  /** UTC ms of the practised world at which the next block is due. */
  nextDueMs(): number
  /** @returns the hash under which it will be found */
  submit(wish: InsideTx): string
  broadcast(txBytes: Uint8Array): BroadcastResult
  /** Gas of a trial run. Throws `tx-refused` with detail.log. */
  simulate(txBytes: Uint8Array): bigint
  lookUp(hash: string): TxLookup
  /** Upper-case hex. */
  readonly block1Hash: string
  /** Told every block right after it was made, whether the node's container runs or not. @returns ends it */
  onBlock(listener: (block: ChainBlock) => void): () => void
  /** Called right before a block is made, with its time: what happens between two blocks happens here. @returns ends it */
  beforeBlock(act: (timeMs: number) => void): () => void
  /** Mempool, index and counters as text; the ledger is saved apart. */
  save(): string
}

interface Saved {
  block1Hash: string
  insideCount: number
  waiting: WaitingTx[]
  records: TxRecord[]
}

/**
 * The practised network's consensus and its one public node. Blocks come at the genesis' rhythm on the practised clock; a chain that has none yet gets block 1 at once,
 * at the genesis' time.
 */
export function createChainNode(parts: ChainNodeParts): ChainNode {
  const { ledger, clock, codec, seed } = parts
  const { genesis } = ledger
  const saved = parts.saved === undefined ? undefined : (fromJsonText(parts.saved) as Saved)
  const mempool = createMempool(saved?.waiting)
  const index = createTxIndex(saved?.records)
  const listeners = new Set<(block: ChainBlock) => void>()
  const before = new Set<(timeMs: number) => void>()
  let insideCount = saved?.insideCount ?? 0
  let block1Hash = saved?.block1Hash ?? ledger.block(1)?.hash ?? ''
  let running = true
  /** When a chain that stood went on: what was due meanwhile is not made up for. */
  let wentOnMs = 0
  let stood = false

  const nextDueMs = (): number => (ledger.height === 0 ? genesis.genesisTimeMs : Math.max(ledger.timeMs + genesis.blockMs, wentOnMs))

  const produce = (): ChainBlock => {
    const height = ledger.height + 1
    const timeMs = nextDueMs()
    for (const act of before) act(timeMs)
    const waiting = mempool.take(height)
    const block = ledger.deliver({ timeMs, proposer: parts.proposer(height), txs: waiting.map((entry) => entry.tx) })
    if (height === 1) block1Hash = block.hash
    const signed = new Set(waiting.filter((entry) => entry.sequence !== undefined).map((entry) => entry.tx.hash))
    for (const tx of block.txs) index.add(height, tx, signed.has(tx.hash))
    for (const listener of listeners) listener(block)
    return block
  }

  const produceDue = (limit = BLOCKS_PER_TURN): number => {
    let made = 0
    while (made < limit && nextDueMs() <= clock.now()) {
      const stands = parts.stands?.() === true
      if (stood && !stands) wentOnMs = clock.now()
      stood = stands
      if (stands) break
      produce()
      made += 1
    }
    return made
  }

  const practiceTx = (hash: string, tx: ReadTx): PracticeTx => ({
    hash,
    messages: tx.draft.messages,
    feePayer: tx.signer,
    feeUpokt: tx.draft.feeUpokt,
    gasWanted: tx.draft.gasLimit,
    gasUsed: 0n,
    pubKeyHex: tx.draft.pubKeyHex,
    ...(tx.draft.unordered === true ? { unordered: true } : { sequences: [tx.draft.sequence] }),
    signatures: [Buffer.from(tx.signature).toString('base64')],
  })

  if (ledger.height === 0) produce()

  return {
    ledger,
    clock,
    get running() {
      return running
    },
    setRunning(now) {
      running = now
    },
    async run(signal) {
      while (!signal.aborted) {
        if (produceDue() === BLOCKS_PER_TURN) await setImmediate()
        else await clock.sleep(stood ? STANDING_MS : Math.max(0, nextDueMs() - clock.now()), signal)
      }
    },
    produceDue,
    produce,
    nextDueMs,
    submit(wish) {
      insideCount += 1
      const hash = createHash('sha256').update(`${seed}/inside/${insideCount}/${wish.feePayer}`).digest('hex').toUpperCase()
      const { messages, feePayer, pubKeyHex } = wish
      const gasWanted = (gasOf(messages) * INSIDE_MARGIN.num) / INSIDE_MARGIN.den
      const feeUpokt = wish.feeUpokt ?? feeFor(gasWanted, genesis.minimumGasPrice)
      const tx = { hash, messages, feePayer, feeUpokt, gasWanted, gasUsed: 0n, pubKeyHex, unordered: true }
      mempool.add({ tx, timeoutHeight: 0, sequence: undefined })
      return hash
    },
    broadcast(txBytes) {
      const hash = codec.hash(txBytes)
      if (mempool.has(hash) || index.find(hash)) return { kind: 'already-known', hash }
      const tx = readTx(txBytes, codec, genesis.chainId)
      if ('log' in tx) return { kind: 'refused', hash, code: 2, codespace: 'sdk', log: tx.log }
      const refused = checkTx(tx, ledger, mempool.waiting(tx.signer))
      if (refused) return { kind: 'refused', hash, ...refused }
      mempool.add({
        tx: practiceTx(hash, tx),
        timeoutHeight: tx.draft.timeoutHeight,
        sequence: tx.draft.unordered === true ? undefined : tx.draft.sequence,
      })
      return { kind: 'accepted', hash }
    },
    simulate(txBytes) {
      const tx = readTx(txBytes, codec, genesis.chainId)
      if ('log' in tx) throw new HearthError('tx-refused', { log: tx.log })
      const refused = checkTrial(tx, ledger, mempool.waiting(tx.signer))
      if (refused) throw new HearthError('tx-refused', { log: refused.log })
      // A trial has no gas limit and its fee is not looked at: both are what it is there to find out.
      const tried = ledger.tryRun({ ...practiceTx(codec.hash(txBytes), tx), gasWanted: 0n })
      if (tried.code !== 0) throw new HearthError('tx-refused', { log: tried.log })
      return tried.gasUsed
    },
    lookUp: (hash) => index.find(hash.toUpperCase()) ?? { kind: 'absent' },
    get block1Hash() {
      return block1Hash
    },
    onBlock(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    beforeBlock(act) {
      before.add(act)
      return () => void before.delete(act)
    },
    save: () => toJsonText({ block1Hash, insideCount, waiting: mempool.entries(), records: index.records() } satisfies Saved),
  }
}
