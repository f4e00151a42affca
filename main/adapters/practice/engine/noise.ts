import { createHash } from 'node:crypto'

/** A number from -1 to 1 that is always the same for the same words: Practice is repeatable. */
export function noise(...words: (string | number)[]): number {
  const bytes = createHash('sha256').update(words.join('\0')).digest()
  return (bytes.readUInt32BE(0) / 0xffffffff) * 2 - 1
}

/** 64 hex digits that are always the same for the same words. */
export function hashOf(...words: (string | number)[]): string {
  return createHash('sha256').update(words.join('\0')).digest('hex')
}
