import { z } from 'zod'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'
import { blockResult, blockResultsResult, type WireEvent } from './schemas.ts'
import { txHash } from './tx-hash.ts'

/** Reading blocks without any I/O, so that recorded ones can be read too. */

/** Attributes that the SDK adds to typed events as plain text (onchain facts 4.1). */
const NATIVE_ATTRIBUTES: ReadonlySet<string> = new Set(['mode', 'msg_index', 'authz_msg_index'])

/** An answer that is valid JSON and still not what a node says. `path` is the field that is wrong. */
export class NotUnderstood extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(`${path}: ${message}`)
    this.name = 'NotUnderstood'
    this.path = path
  }
}

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

/**
 * @param block `result` of CometBFT's `block`
 * @param results `result` of CometBFT's `block_results` for the same height
 * @returns the block with its events decoded and its transaction hashes computed from the block's own bytes
 * @throws NotUnderstood when the two do not belong together or do not fit
 */
export function decodeBlock(block: unknown, results: unknown): ChainBlock {
  const { block_id: id, block: content } = understand(blockResult, block)
  const outcome = understand(blockResultsResult, results)
  const { header, data } = content
  if (outcome.height !== header.height) throw new NotUnderstood('height', `results are of block ${outcome.height}, not ${header.height}`)
  if (outcome.txs_results.length !== data.txs.length) {
    throw new NotUnderstood('txs_results', `${outcome.txs_results.length} results for ${data.txs.length} transactions`)
  }
  return {
    height: header.height,
    hash: id.hash,
    timeMs: header.time,
    txs: outcome.txs_results.map((result, index) => ({
      index,
      hash: txHash(Buffer.from(data.txs[index] ?? '', 'base64')),
      code: result.code,
      codespace: result.codespace,
      log: result.log,
      gasUsed: result.gas_used,
      gasWanted: result.gas_wanted,
      events: result.events.map(decodeEvent),
    })),
    blockEvents: outcome.finalize_block_events.map(decodeEvent),
  }
}
