import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs'
import { mkdir, open as openFile, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { HearthError } from '#shared/api/errors.ts'
import type { Snapshots } from '#main/core/ports/snapshots.ts'
import { safeTar } from './snapshot-tar.ts'

const STALL_MS = 30_000
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Kept free beside what is fetched. */
const SPARE_BYTES = 256 * 1024 ** 2
const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,120}$/

/**
 * Snapshots over HTTPS, or plain HTTP from this PC. Redirects are not followed: the catalogue, or the user, names the place itself.
 * @param folder where they lie while they are fetched and unpacked; made when it is needed @param stallMs without a byte the line counts as broken
 */
export function createSnapshots(folder: string, stallMs: number = STALL_MS): Snapshots {
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new Error('no name of a snapshot')
    return join(folder, name)
  }
  return {
    async fetch({ name, url: text, sha256, bytes }, onProgress, signal) {
      const path = pathOf(name)
      const part = `${path}.part`
      const url = urlOf(text)
      if (signal.aborted) throw new HearthError('cancelled')
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const whole = await sizeOf(path)
      if (whole > 0) {
        if ((await hashOf(path, signal, (done) => onProgress({ bytes: done, total: whole, stage: 'checking' }))) === sha256) return
        await rm(path, { force: true })
      }
      let have = await sizeOf(part)
      if (bytes !== undefined && have > bytes) {
        await rm(part, { force: true })
        have = 0
      }
      const total =
        bytes !== undefined && have === bytes
          ? bytes
          : await fetchRest({ url, part, have, total: bytes, folder }, stallMs, signal, (done, all) =>
              onProgress({ bytes: done, total: all, stage: 'fetching' }),
            )
      const found = await hashOf(part, signal, (done) => onProgress({ bytes: done, total, stage: 'checking' }))
      if (found !== sha256) {
        await rm(part, { force: true })
        throw new HearthError('snapshot-damaged', { reason: 'its hash is another', found, wanted: sha256 })
      }
      await rename(part, path)
    },
    async *contents(name, options, onProgress) {
      const path = pathOf(name)
      const total = await sizeOf(path)
      let file: ReadStream | undefined
      // Opened where it is read, so that somebody hears when it breaks; and counted there: a listener of its own would set the stream flowing before anybody takes from it.
      const from = async function* (start: number): AsyncGenerator<Uint8Array> {
        let done = start
        file = createReadStream(path, { start, highWaterMark: 256 * 1024 })
        for await (const chunk of file as AsyncIterable<Buffer>) {
          done += chunk.length
          onProgress({ bytes: done, total })
          yield chunk
        }
      }
      try {
        yield* safeTar(plain(path, total, from), options)
      } catch (error) {
        if (error instanceof HearthError) throw error
        const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
        throw new HearthError('snapshot-damaged', { reason: `it cannot be unpacked (${code || 'unknown'})` }, { cause: error })
      } finally {
        file?.destroy()
      }
    },
    async discard(name) {
      for (const path of [pathOf(name), `${pathOf(name)}.part`]) await rm(path, { force: true })
    },
    async keepOnly(prefix, names) {
      const files = await readdir(folder).catch(() => [])
      const isKept = (file: string): boolean => names.includes(file.replace(/\.part$/, ''))
      for (const file of files) if (file.startsWith(prefix) && !isKept(file)) await rm(join(folder, file), { force: true })
    },
  }
}

function urlOf(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch (error) {
    throw new HearthError('snapshot-unavailable', { host: text.slice(0, 80), reason: 'it is no web address' }, { cause: error })
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) throw unavailable(url, 'it is not encrypted')
  return url
}

