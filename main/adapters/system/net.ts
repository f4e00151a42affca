import { statfs } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { Net } from '#main/core/ports/net.ts'
import { createAskHere } from './ask-here.ts'
import { judgedLookup, judgeNumber } from './judged-lookup.ts'

/** An answer to a relay; nothing that Hearth asks for is near this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

function hostOf(url: URL): string {
  return `${url.protocol}//${url.host}`
}

async function readAll(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('answer too large')
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}

class RefusedAddress extends Error {
  readonly address: string
  constructor(address: string) {
    super(`leads to ${address}`)
    this.address = address
  }
}

async function exchange(
  url: URL,
  body: Uint8Array,
  headers: Record<string, string>,
  signal: AbortSignal,
  mayAsk: ((address: string) => boolean) | undefined,
): Promise<{ status: number; body: Uint8Array }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const judge = (address: string): void => {
    if (mayAsk?.(address) === false) throw new RefusedAddress(address)
  }
  judgeNumber(url, judge)
  const lookup = mayAsk === undefined ? {} : { lookup: judgedLookup(judge) }
  // A connection of its own: a kept one that the other end closes meanwhile would fail a request that must not be sent twice.
  const request = send(url, {
    method: 'POST',
    agent: false,
    signal,
    ...lookup,
    headers: { ...headers, 'content-length': String(body.length) },
  })
  request.on('response', resolve)
  request.on('error', reject)
  request.end(body)
  const response = await promise
  return { status: response.statusCode ?? 0, body: await readAll(response) }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

async function post(...[text, body, headers, timeoutMs, signal, mayAsk]: Parameters<Net['post']>): ReturnType<Net['post']> {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new HearthError('endpoint-invalid', { url: text.slice(0, 200) })
  const url = new URL(text)
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await exchange(url, body, headers, signal === undefined ? timeout : AbortSignal.any([timeout, signal]), mayAsk)
  } catch (error) {
    if (signal?.aborted) throw new HearthError('cancelled', {}, { cause: error })
    const reason = timeout.aborted ? 'no answer in time' : reasonOf(error)
    const refused: Record<string, string> = error instanceof RefusedAddress ? { refusedAddress: error.address } : {}
    throw new HearthError('no-network', { endpoint: hostOf(url), reason: reason.slice(0, 300), ...refused }, { cause: error })
  }
}

async function portFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
  server.once('error', () => resolve(false))
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  return promise
}

/** The folder may not be there yet: then the disk is that of the nearest folder above it. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    if (reasonOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    return freeBytes(dirname(folder))
  }
}

/**
 * Plain HTTP and questions about this machine. `post` rejects `no-network` with `endpoint` and `reason` when nothing answers in time, `cancelled` when the signal
 * aborts, `endpoint-invalid` for a text that is no http(s) URL. Redirects are handed back as they come.
 * @param dataDir folder whose disk `freeDiskBytes` means
 */
export function createNet(dataDir: string): Net {
  return { post, askHere: createAskHere(), portFree, freeDiskBytes: () => freeBytes(dataDir) }
}
