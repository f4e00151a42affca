import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import { postBytes } from '#main/adapters/cosmos/post-bytes.ts'
import { createTransport } from '#main/adapters/cosmos/transport.ts'

/** Bodies that no honest node sends. */

let answer: (request: IncomingMessage, response: ServerResponse) => void
let url: string
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => answer(request, response))
})
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const transport = (readMs = 5_000) => createTransport({ rpcUrl: url, restUrl: url }, { readMs, writeMs: readMs })
async function failure(work: Promise<unknown>): Promise<{ code: string; reason: string }> {
  const error: unknown = await work.then(
    () => new Error('it worked'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof HearthError)) throw error
  return { code: error.code, reason: error.detail['reason'] ?? '' }
}
const says = (status: number, body: string | Buffer, headers: Record<string, string> = {}): void => {
  answer = (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

describe('a large answer', () => {
  const limits = { maxBytes: 3_000_000, stallMs: 2_000, timeoutMs: 5_000 }
  it('is read whole, in pieces, with and without its length, and packed', async () => {
    const body = Buffer.alloc(2_500_000, 'ab')
    says(200, body)
    expect((await postBytes(url, '{}', limits)).body.equals(body)).toBe(true)
    answer = (_request, response) => {
      for (let at = 0; at < body.length; at += 100_000) response.write(body.subarray(at, at + 100_000))
      response.end()
    }
    expect((await postBytes(url, '{}', limits)).body.equals(body)).toBe(true)
    says(200, gzipSync(body), { 'content-encoding': 'gzip' })
    expect((await postBytes(url, '{}', limits)).body.equals(body)).toBe(true)
  })

  it('has an end to its size, said or not, packed or not', async () => {
    says(200, Buffer.alloc(3_000_001))
    await expect(postBytes(url, '{}', limits)).rejects.toThrow('answer too large')
    answer = (_request, response) => {
      const more = (): void => {
        if (!response.destroyed && response.write(Buffer.alloc(100_000))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    }
    await expect(postBytes(url, '{}', limits)).rejects.toThrow('answer too large')
    // Three kilobytes on the wire that are three megabytes here.
    says(200, gzipSync(Buffer.alloc(3_000_001)), { 'content-encoding': 'gzip' })
    await expect(postBytes(url, '{}', limits)).rejects.toThrow('answer too large')
  })

  it('that stops, is cut, is no gzip or never comes is told as that', async () => {
    answer = (_request, response) => void response.write('{"a":')
    await expect(postBytes(url, '{}', { ...limits, stallMs: 100 })).rejects.toThrow('the answer stopped in the middle')
    answer = () => undefined
    await expect(postBytes(url, '{}', { ...limits, stallMs: 100 })).rejects.toThrow('no answer in time')
    answer = (_request, response) => {
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    }
    await expect(postBytes(url, '{}', { ...limits, timeoutMs: 200 })).rejects.toThrow('no answer in time')
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    }
    await expect(postBytes(url, '{}', limits)).rejects.toThrow(/aborted|ECONNRESET/)
    says(200, 'no gzip', { 'content-encoding': 'gzip' })
    await expect(postBytes(url, '{}', limits)).rejects.toThrow(/header/)
  })
})

describe('every other answer ends in a code', () => {
  const read = () => transport().rest('/a', z.looseObject({ a: z.string() }))
  it.each([
    ['HTML', 200, '<html>', 'answer not understood'],
    ['an error page', 502, '<html>', 'HTTP 502'],
    ['cut JSON', 200, '{"a":"b', 'answer not understood'],
    ['a wrong type', 200, '{"a":7}', 'answer not understood'],
    ['nothing', 200, '', 'answer not understood'],
    ['a redirect', 302, '', 'unexpected redirect'],
    ['a proxy that knows no such path', 404, '{"error":"no"}', 'HTTP 404'],
    ['too many', 429, 'slow down', 'HTTP 429'],
  ])('%s', async (_name, status, body, reason) => {
    says(status, body, status === 302 ? { location: 'http://127.0.0.1:9/' } : {})
    expect(await failure(read())).toEqual({ code: 'chain-unreachable', reason })
  })

  it('an ordinary answer that is huge', async () => {
    says(200, JSON.stringify({ a: 'x'.repeat(17 * 1024 * 1024) }))
    expect(await failure(read())).toEqual({ code: 'chain-unreachable', reason: 'answer too large' })
  })

  it('an address with a password in it, which is not repeated, or of another protocol', async () => {
    for (const bad of ['http://me:secret@127.0.0.1:1', 'ftp://127.0.0.1', 'nonsense']) {
      const one = createTransport({ rpcUrl: bad, restUrl: bad }, { readMs: 100, writeMs: 100 })
      const error = await one.rpcBytes('block', {}).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'chain-unreachable' })
      expect(JSON.stringify(error)).not.toContain('secret')
    }
  })
})

describe('the height of a state', () => {
  const state = (height: number): void => says(200, '{"a":"b"}', { 'grpc-metadata-x-cosmos-block-height': String(height) })
  const schema = z.looseObject({ a: z.string() })
  it('that is older than what the node named is refused, one block apart is not', async () => {
    const one = transport()
    one.sawHeight(100)
    state(99)
    expect(await one.rest('/a', schema)).toMatchObject({ kind: 'ok', height: 99 })
    state(98)
    expect(await failure(one.rest('/a', schema))).toEqual({ code: 'chain-unreachable', reason: 'older height 98, after 100' })
    one.sawHeight(50)
    expect((await failure(one.rest('/a', schema))).reason).toContain('older height')
  })
  it('is the one that was asked for', async () => {
    const one = transport()
    one.sawHeight(100)
    state(40)
    expect(await one.rest('/a', schema, { height: 40 })).toMatchObject({ kind: 'ok', height: 40 })
    expect((await failure(one.rest('/a', schema, { height: 41 }))).reason).toBe('asked for height 41, got 40')
  })
})
