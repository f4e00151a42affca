import type { z } from 'zod'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'
import { hashText, headerHash, timeMsOf, type Header } from './light/header.ts'
import { merkleRoot, sha256 } from './light/merkle.ts'
import { blockResult } from './light/wire.ts'
import { NotUnderstood } from './not-understood.ts'
import type { ScannedResults } from './scanned.ts'
import { blockResultsResult, wireEvent, type WireEvent } from './schemas.ts'

/** Reading blocks without any I/O, so that recorded ones can be read too. */

/** Attributes that the SDK adds to typed events as plain text (onchain facts 4.1). */
const NATIVE_ATTRIBUTES: ReadonlySet<string> = new Set(['mode', 'msg_index', 'authz_msg_index'])

/** Checks an answer. @throws NotUnderstood with the path of the first field that does not fit */
export function understand<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new NotUnderstood(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'does not fit')
}

function decodeValue(key: string, value: string): unknown {
  if (NATIVE_ATTRIBUTES.has(key)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    // Attributes that a later version may add as plain text: kept as they stand.
    return value
  }
}

/**
 * Typed events carry the proto-JSON text of each field; native SDK events carry plain text and are told apart by their type, which is no full proto name
 * (onchain facts 4.1). `Object.fromEntries` makes own properties, so an attribute called `__proto__` is one name among others.
 */
export function decodeEvent(event: WireEvent): ChainEvent {
  const typed = event.type.includes('.')
  return {
    type: event.type,
    attributes: Object.fromEntries(event.attributes.map(({ key, value }) => [key, typed ? decodeValue(key, value ?? '') : (value ?? '')])),
  }
}

type Results = z.output<typeof blockResultsResult>

/** The same, where only what names a few addresses was read. */
function understandScanned(scanned: ScannedResults): { height: number; txs_results: Results['txs_results']; blockEvents: ChainEvent[] } {
  const rest = understand(blockResultsResult, { height: scanned.height, txs_results: scanned.txs })
  return {
    height: rest.height,
    txs_results: rest.txs_results,
    blockEvents: scanned.events.map((event) => ('wire' in event ? decodeEvent(understand(wireEvent, event.wire)) : event.placeholder)),
  }
}

/** The block's own parts held against each other: its hash is that of its header, which names the hash of its transactions. */
export function checkedBlock(block: unknown): { header: Header; hash: string; timeMs: number; txHashes: Uint8Array[] } {
  const { block_id: id, block: content } = understand(blockResult, block)
  const { header } = content
  const hash = hashText(headerHash(header))
  if (hash !== id.hash) throw new NotUnderstood('block_id.hash', 'not the hash of this header')
  const txHashes = content.data.txs.map((tx) => sha256(Buffer.from(tx, 'base64')))
  if (hashText(merkleRoot(txHashes)) !== hashText(header.dataHash))
    throw new NotUnderstood('block.data', 'not the transactions of this header')
  return { header, hash, timeMs: timeMsOf(header.time), txHashes }
}

/**
 * @param block `result` of CometBFT's `block`
 * @param results `result` of CometBFT's `block_results` for the same height, or what was scanned of it
 * @returns the block with its events decoded and its hash and those of its transactions computed from the block's own bytes
 * @throws NotUnderstood when the two do not belong together or do not fit
 */
export function decodeBlock(block: unknown, results: unknown): ChainBlock {
  const { height, txs_results: outcomes, finalize_block_events: events } = understand(blockResultsResult, results)
  return joined(block, { height, txs_results: outcomes, blockEvents: events.map(decodeEvent) })
}

/** Like `decodeBlock`, of results in which only what names a few addresses was read. */
export function decodeScanned(block: unknown, scanned: ScannedResults): ChainBlock {
  return joined(block, understandScanned(scanned))
}

function joined(block: unknown, outcome: ReturnType<typeof understandScanned>): ChainBlock {
  const { header, hash, timeMs, txHashes } = checkedBlock(block)
  if (outcome.height !== header.height) throw new NotUnderstood('height', `results are of block ${outcome.height}, not ${header.height}`)
  if (outcome.txs_results.length !== txHashes.length) {
    throw new NotUnderstood('txs_results', `${outcome.txs_results.length} results for ${txHashes.length} transactions`)
  }
  return {
    height: header.height,
    hash,
    timeMs,
    txs: outcome.txs_results.map((result, index) => ({
      index,
      hash: hashText(txHashes[index] ?? new Uint8Array()),
      code: result.code,
      codespace: result.codespace,
      log: result.log,
      gasUsed: result.gas_used,
      gasWanted: result.gas_wanted,
      events: result.events.map(decodeEvent),
    })),
    blockEvents: outcome.blockEvents,
  }
}
