import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createConnection, WHOLE_PROBE_MS } from '#main/adapters/docker/connection.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'

const INFO = { OSType: 'linux', Architecture: 'x86_64', MemTotal: 8_000_000_000, NCPU: 4 }

let folder: string
const servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-conn-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) await end(server)
  rmSync(folder, { recursive: true, force: true })
})
async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** An engine with so many running containers of ours, of this `mark`; `status` for one that refuses to list them. */
async function play(
  name: string,
  engine: { running: number; status?: number; mark?: string; ping?: string; version?: string; timeMs?: number },
): Promise<{ endpoint: string; server: Server; asked: string[] }> {
  const path = join(folder, name)
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    if (url.startsWith('/version')) response.end(JSON.stringify({ Version: engine.version ?? '29.1.2', ApiVersion: '1.52' }))
    else if (url.startsWith('/_ping') && engine.ping !== undefined) response.end(engine.ping)
    else if (url.startsWith('/info'))
      response.end(JSON.stringify({ ...INFO, Name: name, ...(engine.timeMs && { SystemTime: new Date(engine.timeMs).toISOString() }) }))
    else if (url.startsWith('/containers/json'))
      response
        .writeHead(engine.status ?? 200)
        .end(
          JSON.stringify(
            Array.from({ length: isAsked(url, engine.mark) ? engine.running : 0 }, (_, at) => ({ Id: `c${at}`, Names: ['/c'] })),
          ),
        )
    else response.writeHead(404).end('{"message":"no"}')
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  return { endpoint: `unix://${path}`, server, asked }
}

const isAsked = (url: string, mark = 'x'): boolean => decodeURIComponent(url).includes(`"hearth.install=${mark}"`)

/** A connection over sockets `present`, with a choice and a memory that the test holds. */
function connecting(present: string[], memory: { chosen?: string; used?: string; wantsRunning?: boolean } = {}) {
  const kept = { chosen: memory.chosen ?? '', used: memory.used, wantsRunning: memory.wantsRunning ?? false, holdsProofs: false }
  const clock = createTestClock()
  const make = () =>
    createConnection({
      choice: {
        chosen: () => Promise.resolve(kept.chosen),
        marks: ['x', 'x-mainnet'],
        wantsRunning: () => Promise.resolve(kept.wantsRunning),
        holdsProofs: () => Promise.resolve(kept.holdsProofs),
        used: { get: () => Promise.resolve(kept.used), set: (endpoint) => Promise.resolve(void (kept.used = endpoint)) },
      },
      installId: 'x',
      clock,
      log: createQuietLog(),
      callTimeoutMs: 1_000,
      surroundings: () => ({
        environment: { DOCKER_HOST: present[0], XDG_RUNTIME_DIR: folder },
        platform: 'linux',
        home: folder,
        userId: 1000,
        exists: (path) => present.includes(`unix://${path}`),
      }),
    })
  return { kept, clock, make, connection: make() }
}
const at = async (connection: ReturnType<typeof connecting>['connection']): Promise<string> => (await connection.probe()).endpoint

