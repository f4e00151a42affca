import type { IncomingMessage } from 'node:http'

/**
 * Reads a small body into one buffer that the caller wipes.
 * @returns the body, or undefined when it is larger than `limit` bytes (the rest is then not read)
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined
  const whole = Buffer.alloc(limit)
  let length = 0
  // Not destroyed when we stop early: the refusal still has to leave on this connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (length + chunk.byteLength > limit) {
      whole.fill(0)
      return undefined
    }
    chunk.copy(whole, length)
    length += chunk.byteLength
    chunk.fill(0)
  }
  return whole.subarray(0, length)
}
