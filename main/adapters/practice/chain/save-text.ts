/** State as JSON text and back. Amounts are decimal text with a mark, maps and sets are lists with a name. */

const AMOUNT = 'n:'
const PLAIN = 's:'

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${AMOUNT}${value}`
  if (typeof value === 'string') return value.startsWith(AMOUNT) || value.startsWith(PLAIN) ? `${PLAIN}${value}` : value
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Map) return { $map: [...value].map(toPlain) }
  if (value instanceof Set) return { $set: [...value].map(toPlain) }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlain(part)]))
  return value
}

function fromPlain(value: unknown): unknown {
  if (typeof value === 'string') {
    if (value.startsWith(AMOUNT)) return BigInt(value.slice(AMOUNT.length))
    return value.startsWith(PLAIN) ? value.slice(PLAIN.length) : value
  }
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === '$map' && Array.isArray(first[1]))
    return new Map(first[1].map(fromPlain) as [unknown, unknown][])
  if (entries.length === 1 && first?.[0] === '$set' && Array.isArray(first[1])) return new Set(first[1].map(fromPlain))
  return Object.fromEntries(entries.map(([key, part]) => [key, fromPlain(part)]))
}

export function saveText(value: unknown): string {
  return JSON.stringify(toPlain(value))
}

/** @throws when the text is no JSON, or an amount in it is none */
export function readText(text: string): unknown {
  return fromPlain(JSON.parse(text))
}
