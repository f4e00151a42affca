import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open as openFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { HearthError } from '#shared/api/errors.ts'
import type { Snapshots } from '#main/core/ports/snapshots.ts'
import { dropPart, fetchRest, partOf, sizeOf, unavailable } from './snapshot-fetch.ts'
import { safeTar } from './snapshot-tar.ts'

const STALL_MS = 30_000
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

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
      const part = partOf(path)
      const url = urlOf(text)
      if (signal.aborted) throw new HearthError('cancelled')
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const whole = await sizeOf(path)
      if (whole > 0) {
        if ((await hashOf(path, signal, (done) => onProgress({ bytes: done, total: whole, stage: 'checking' }))) === sha256) return
        await rm(path, { force: true })
      }
      if ((await sizeOf(part)) > (bytes ?? Infinity)) await dropPart(path)
      const total = await fetchRest({ url, path, folder, sha256, total: bytes }, stallMs, signal, (done, all) =>
        onProgress({ bytes: done, total: all, stage: 'fetching' }),
      )
      const found = await hashOf(part, signal, (done) => onProgress({ bytes: done, total, stage: 'checking' }))
      if (found !== sha256) {
        await dropPart(path)
        throw new HearthError('snapshot-damaged', { reason: 'its hash is another', found, wanted: sha256 })
      }
      await rename(part, path)
      await dropPart(path)
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
      await rm(pathOf(name), { force: true })
      await dropPart(pathOf(name))
    },
    async keepOnly(prefix, names) {
      const files = await readdir(folder).catch(() => [])
      const isKept = (file: string): boolean => names.includes(file.replace(/\.(part|origin)$/, ''))
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
