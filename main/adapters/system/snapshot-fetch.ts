import { createWriteStream } from 'node:fs'
import { readFile, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { HearthError } from '#shared/api/errors.ts'

/** Kept free beside what is fetched. */
const SPARE_BYTES = 256 * 1024 ** 2

/** Files of one fetch: what is there of it, and what that is a part of. */
export const partOf = (path: string): string => `${path}.part`
export const originOf = (path: string): string => `${path}.origin`

export interface FetchWish {
  url: URL
  /** The whole file's place; `partOf` and `originOf` lie beside it. */
  path: string
  folder: string
  sha256: string
  /** Its length where it is known beforehand. */
  total: number | undefined
}

/**
 * What the part on the disk is the beginning of. A rest of another file is never put behind it: after hundreds of gigabytes the hash would be wrong.
 * Null for what a server did not say.
 */
interface Origin {
  url: string
  sha256: string
  total: number
  etag: string | null
  lastModified: string | null
}

/**
 * Fetches what is not there yet of a file; begins anew where the part that is there is of another file, as far as anybody can tell, or where the server does not give the rest.
 * @returns its whole length. Rejects `snapshot-unavailable`, `snapshot-damaged`, `disk-full`, `cancelled`; the part is kept, but for what is damaged
 */
export async function fetchRest(
  wish: FetchWish,
  stallMs: number,
  signal: AbortSignal,
  onBytes: (done: number, total: number) => void,
): Promise<number> {
  const have = await sizeOf(partOf(wish.path))
  const origin = have > 0 ? await readOrigin(wish) : undefined
  if (origin) {
    if (origin.total === have) return have
    const total = await fetchFrom(wish, { have, origin }, stallMs, signal, onBytes)
    if (total !== undefined) return total
  }
  const total = await fetchFrom(wish, { have: 0, origin: undefined }, stallMs, signal, onBytes)
  if (total === undefined) throw unavailable(wish.url, 'it gives no whole file')
  return total
}

/** Throws away what is there of a file. */
export async function dropPart(path: string): Promise<void> {
  for (const file of [partOf(path), originOf(path)]) await rm(file, { force: true })
}

/** @returns undefined where the rest that was asked for is not to be had, or is of another file */
async function fetchFrom(
  wish: FetchWish,
  { have, origin }: { have: number; origin: Origin | undefined },
  stallMs: number,
  signal: AbortSignal,
  onBytes: (done: number, total: number) => void,
): Promise<number | undefined> {
  const { url, path, folder } = wish
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), stallMs)
  const either = AbortSignal.any([signal, stall.signal])
  try {
    const response = await open(url, have, origin, either)
    const status = response.statusCode ?? 0
    const isRest = status === 206 && origin !== undefined && continues(response, have, origin)
    if (origin && (status === 206 || status === 416) && !isRest) {
      response.destroy()
      return undefined
    }
    if (status !== 200 && !isRest) {
      response.destroy()
      throw unavailable(url, `HTTP ${status}`)
    }
    const said = isRest ? origin.total : Number(response.headers['content-length'])
    const total = wish.total ?? (Number.isSafeInteger(said) && said > 0 ? said : undefined)
    if (total === undefined) {
      response.destroy()
      throw unavailable(url, 'the server does not say how long it is')
    }
    if (!isRest && wish.total !== undefined && said > 0 && said !== wish.total) {
      response.destroy()
      throw new HearthError('snapshot-damaged', { reason: `it is ${said} bytes long there, and should be ${wish.total}` })
    }
    // A server that knows no ranges, or has another file there now, begins anew by itself.
    if (!isRest) {
      await dropPart(path)
      await writeOrigin(wish, total, response)
    }
    let done = isRest ? have : 0
    const disk = await statfs(folder)
    const free = disk.bavail * disk.bsize
    if (total - done + SPARE_BYTES > free) {
      response.destroy()
      throw new HearthError('disk-full', { path: partOf(path), freeBytes: String(free), neededBytes: String(total - done + SPARE_BYTES) })
    }
    response.on('data', (chunk: Buffer) => {
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stallMs)
      done += chunk.length
      if (done > total) response.destroy(new HearthError('snapshot-damaged', { reason: 'it is longer than it should be' }))
      else onBytes(done, total)
    })
    await pipeline(response, createWriteStream(partOf(path), { flags: isRest ? 'a' : 'w', mode: 0o600 }), { signal: either })
    if (done < total) throw unavailable(url, 'the line broke')
    return total
  } catch (error) {
    if (signal.aborted) throw new HearthError('cancelled', {}, { cause: error })
    if (error instanceof HearthError) {
      if (error.code === 'snapshot-damaged') await dropPart(path)
      throw error
    }
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new HearthError('disk-full', { path: partOf(path) }, { cause: error })
    throw unavailable(url, stall.signal.aborted ? 'no byte in time' : code || 'the line broke', error)
  } finally {
    clearTimeout(timer)
  }
}

/** Whether a 206 is the rest of the file whose beginning is here. Servers that do not know `If-Range` answer so whatever has become of the file. */
function continues(response: IncomingMessage, have: number, origin: Origin): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers['content-range'] ?? '')
  const { etag, 'last-modified': lastModified } = response.headers
  const isSame = (before: string | null, now: string | undefined): boolean => before === null || now === undefined || before === now
  return (
    Number(range?.[1]) === have &&
    Number(range?.[3]) === origin.total &&
    Number(range?.[2]) === origin.total - 1 &&
    isSame(origin.etag, etag) &&
    isSame(origin.lastModified, lastModified)
  )
}

async function open(url: URL, have: number, origin: Origin | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  // A weak tag cannot be asked with (RFC 9110, 13.1.5).
  const tag = origin?.etag?.startsWith('"') === true ? origin.etag : (origin?.lastModified ?? undefined)
  const headers = have > 0 ? { range: `bytes=${have}-`, ...(tag === undefined ? {} : { 'if-range': tag }) } : {}
  const request = send(url, { agent: false, signal, headers })
  request.on('response', resolve)
  request.on('error', reject)
  request.end()
  return promise
}

/** What the part is of, if that is what is wanted; undefined where nobody knows. */
async function readOrigin({ path, url, sha256, total }: FetchWish): Promise<Origin | undefined> {
  let found: Partial<Record<keyof Origin, unknown>> | null
  try {
    found = JSON.parse(await readFile(originOf(path), 'utf8')) as typeof found
  } catch {
    return undefined
  }
  const said = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  if (found?.url !== url.href || found.sha256 !== sha256) return undefined
  if (typeof found.total !== 'number' || (total !== undefined && found.total !== total)) return undefined
  return { url: url.href, sha256, total: found.total, etag: said(found.etag), lastModified: said(found.lastModified) }
}

async function writeOrigin({ path, url, sha256 }: FetchWish, total: number, { headers }: IncomingMessage): Promise<void> {
  const origin: Origin = { url: url.href, sha256, total, etag: headers.etag ?? null, lastModified: headers['last-modified'] ?? null }
  await writeFile(originOf(path), JSON.stringify(origin), { mode: 0o600 })
}

/** Bytes of a file; 0 for none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

export const unavailable = (url: URL, reason: string, cause?: unknown): HearthError =>
  new HearthError('snapshot-unavailable', { host: url.host, reason }, cause === undefined ? {} : { cause })
