/**
 * Posts a message over a channel that makes structured clones.
 * SECURITY: S18 a structured clone of a view takes along the whole memory that it looks into, and short Buffers share one block: with the sealed file, whatever else
 * lies there would cross. Every view is given memory of its own first, which is zeroed once the clone is made.
 * @param post makes the clone before it returns
 */
export function postOwnBytes(message: unknown, post: (message: unknown) => void): void {
  const copies: Uint8Array[] = []
  const own = (value: unknown): unknown => {
    if (value instanceof Uint8Array) {
      if (value.byteLength === value.buffer.byteLength) return value
      const copy = new Uint8Array(value)
      copies.push(copy)
      return copy
    }
    if (Array.isArray(value)) return value.map(own)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, own(one)]))
  }
  try {
    post(own(message))
  } finally {
    for (const copy of copies) copy.fill(0)
  }
}
