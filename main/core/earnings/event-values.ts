import { parseCoin, upoktOf } from '#shared/model/money.ts'
import type { ChainEvent } from '../ports/chain.ts'

/**
 * Reads attributes of decoded events (onchain facts 4.1): quoted numbers arrive as text, bare ones as numbers, coins as `123upokt` or, in old formats, as an object.
 * A missing key is undefined: keys came and went over the chain's history (4.4).
 */

export function textOf(event: ChainEvent, key: string): string | undefined {
  const value = event.attributes[key]
  return typeof value === 'string' ? value : undefined
}

/** A height or a small count. Undefined unless it is a whole number that fits. */
export function numberOf(event: ChainEvent, key: string): number | undefined {
  const value = event.attributes[key]
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

/** A count that may be large (relays, compute units). */
export function countOf(event: ChainEvent, key: string): bigint | undefined {
  const value = event.attributes[key]
  if (typeof value === 'string' && /^\d{1,40}$/.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined
}

/** upokt of one coin; undefined when the key is missing or holds no coin. Another denomination counts as 0. */
export function coinOf(event: ChainEvent, key: string): bigint | undefined {
  return readCoin(event.attributes[key])
}

/** Same for a value inside an attribute. */
export function readCoin(value: unknown): bigint | undefined {
  if (typeof value === 'string') {
    const coin = parseCoin(value)
    return coin && (coin.denom === 'upokt' ? coin.amount : 0n)
  }
  if (typeof value !== 'object' || value === null || !('amount' in value) || !('denom' in value)) return undefined
  const { amount, denom } = value
  if (typeof amount !== 'string' || !/^\d{1,40}$/.test(amount)) return undefined
  return denom === 'upokt' ? BigInt(amount) : 0n
}

/** upokt of a bank event's `amount`: a comma-joined list, empty when nothing moved. */
export function bankUpokt(event: ChainEvent): bigint {
  return upoktOf(textOf(event, 'amount') ?? '')
}
