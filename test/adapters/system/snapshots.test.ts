import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSnapshots } from '#main/adapters/system/snapshots.ts'
import { rejection } from '#test/fakes/rejection.ts'

const CONTENT = randomBytes(3_000_000)
const SHA256 = createHash('sha256').update(CONTENT).digest('hex')
const quiet = (): void => undefined

describe('fetching a snapshot', () => {
  let folder = ''
  let server: Server
  let url = ''
  /** Bytes after which the server cuts the line; how it answers ranges; what it was asked. */
  let cutAfter = Number.POSITIVE_INFINITY
  let knowsRanges = true
  let silent = false
  let content = CONTENT
  let ranges: (string | undefined)[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hearth-snapshot-'))
    cutAfter = Number.POSITIVE_INFINITY
    knowsRanges = true
    silent = false
    content = CONTENT
    ranges = []
    server = createServer((request, response) => {
      ranges.push(request.headers.range)
      const from = knowsRanges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0
      if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` })
      else response.writeHead(200)
      const rest = content.subarray(from)
      if (rest.length <= cutAfter) response.end(rest)
      else response.write(rest.subarray(0, cutAfter), () => (silent ? undefined : setTimeout(() => response.destroy(), 20)))
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/snap.tar.gz`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const wish = (more: object = {}) => ({ url, name: 'snap', sha256: SHA256, bytes: CONTENT.length, ...more })
  const never = new AbortController().signal

  it('puts the file there once its hash is right, and tells how far it is', async () => {
    const stages: string[] = []
    let last = 0
    await createSnapshots(folder).fetch(
      wish(),
      ({ bytes, stage }) => {
        if (stages.at(-1) !== stage) stages.push(stage)
        last = bytes
      },
      never,
    )
    expect(readFileSync(join(folder, 'snap')).equals(CONTENT)).toBe(true)
    expect([stages, last]).toEqual([['fetching', 'checking'], CONTENT.length])
    expect(readdirSync(folder)).toEqual(['snap'])
  })
  it('goes on where the line broke, and never fetches twice what it has', async () => {
    cutAfter = 1_000_000
    const sizes: number[] = []
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await rejection(createSnapshots(folder).fetch(wish(), quiet, never))).code).toBe('snapshot-unavailable')
      sizes.push(statSync(join(folder, 'snap.part')).size)
    }
    cutAfter = Number.POSITIVE_INFINITY
    await createSnapshots(folder).fetch(wish(), quiet, never)
    expect(sizes[1]).toBeGreaterThan(sizes[0] ?? 0)
    expect(ranges).toEqual([undefined, ...sizes.map((size) => `bytes=${size}-`)])
    expect(readFileSync(join(folder, 'snap')).equals(CONTENT)).toBe(true)
  })
  it('begins anew where the server knows no ranges', async () => {
    writeFileSync(join(folder, 'snap.part'), randomBytes(500_000))
    knowsRanges = false
    await createSnapshots(folder).fetch(wish(), quiet, never)
    expect(readFileSync(join(folder, 'snap')).equals(CONTENT)).toBe(true)
  })
  it('throws away what has another hash, also when an earlier part was of something else', async () => {
    writeFileSync(join(folder, 'snap.part'), randomBytes(500_000))
    expect(await rejection(createSnapshots(folder).fetch(wish(), quiet, never))).toMatchObject({
      code: 'snapshot-damaged',
      detail: { wanted: SHA256 },
    })
    expect(readdirSync(folder)).toEqual([])
    content = randomBytes(CONTENT.length + 1)
    expect(await rejection(createSnapshots(folder).fetch(wish(), quiet, never))).toMatchObject({ code: 'snapshot-damaged' })
    expect(readdirSync(folder)).toEqual([])
  })
  it('stops when it is cancelled and keeps what it has', async () => {
    cutAfter = 1_000_000
    silent = true
    const abort = new AbortController()
    const fetching = createSnapshots(folder).fetch(wish(), ({ bytes }) => (bytes >= 1_000_000 ? abort.abort() : undefined), abort.signal)
    expect((await rejection(fetching)).code).toBe('cancelled')
    expect(statSync(join(folder, 'snap.part')).size).toBeGreaterThan(0)
    cutAfter = Number.POSITIVE_INFINITY
    await createSnapshots(folder).fetch(wish(), quiet, never)
    expect(readFileSync(join(folder, 'snap')).equals(CONTENT)).toBe(true)
  })
  it('gives up on a line without a byte, an answer that is no file, and a place that is not encrypted', async () => {
    cutAfter = 1_000
    silent = true
    expect(await rejection(createSnapshots(folder, 200).fetch(wish(), quiet, never))).toMatchObject({
      code: 'snapshot-unavailable',
      detail: { reason: 'no byte in time' },
    })
    server.removeAllListeners('request')
    server.on('request', (_request, response) => void response.writeHead(404).end())
    expect(await rejection(createSnapshots(folder).fetch(wish(), quiet, never))).toMatchObject({ detail: { reason: 'HTTP 404' } })
    expect(await rejection(createSnapshots(folder).fetch(wish({ url: 'http://snaps.example/x' }), quiet, never))).toMatchObject({
      detail: { reason: 'it is not encrypted' },
    })
  })
})
