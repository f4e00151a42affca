/** The body of an answer, with an end to its size and to its silence. */

/** What an answer may be. */
export interface BodyLimits {
  maxBytes: number
  /** Longest time without a byte: a line that hangs is told sooner than the whole time is up. */
  stallMs: number
}

/** First room for an answer of unknown length. */
const FIRST_BYTES = 64 * 1024

/**
 * Reads into one block of memory that grows, so that a large body is there once and not twice.
 * @throws Error "answer too large" or "the answer stopped in the middle"
 */
export async function readBody(response: Response, limits: BodyLimits): Promise<Buffer> {
  const told = Number(response.headers.get('content-length') ?? NaN)
  // Compressed answers tell the length of what is sent, not of what comes out: a wish, never a promise.
  if (told > limits.maxBytes) {
    await response.body?.cancel().catch(() => undefined)
    throw new Error('answer too large')
  }
  const reader = response.body?.getReader()
  if (reader === undefined) return Buffer.alloc(0)
  let room = Buffer.allocUnsafe(Number.isSafeInteger(told) && told > 0 ? told : FIRST_BYTES)
  let size = 0
  try {
    for (;;) {
      const { done, value } = await soon(reader.read(), limits.stallMs)
      if (done) break
      const chunk: Uint8Array = value
      if (size + chunk.length > limits.maxBytes) throw new Error('answer too large')
      if (size + chunk.length > room.length) {
        const larger = Buffer.allocUnsafe(Math.min(limits.maxBytes, Math.max(size + chunk.length, Math.ceil(room.length * 1.5))))
        room.copy(larger, 0, 0, size)
        room = larger
      }
      room.set(chunk, size)
      size += chunk.length
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined)
    throw error
  }
  return room.subarray(0, size)
}

async function soon<T>(promise: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the answer stopped in the middle')), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
