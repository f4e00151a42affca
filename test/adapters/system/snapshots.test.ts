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
  it('throws away what has another hash, and what is longer than it should be', async () => {
    content = randomBytes(CONTENT.length)
    expect(await rejection(createSnapshots(folder).fetch(wish(), quiet, never))).toMatchObject({
      code: 'snapshot-damaged',
      detail: { wanted: SHA256 },
    })
    expect(readdirSync(folder)).toEqual([])
    content = randomBytes(CONTENT.length + 1)
    expect(await rejection(createSnapshots(folder).fetch(wish(), quiet, never))).toMatchObject({ code: 'snapshot-damaged' })
    expect(readdirSync(folder)).toEqual([])
  })
  it('takes nothing of a file whose length is another, where the server says so', async () => {
    let sent = 0
    server.removeAllListeners('request')
    server.on('request', (_request, response) => {
      response.writeHead(200, { 'content-length': String(CONTENT.length + 1) })
      response.write(CONTENT.subarray(0, 1_000))
    })
    const fetching = createSnapshots(folder).fetch(wish(), () => (sent += 1), never)
    expect(await rejection(fetching)).toMatchObject({ code: 'snapshot-damaged' })
    expect([sent, readdirSync(folder)]).toEqual([0, []])
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

describe('going on with a part', () => {
  const OLD = randomBytes(CONTENT.length)
  let folder = ''
  let server: Server
  let url = ''
  /** What the server has now, what it says of it, and how it answers a question for the rest. */
  let file = { content: OLD, etag: undefined as string | undefined, lastModified: undefined as string | undefined }
  let kind: 'by the book' | 'ignores If-Range' | 'ignores Range' | '416 at once' | 'another rest' = 'by the book'
  let isCut = false
  let asked: { range: string | undefined; ifRange: string | undefined; status: number }[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hearth-snapshot-'))
    file = { content: OLD, etag: '"old"', lastModified: undefined }
    kind = 'by the book'
    asked = []
    server = createServer((request, response) => {
      const { content, etag, lastModified } = file
      const said = { ...(etag && { etag }), ...(lastModified && { 'last-modified': lastModified }) }
      const { range } = request.headers
      const ifRange = request.headers['if-range']?.toString()
      const tell = (status: number, headers: object, body: Buffer | undefined): void => {
        asked.push({ range, ifRange, status })
        response.writeHead(status, { ...said, ...headers })
        if (isCut) response.write(body?.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 20))
        else response.end(body)
      }
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
      const isOther = ifRange !== undefined && ifRange !== etag && ifRange !== lastModified
      if (from === 0 || kind === 'ignores Range' || (isOther && kind === 'by the book'))
        tell(200, { 'content-length': content.length }, content)
      else if (kind === '416 at once' || from >= content.length) tell(416, {}, undefined)
      else {
        const start = kind === 'another rest' ? from - 10 : from
        tell(206, { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }, content.subarray(start))
      }
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/snap`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const never = new AbortController().signal
  const fetchIt = (more: object = {}) => createSnapshots(folder).fetch({ url, name: 'snap', sha256: SHA256, ...more }, quiet, never)
  const isThere = () => readFileSync(join(folder, 'snap')).equals(CONTENT)
  /** Fetches a third of what the server has, and has the server hold the wanted file from then on. */
  const begin = async (then: Partial<typeof file> = {}, more: object = {}) => {
    isCut = true
    expect((await rejection(fetchIt(more))).code).toBe('snapshot-unavailable')
    isCut = false
    file = { ...file, content: CONTENT, ...then }
    expect(statSync(join(folder, 'snap.part')).size).toBeGreaterThan(0)
  }

  it('asks for the rest of the same file, by the tag that came with the beginning', async () => {
    file.content = CONTENT
    await begin()
    await fetchIt()
    expect(asked).toEqual([
      { range: undefined, ifRange: undefined, status: 200 },
      { range: expect.any(String), ifRange: '"old"', status: 206 },
    ])
    expect([isThere(), readdirSync(folder)]).toEqual([true, ['snap']])
  })
  it('asks by the time of its last change where there is no tag that can be asked with', async () => {
    Object.assign(file, { content: CONTENT, etag: 'W/"1"', lastModified: 'Sun, 01 Nov 2026 10:00:00 GMT' })
    await begin()
    await fetchIt()
    expect(asked[1]).toMatchObject({ ifRange: 'Sun, 01 Nov 2026 10:00:00 GMT', status: 206 })
    expect(isThere()).toBe(true)
  })
  it.each([
    ['that compares by itself', 'by the book', { etag: '"new"' }, [200, 200]],
    ['that gives the rest all the same, with its new tag', 'ignores If-Range', { etag: '"new"' }, [200, 206, 200]],
    [
      'that gives the rest all the same, with another time',
      'ignores If-Range',
      { lastModified: 'Sun, 01 Nov 2026 10:00:01 GMT' },
      [200, 206, 200],
    ],
    ['that knows no ranges', 'ignores Range', { etag: '"new"' }, [200, 200]],
    ['that refuses the rest', '416 at once', { etag: '"new"' }, [200, 416, 200]],
    ['that gives another rest than asked for', 'another rest', {}, [200, 206, 200]],
  ] as const)('begins anew where the file has become another at a server %s', async (_, how, then, statuses) => {
    Object.assign(file, { lastModified: 'Sun, 01 Nov 2026 10:00:00 GMT' })
    await begin(then)
    kind = how
    await fetchIt()
    expect(asked.map(({ status }) => status)).toEqual(statuses)
    expect([isThere(), readdirSync(folder)]).toEqual([true, ['snap']])
  })
  it('begins anew where a server that says nothing of its files has one of another length', async () => {
    Object.assign(file, { content: OLD.subarray(0, 2_500_000), etag: undefined })
    await begin()
    await fetchIt()
    expect([asked.map(({ status }) => status), isThere()]).toEqual([[200, 206, 200], true])
  })
  it('begins anew where the part was of another hash, of another place, or nobody knows of what', async () => {
    await begin({}, { sha256: 'f'.repeat(64) })
    await fetchIt()
    expect([asked.map(({ range }) => range), isThere()]).toEqual([[undefined, undefined], true])
    rmSync(join(folder, 'snap'))
    await begin({}, { url: `${url}-elsewhere` })
    await fetchIt()
    rmSync(join(folder, 'snap'))
    writeFileSync(join(folder, 'snap.part'), OLD.subarray(0, 1_000))
    await fetchIt()
    writeFileSync(join(folder, 'snap.part'), OLD.subarray(0, 1_000))
    rmSync(join(folder, 'snap'))
    writeFileSync(join(folder, 'snap.origin'), 'null')
    await fetchIt()
    expect([asked.every(({ range }) => range === undefined), isThere()]).toEqual([true, true])
  })
  it('asks for nothing when all of it is there and only its hash was not looked at', async () => {
    file.content = CONTENT
    await begin()
    writeFileSync(join(folder, 'snap.part'), CONTENT)
    await fetchIt()
    expect([asked.length, isThere()]).toEqual([1, true])
  })
})