/** The file without its compression, told by its first bytes: names lie. @param from its bytes from a place on */
async function* plain(path: string, total: number, from: (start: number) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const handle = await openFile(path)
  const start = Buffer.alloc(4)
  try {
    await handle.read(start, 0, 4, 0)
  } finally {
    await handle.close()
  }
  const magic = start.toString('hex')
  const through = <T extends Duplex>(content: AsyncIterable<Uint8Array>, unpack: T): T => {
    // A source that fails is told to whoever reads what comes out.
    pipeline(content, unpack).catch((error: unknown) => unpack.destroy(error instanceof Error ? error : undefined))
    return unpack
  }
  if (magic === '04224d18')
    throw new HearthError('snapshot-refused', {
      reason: 'it is compressed by lz4, which is not read here: take one as .tar.gz or .tar.zst',
    })
  if (magic.startsWith('1f8b')) yield* through(from(0), createGunzip())
  else if (magic === '28b52ffd' || /^5.2a4d18$/.test(magic)) {
    // Programs that compress on several cores write one frame after another (RFC 8878, 3.1; those that are skipped come first), and the stream may end with the first of them.
    for (let at = 0; at < total;) {
      const frame = through(from(at), createZstdDecompress())
      yield* frame
      if (frame.bytesWritten === 0) throw new HearthError('snapshot-damaged', { reason: 'what follows in it cannot be read' })
      at += frame.bytesWritten
    }
  } else yield* from(0)
}

/** @param wanted.total its length where it is known beforehand @returns its whole length */
async function fetchRest(
  wanted: { url: URL; part: string; have: number; total: number | undefined; folder: string },
  stallMs: number,
  signal: AbortSignal,
  onBytes: (done: number, total: number) => void,
): Promise<number> {
  const { url, part, have, folder } = wanted
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), stallMs)
  const either = AbortSignal.any([signal, stall.signal])
  try {
    const response = await open(url, have, either)
    const status = response.statusCode ?? 0
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers['content-range'] ?? '')
    // All of it is there already, and only its hash was not looked at yet.
    const all = /^bytes \*\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1]
    if (status === 416 && have > 0 && all !== undefined) {
      response.destroy()
      if (Number(all) === have) return have
      await rm(part, { force: true })
      throw unavailable(url, 'it has become another file there')
    }
    const isRest = status === 206 && Number(range?.[1]) === have
    if (status !== 200 && !isRest) {
      response.destroy()
      throw unavailable(url, `HTTP ${status}`)
    }
    const said = isRest ? Number(range?.[2]) : Number(response.headers['content-length'])
    const total = wanted.total ?? (Number.isSafeInteger(said) && said > 0 ? said : undefined)
    if (total === undefined) {
      response.destroy()
      throw unavailable(url, 'the server does not say how long it is')
    }
    // A server that knows no ranges begins anew.
    let done = isRest ? have : 0
    const disk = await statfs(folder)
    const free = disk.bavail * disk.bsize
    if (total - done + SPARE_BYTES > free) {
      response.destroy()
      throw new HearthError('disk-full', { path: part, freeBytes: String(free), neededBytes: String(total - done + SPARE_BYTES) })
    }
    response.on('data', (chunk: Buffer) => {
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stallMs)
      done += chunk.length
      if (done > total) response.destroy(new HearthError('snapshot-damaged', { reason: 'it is longer than it should be' }))
      else onBytes(done, total)
    })
    await pipeline(response, createWriteStream(part, { flags: isRest ? 'a' : 'w', mode: 0o600 }), { signal: either })
    if (done < total) throw unavailable(url, 'the line broke')
    return total
  } catch (error) {
    if (signal.aborted) throw new HearthError('cancelled', {}, { cause: error })
    if (error instanceof HearthError) {
      if (error.code === 'snapshot-damaged') await rm(part, { force: true })
      throw error
    }
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new HearthError('disk-full', { path: part }, { cause: error })
    throw unavailable(url, stall.signal.aborted ? 'no byte in time' : code || 'the line broke', error)
  } finally {
    clearTimeout(timer)
  }
}

async function open(url: URL, have: number, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(url, { agent: false, signal, headers: have > 0 ? { range: `bytes=${have}-` } : {} })
  request.on('response', resolve)
  request.on('error', reject)
  request.end()
  return promise
}

async function hashOf(path: string, signal: AbortSignal, onBytes: (done: number) => void): Promise<string> {
  const hash = createHash('sha256')
  let done = 0
  try {
    for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      done += chunk.length
      onBytes(done)
    }
  } catch (error) {
    if (signal.aborted) throw new HearthError('cancelled', {}, { cause: error })
    throw error
  }
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

const unavailable = (url: URL, reason: string, cause?: unknown): HearthError =>
  new HearthError('snapshot-unavailable', { host: url.host, reason }, cause === undefined ? {} : { cause })
