import { createLedger } from '#main/adapters/practice/chain/ledger.ts'
import type { Ledger, PracticeGenesis, PracticeTx } from '#main/adapters/practice/parts.ts'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'
import type { RecordedBlock } from './recorded-block.ts'

/** Feeds a recorded chain to the ledger and compares, event by event. */

/**
 * What cannot be the same, each with its reason. Nothing else may differ, in value or in order.
 * - `proof-checks-order`: the chain judges the proofs of a block on several processors at once, and says so in the order in which they finish.
 *
 * Not compared, because no run has it: which claims below the threshold need a proof when the probability is under 1. The chain draws them with Go's own generator.
 */
export const DIFFERENCES = ['proof-checks-order'] as const

const PROOF_CHECKED = 'pocket.proof.EventProofValidityChecked'

function comparable(events: readonly ChainEvent[]): string[] {
  const texts = events.map((event) => JSON.stringify(event))
  const places = texts.flatMap((text, index) => (events[index]?.type === PROOF_CHECKED ? [{ index, text }] : []))
  const sorted = places.map(({ text }) => text).sort()
  for (const [order, { index }] of places.entries()) texts[index] = sorted[order] ?? ''
  return texts
}

/** Lines that differ, `-` recorded, `+` of the ledger. */
export function differences(recorded: ChainBlock, made: ChainBlock): string[] {
  const lines: string[] = []
  const compare = (place: string, left: readonly string[], right: readonly string[]): void => {
    for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
      if (left[index] === right[index]) continue
      lines.push(`${recorded.height} ${place} ${index} - ${left[index]}`, `${recorded.height} ${place} ${index} + ${right[index]}`)
    }
  }
  const plain = (block: ChainBlock): string[] =>
    block.txs.map((tx) => [tx.index, tx.hash, tx.code, tx.codespace, tx.gasUsed, tx.gasWanted, tx.log].join(' '))
  compare('txs', plain(recorded), plain(made))
  for (const [index, tx] of recorded.txs.entries()) compare(`tx ${index}`, comparable(tx.events), comparable(made.txs[index]?.events ?? []))
  compare('block', comparable(recorded.blockEvents), comparable(made.blockEvents))
  return lines
}

export interface Replay {
  ledger: Ledger
  eventsCompared: number
  blocksCompared: number
  lines: string[]
}

export interface ReplayOptions {
  /** Transactions that happened between recorded blocks, by height. */
  added?: ReadonlyMap<number, PracticeTx[]>
  sessionIds?: ReadonlyMap<string, string>
  /** Heights whose events are not compared. */
  skip?: ReadonlySet<number>
  /** Called after every block. */
  after?: (height: number, ledger: Ledger) => void
}

export function replay(genesis: PracticeGenesis, blocks: ReadonlyMap<number, RecordedBlock>, options: ReplayOptions = {}): Replay {
  const last = Math.max(...blocks.keys())
  const ledger = createLedger(genesis, { recordedSessionIds: options.sessionIds ?? new Map(), keepBlocks: 50 })
  const result: Replay = { ledger, eventsCompared: 0, blocksCompared: 0, lines: [] }
  for (let height = 1; height <= last; height += 1) {
    const recorded = blocks.get(height)
    const made = ledger.deliver({
      timeMs: recorded?.block.timeMs ?? ledger.timeMs,
      ...(recorded ? { hash: recorded.block.hash } : {}),
      txs: recorded?.txs ?? options.added?.get(height) ?? [],
    })
    options.after?.(height, ledger)
    if (!recorded || options.skip?.has(height)) continue
    result.lines.push(...differences(recorded.block, made))
    result.blocksCompared += 1
    result.eventsCompared += recorded.block.blockEvents.length + recorded.block.txs.reduce((sum, tx) => sum + tx.events.length, 0)
  }
  return result
}

/** Ids of the sessions that a recording claims, for the blocks whose hashes it does not have. */
export function claimedSessionIds(blocks: ReadonlyMap<number, RecordedBlock>): Map<string, string> {
  const ids = new Map<string, string>()
  for (const { txs } of blocks.values()) {
    for (const message of txs.flatMap((tx) => tx.messages)) {
      if (message.kind !== 'create-claim') continue
      const { applicationAddress, serviceId, startHeight, sessionId } = message.session
      ids.set(`${applicationAddress}/${serviceId}/${startHeight}`, sessionId)
    }
  }
  return ids
}
