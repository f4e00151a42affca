import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { BodyLimits } from './read-body.ts'

/** Memory is added in steps of this. */
const STEP_BYTES = 1024 * 1024

/**
 * One POST of JSON whose answer may be tens of megabytes: through Node's own client, which leaves half as much memory behind as `fetch`, and read into one block of memory.
 * @param sink gets a good answer piece by piece instead: then the body that comes back is empty
 * Follows no redirect. @throws Error in the system's words, "no answer in time", "answer too large" or "the answer stopped in the middle"
 */
export async function postBytes(
  url: string,
  json: string,
  limits: BodyLimits & { timeoutMs: number },
  sink?: (chunk: Uint8Array) => void,
): Promise<{ status: number; body: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Buffer }>()
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json), 'accept-encoding': 'gzip' }
  let hasAnswer = false
  const asked = (url.startsWith('https:') ? requestHttps : requestHttp)(url, { method: 'POST', headers }, (response) => {
    hasAnswer = true
    collect(response, limits, isFine(response.statusCode ?? 0) ? sink : undefined).then(
      (body) => resolve({ status: response.statusCode ?? 0, body }),
      reject,
    )
  })
  const fail = (reason: string): void => {
    const error = new Error(reason)
    reject(error)
    asked.destroy(error)
  }
  const late = setTimeout(() => fail('no answer in time'), limits.timeoutMs)
  asked.setTimeout(limits.stallMs, () => fail(!hasAnswer ? 'no answer in time' : 'the answer stopped in the middle'))
  asked.on('error', reject)
  asked.end(json)
  try {
    return await promise
  } finally {
    clearTimeout(late)
    asked.destroy()
  }
}

const isFine = (status: number): boolean => status >= 200 && status < 300

async function collect(response: IncomingMessage, limits: BodyLimits, sink?: (chunk: Uint8Array) => void): Promise<Buffer> {
  const isGzip = response.headers['content-encoding'] === 'gzip'
  const told = isGzip ? NaN : Number(response.headers['content-length'] ?? NaN)
  if (told > limits.maxBytes) throw new Error('answer too large')
  const source: Readable = isGzip ? pipeline(response, createGunzip(), () => undefined) : response
  // Grows in place: copying into ever larger blocks would take twice the room at the end.
  const memory = new ArrayBuffer(0, { maxByteLength: limits.maxBytes })
  let size = 0
  for await (const each of source) {
    const chunk = each as Buffer
    if (size + chunk.length > limits.maxBytes) throw new Error('answer too large')
    if (sink !== undefined) {
      sink(chunk)
      size += chunk.length
      continue
    }
    if (size + chunk.length > memory.byteLength) {
      memory.resize(Math.min(limits.maxBytes, Math.ceil((size + chunk.length) / STEP_BYTES) * STEP_BYTES))
    }
    new Uint8Array(memory, size, chunk.length).set(chunk)
    size += chunk.length
  }
  return sink === undefined ? Buffer.from(memory, 0, size) : Buffer.alloc(0)
}
