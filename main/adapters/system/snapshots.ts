import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { HearthError } from '#shared/api/errors.ts'
import type { Snapshots } from '#main/core/ports/snapshots.ts'

const STALL_MS = 30_000
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Snapshots over HTTPS, or plain HTTP from this PC. Redirects are not followed: the catalogue names the place itself. @param stallMs without a byte the line counts as broken */
export function createSnapshots(stallMs: number = STALL_MS): Snapshots {
  return {
    async fetch({ url: text, path, sha256, bytes }, onProgress, signal) {
      const url = new URL(text)
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
        throw unavailable(url, 'it is not encrypted')
      const part = `${path}.part`
      if (signal.aborted) throw new HearthError('cancelled')
      let have = await sizeOf(part)
      if (have > bytes) {
        await rm(part, { force: true })
        have = 0
      }
      if (have < bytes)
        await fetchRest(url, part, have, bytes, stallMs, signal, (done) => onProgress({ bytes: done, total: bytes, stage: 'fetching' }))
      const found = await hashOf(part, signal, (done) => onProgress({ bytes: done, total: bytes, stage: 'checking' }))
      if (found !== sha256) {
        await rm(part, { force: true })
        throw new HearthError('snapshot-damaged', { reason: 'its hash is another', found, wanted: sha256 })
      }
      await rename(part, path)
    },
  }
}

async function fetchRest(
  url: URL,
  part: string,
  have: number,
  total: number,
  stallMs: number,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<void> {
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), stallMs)
  const either = AbortSignal.any([signal, stall.signal])
  try {
    const response = await open(url, have, either)
    const status = response.statusCode ?? 0
    const isRest = status === 206 && (response.headers['content-range'] ?? '').startsWith(`bytes ${have}-`)
    if (status !== 200 && !isRest) {
      response.destroy()
      throw unavailable(url, `HTTP ${status}`)
    }
    // A server that knows no ranges begins anew.
    let done = isRest ? have : 0
    response.on('data', (chunk: Buffer) => {
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stallMs)
      done += chunk.length
      if (done > total) response.destroy(new HearthError('snapshot-damaged', { reason: 'it is longer than it should be' }))
      else onBytes(done)
    })
    await pipeline(response, createWriteStream(part, { flags: isRest ? 'a' : 'w', mode: 0o600 }), { signal: either })
    if (done < total) throw unavailable(url, 'the line broke')
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
