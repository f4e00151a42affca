import { NotUnderstood } from './not-understood.ts'

/**
 * Finds its way through the bytes of a large JSON answer without making values of it: a settlement block of mainnet is 13 MB, of which a supplier needs a few kilobytes.
 * What is passed over is looked at only as far as its brackets and strings must close.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

const notJson = (): NotUnderstood => new NotUnderstood('', 'not JSON')

/** @returns where the next byte that is no space stands */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at
  for (let byte = bytes[i]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[i]) i += 1
  return i
}

/** @param at the opening quote @returns where the string ends, behind its closing quote */
function skipString(bytes: Uint8Array, at: number): number {
  const end = bytes.length
  for (let i = at + 1; i < end; i += 1) {
    const byte = bytes[i]
    if (byte === QUOTE) return i + 1
    if (byte === BACKSLASH) i += 1
  }
  throw notJson()
}

/** @returns where the value that begins at `at` ends */
export function skipValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at]
  if (first === QUOTE) return skipString(bytes, at)
  const end = bytes.length
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) {
    let i = at
    for (; i < end; i += 1) {
      const byte = bytes[i] ?? 0
      if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST || byte <= 0x20) break
    }
    if (i === at) throw notJson()
    return i
  }
  let depth = 0
  for (let i = at; i < end; i += 1) {
    const byte = bytes[i]
    if (byte === QUOTE) i = skipString(bytes, i) - 1
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1
      if (depth === 0) return i + 1
    }
  }
  throw notJson()
}

/** The value that stands at `from`, up to `to`. */
export function valueAt(bytes: Buffer, from: number, to: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', from, to)) as unknown
  } catch {
    throw notJson()
  }
}

/**
 * Goes through the members of the object at `at`.
 * @param onMember told each name and where its value begins; @returns where the value ends, or undefined to have it passed over
 * @returns where the object ends
 */
export function eachMember(bytes: Buffer, at: number, onMember: (name: string, from: number) => number | undefined): number {
  if (bytes[at] !== OPEN_OBJECT) throw notJson()
  let i = skipSpace(bytes, at + 1)
  if (bytes[i] === CLOSE_OBJECT) return i + 1
  for (;;) {
    if (bytes[i] !== QUOTE) throw notJson()
    const nameEnd = skipString(bytes, i)
    const name = bytes.toString('latin1', i + 1, nameEnd - 1)
    i = skipSpace(bytes, nameEnd)
    if (bytes[i] !== COLON) throw notJson()
    i = skipSpace(bytes, i + 1)
    i = skipSpace(bytes, onMember(name, i) ?? skipValue(bytes, i))
    if (bytes[i] === CLOSE_OBJECT) return i + 1
    if (bytes[i] !== COMMA) throw notJson()
    i = skipSpace(bytes, i + 1)
  }
}

/** The same for the elements of a list; `null` is a list without any. */
export function eachElement(bytes: Buffer, at: number, onElement: (from: number) => number): number {
  if (bytes[at] !== OPEN_LIST) {
    const end = skipValue(bytes, at)
    if (bytes.toString('latin1', at, end) !== 'null') throw new NotUnderstood('', 'not a list')
    return end
  }
  let i = skipSpace(bytes, at + 1)
  if (bytes[i] === CLOSE_LIST) return i + 1
  for (;;) {
    i = skipSpace(bytes, onElement(i))
    if (bytes[i] === CLOSE_LIST) return i + 1
    if (bytes[i] !== COMMA) throw notJson()
    i = skipSpace(bytes, i + 1)
  }
}