describe('which engine is used', () => {
  test('a choice counts at the next look, and what follows the old one is told', async () => {
    const one = await play('one', { running: 0 })
    const two = await play('two', { running: 0 })
    const { connection, kept } = connecting([one.endpoint])
    expect(await at(connection)).toBe(one.endpoint)
    const same = connection.whileSame()
    kept.chosen = two.endpoint
    expect(await at(connection)).toBe(two.endpoint)
    expect(same.aborted).toBe(true)
    expect(connection.whileSame().aborted).toBe(false)
    expect(((await (await connection.client()).info()) as { Name: string }).Name).toBe('two')
  })

  test('not while a volume of the one before holds what proves a claim, although nothing runs there', async () => {
    const one = await play('one', { running: 0 })
    const two = await play('two', { running: 0 })
    const { connection, kept, make } = connecting([one.endpoint], { used: one.endpoint, chosen: two.endpoint })
    kept.holdsProofs = true
    expect(await at(connection)).toBe(one.endpoint)
    expect(await at(make()), 'after a start of Hearth').toBe(one.endpoint)
    kept.holdsProofs = false
    expect(await at(connection)).toBe(two.endpoint)
  })

  test('not while containers run on the one before, nor while it does not say whether; as soon as they are stopped', async () => {
    const engine: { running: number; status?: number } = { running: 1 }
    const one = await play('one', engine)
    const two = await play('two', { running: 0 })
    const { connection, kept } = connecting([one.endpoint])
    await connection.probe()
    kept.chosen = two.endpoint
    expect(await at(connection)).toBe(one.endpoint)
    Object.assign(engine, { running: 0, status: 500 })
    expect(await at(connection)).toBe(one.endpoint)
    expect(connection.whileSame().aborted).toBe(false)
    delete engine.status
    expect(await at(connection)).toBe(two.endpoint)
  })

  test('nor while those of another network of ours run there: two relay miners with one key void each other’s proofs', async () => {
    const engine = { running: 1, mark: 'x-mainnet' }
    const one = await play('one', engine)
    const two = await play('two', { running: 0 })
    const { connection, kept } = connecting([one.endpoint])
    await connection.probe()
    kept.chosen = two.endpoint
    expect(await at(connection)).toBe(one.endpoint)
    engine.mark = 'somebody-else'
    expect(await at(connection)).toBe(two.endpoint)
  })

  test.each(['refuses', 'is gone with its socket'])(
    'nor while its service %s and something is wanted to run: containers go on without it; once the user has stopped them the choice counts',
    async (how) => {
      const one = await play('one', { running: 1 })
      const two = await play('two', { running: 0 })
      const { connection, kept } = connecting([one.endpoint], { wantsRunning: true })
      await connection.probe()
      kept.chosen = two.endpoint
      await end(one.server)
      if (how === 'refuses') {
        // A socket file that nobody listens on any more, as a service leaves it that was killed.
        const path = one.endpoint.slice('unix://'.length)
        spawnSync(
          process.execPath,
          ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`],
          { stdio: 'ignore' },
        )
      }
      expect(await connection.probe()).toMatchObject({ kind: 'not-started', endpoint: one.endpoint })
      kept.wantsRunning = false
      expect(await at(connection)).toBe(two.endpoint)
    },
  )

  test('an engine that is gone runs nothing when nothing is wanted to run: the choice counts', async () => {
    const one = await play('one', { running: 1 })
    const two = await play('two', { running: 0 })
    const { connection, kept } = connecting([one.endpoint])
    await connection.probe()
    kept.chosen = two.endpoint
    await end(one.server)
    expect(await at(connection)).toBe(two.endpoint)
  })

  test('the engine that holds the containers is kept over a restart, also from one that comes first now', async () => {
    const one = await play('one', { running: 0 })
    const two = await play('two', { running: 1 })
    const first = connecting([two.endpoint])
    await first.connection.probe()
    expect(first.kept.used).toBeUndefined()
    await first.connection.settle()
    expect(first.kept.used).toBe(two.endpoint)
    const later = connecting([one.endpoint, two.endpoint], { used: two.endpoint })
    expect(await at(later.connection)).toBe(two.endpoint)
    const chosen = connecting([one.endpoint, two.endpoint], { used: two.endpoint, chosen: one.endpoint })
    expect(await at(chosen.connection)).toBe(two.endpoint)
  })

  test('while it is only away nothing is made elsewhere; when it was taken off the machine another is found', async () => {
    const one = await play('one', { running: 0 })
    const away = `unix://${join(folder, 'docker.sock')}`
    const known = connecting([one.endpoint, away], { used: away })
    expect(await known.connection.probe()).toMatchObject({ kind: 'not-started', endpoint: away })
    const gone = connecting([one.endpoint], { used: `unix://${join(folder, 'gone.sock')}` })
    gone.kept.wantsRunning = true
    expect(await gone.connection.probe()).toMatchObject({ kind: 'not-started', endpoint: `unix://${join(folder, 'gone.sock')}` })
    gone.kept.wantsRunning = false
    expect(await at(gone.connection)).toBe(one.endpoint)
  })

  test('once found it stays, also when it goes away and another one is there', async () => {
    const one = await play('one', { running: 0 })
    const two = await play('two', { running: 0 })
    const { connection } = connecting([one.endpoint, two.endpoint])
    await connection.probe()
    await end(one.server)
    expect(await connection.probe()).toMatchObject({ kind: 'not-started', endpoint: one.endpoint })
  })

  test('without any, calls say so', async () => {
    const { connection } = connecting([])
    expect((await rejection(connection.client())).code).toBe('engine-absent')
    await connection.settle()
  })
})

describe('an engine that was looked at a moment ago', () => {
  test('is only asked whether it answers, and what is known of it is told; all of it is asked anew after a minute', async () => {
    const engine = { running: 0, ping: 'OK', version: '29.1.2' }
    const one = await play('one', engine)
    const { connection, clock } = connecting([one.endpoint])
    const whole = await connection.probe()
    expect(one.asked.splice(0)).toEqual(['/version', '/info'])
    engine.version = '29.1.3'
    await clock.advance(WHOLE_PROBE_MS - 1)
    expect(await connection.probe()).toEqual(whole)
    expect(one.asked.splice(0)).toEqual(['/_ping'])
    await clock.advance(1)
    expect(await connection.probe()).toMatchObject({ kind: 'ready', version: '29.1.3' })
    expect(one.asked).toEqual(['/version', '/info'])
  })

  test.each(['', 'null', '<html>log in first</html>', undefined])('is asked everything when its answer is %j', async (ping) => {
    const engine: Parameters<typeof play>[1] = { running: 0, ping: 'OK' }
    const one = await play('one', engine)
    const { connection } = connecting([one.endpoint])
    await connection.probe()
    Object.assign(engine, { ping, version: '30.0.0' })
    expect(await connection.probe()).toMatchObject({ kind: 'ready', version: '30.0.0' })
  })

  test('is asked everything when something gave cause to doubt it, and when the clock was set back', async () => {
    const engine = { running: 0, ping: 'OK', version: '29.1.2' }
    const one = await play('one', engine)
    const { connection, clock } = connecting([one.endpoint])
    await connection.probe()
    engine.version = '29.1.3'
    connection.doubt()
    expect(await connection.probe()).toMatchObject({ version: '29.1.3' })
    engine.version = '29.1.4'
    clock.now = () => 1_600_000_000_000
    expect(await connection.probe()).toMatchObject({ version: '29.1.4' })
  })

  test('is asked everything while its clock is off, so that putting it right is seen', async () => {
    const engine: Parameters<typeof play>[1] = { running: 0, ping: 'OK' }
    const one = await play('one', engine)
    const { connection, clock } = connecting([one.endpoint])
    engine.timeMs = clock.now() - 90_000
    expect(await connection.probe()).toMatchObject({ clockOffsetMs: -90_000 })
    engine.timeMs = clock.now()
    expect(await connection.probe()).toMatchObject({ clockOffsetMs: 0 })
  })

  test('that went away is away at the next look, however short ago it answered', async () => {
    const one = await play('one', { running: 0, ping: 'OK' })
    const { connection } = connecting([one.endpoint])
    await connection.probe()
    await connection.probe()
    await end(one.server)
    expect(await connection.probe()).toMatchObject({ kind: 'not-started', endpoint: one.endpoint })
  })
})
