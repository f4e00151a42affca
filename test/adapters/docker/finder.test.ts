import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { hostname, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EngineSurroundings } from '#main/adapters/docker/engine-places.ts'
import { createEngineFinder } from '#main/adapters/docker/finder.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { createTestClock } from '#test/fakes/clock.ts'

let home: string
let servers: Server[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-find-'))
  servers = []
})
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  rmSync(home, { recursive: true, force: true })
})

/** Plays an engine at a socket: answers by the end of the path. */
async function play(path: string, answers: Record<string, unknown>): Promise<string> {
  mkdirSync(join(path, '..'), { recursive: true })
  const server = createServer((request, response) => {
    const [, answer] = Object.entries(answers).find(([end]) => request.url?.endsWith(end)) ?? []
    if (answer === undefined) response.writeHead(404).end('{"message":"no such page"}')
    else response.end(JSON.stringify(answer))
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  return `unix://${path}`
}
const VERSION = { Version: '29.1.2', ApiVersion: '1.52' }
const INFO = { OSType: 'linux', Architecture: 'x86_64', MemTotal: 8_000_000_000, NCPU: 4, SystemTime: new Date(0).toISOString() }

const finderOf = (present: string[], fields: Partial<EngineSurroundings> = {}, osRelease = '', runLimitMs = 30_000) => {
  const surroundings: EngineSurroundings = {
    environment: { PATH: join(home, 'bin'), XDG_RUNTIME_DIR: join(home, 'run') },
    platform: 'linux',
    home,
    userId: 1000,
    exists: (path) => present.includes(path),
    ...fields,
  }
  return createEngineFinder({
    given: undefined,
    clock: createTestClock(),
    surroundings: () => surroundings,
    osRelease: () => osRelease,
    runLimitMs,
  })
}

describe('find', () => {
  test('each engine with what it says of itself; one that is installed and silent is not started, nothing is not listed', async () => {
    const colima = join(home, '.colima/default/docker.sock')
    const podman = join(home, 'run/podman/podman.sock')
    await play(colima, { '/version': VERSION, '/info': INFO })
    await play(podman, {
      '/libpod/info': { store: { graphRootAllocated: 1_000, graphRootUsed: 300 } },
      '/version': { ...VERSION, Version: '4.3.1', ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }] },
      '/info': { ...INFO, Architecture: 'arm64', SecurityOptions: ['name=seccomp', 'name=rootless'] },
    })
    const finder = finderOf([colima, podman, '/usr/bin/rancher-desktop'])
    expect((await finder.find([])).map(({ product, probe, freeBytes }) => [product, probe.kind, freeBytes])).toEqual([
      ['colima', 'ready', undefined],
      ['rancher-desktop', 'not-started', undefined],
      ['podman-rootless', 'ready', 700],
    ])
    const [, , found] = await finder.find([])
    expect(found?.probe).toMatchObject({ name: 'Podman', version: '4.3.1', arch: 'aarch64', rootless: true })
  })

  test('who answers is told by the answer where the place does not say it', async () => {
    const socket = join(home, 'run/docker.sock')
    const endpoint = await play(socket, { '/version': { ...VERSION, Platform: { Name: 'Docker Desktop 4.40 (1)' } }, '/info': INFO })
    expect((await finderOf([socket]).find([]))[0]).toMatchObject({ endpoint, product: 'docker-desktop' })
    const other = join(home, 'other.sock')
    const asked = await play(other, { '/version': VERSION, '/info': { ...INFO, OperatingSystem: 'OrbStack' } })
    expect((await finderOf([]).find([asked]))[0]).toMatchObject({ endpoint: asked, product: 'orbstack' })
  })

  test('a place that was asked for is told even when nothing is there', async () => {
    expect(await finderOf([]).find(['unix:///nothing/here.sock'])).toMatchObject([
      { endpoint: 'unix:///nothing/here.sock', probe: { kind: 'absent' } },
    ])
    expect(await finderOf([]).find([])).toEqual([])
  })

  test('room is told of an engine on this very machine, and never guessed of one in a virtual machine', async () => {
    const socket = join(home, 'run/docker.sock')
    const here = { ...INFO, Name: hostname(), KernelVersion: release(), DockerRootDir: home }
    await play(socket, { '/version': VERSION, '/info': here })
    expect((await finderOf([socket]).find([]))[0]?.freeBytes).toBeGreaterThan(1_000_000)
    for (const [at, other] of [
      { Name: 'colima' },
      { KernelVersion: '6.1.0' },
      { DockerRootDir: '/not/here' },
      { DockerRootDir: '' },
    ].entries()) {
      const path = join(home, `vm-${at}.sock`)
      const asked = await play(path, { '/version': VERSION, '/info': { ...here, ...other } })
      expect((await finderOf([]).find([asked]))[0]?.freeBytes, JSON.stringify(other)).toBeUndefined()
    }
  })
})

describe('host', () => {
  test('tells distribution, starter and the programs that could help', async () => {
    const ubuntu = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n'
    expect(await finderOf(['/run/systemd/system', '/usr/bin/podman'], {}, ubuntu).host()).toEqual({
      platform: 'linux',
      distributions: ['linuxmint', 'ubuntu', 'debian'],
      starter: 'systemd',
      programs: ['podman'],
      passedOver: [],
    })
    expect((await finderOf(['/run/openrc'], {}, "ID='alpine'").host()).starter).toBe('openrc')
    expect((await finderOf([], {}, 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"').host()).distributions).toEqual([
      'opensuse',
      'opensuse',
      'suse',
    ])
    expect((await finderOf([], {}, 'nonsense').host()).distributions).toEqual([])
    expect(await finderOf(['/opt/homebrew/bin/brew'], { platform: 'darwin' }, ubuntu).host()).toEqual({
      platform: 'darwin',
      distributions: [],
      starter: 'none',
      programs: ['brew'],
      passedOver: [],
    })
    expect((await finderOf([], { platform: 'freebsd' }).host()).platform).toBe('other')
  })

  test.each([
    ['ssh://me:secret@nas.local', ['ssh://nas.local']],
    ['ssh://me:se@cret@nas.local', ['ssh://nas.local']],
    ['tcp://me:se/cret@nas.local:2376', ['tcp://nas.local:2376']],
    ['tcp://192.168.1.9:2376', ['tcp://192.168.1.9:2376']],
    ['tcp://127.0.0.1:2375', []],
    ['unix:///run/user/1000/docker.sock', []],
    ['', []],
  ])('tells that %s, named for Docker, is another machine where it is', async (DOCKER_HOST, passedOver) => {
    expect((await finderOf([], { environment: { DOCKER_HOST } }).host()).passedOver).toEqual(passedOver)
  })
})

describe('run', () => {
  const program = (name: string, script: string): void => {
    mkdirSync(join(home, 'bin'), { recursive: true })
    writeFileSync(join(home, 'bin', name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(home, 'bin', name), 0o755)
  }
  const run = (commands: string[][], signal = new AbortController().signal, limitMs?: number): Promise<string[]> => {
    const lines: string[] = []
    return finderOf([], {}, '', limitMs)
      .run(commands, (line) => lines.push(line), signal)
      .then(() => lines)
  }

  test('one after the other, each word as it stands, with what they print', async () => {
    program('hearth-first', 'echo "$# $1"; echo careful >&2')
    program('hearth-second', 'echo second')
    const lines = await run([['hearth-first', 'a b; $(touch x) && echo'], ['hearth-second']])
    expect(lines.toSorted()).toEqual(['1 a b; $(touch x) && echo', 'careful', 'second'])
    expect(lines.at(-1)).toBe('second')
  })

  test('the first that fails ends it, with its last word', async () => {
    program('hearth-first', 'echo "no room for the machine"; exit 3')
    program('hearth-second', `touch ${join(home, 'ran')}`)
    expect(await rejection(run([['hearth-first'], ['hearth-second']]))).toMatchObject({
      code: 'engine-failed',
      detail: { reason: 'hearth-first: no room for the machine' },
    })
    expect(() => writeFileSync(join(home, 'ran'), '', { flag: 'wx' })).not.toThrow()
    program('hearth-mute', 'exit 4')
    expect((await rejection(run([['hearth-mute']]))).detail['reason']).toBe('hearth-mute: ended with 4')
    expect((await rejection(run([['hearth-not-there']]))).detail['reason']).toContain('ENOENT')
  })

  test('nobody answers its questions, and it is ended when it is cancelled or takes too long', async () => {
    program('hearth-asks', 'read answer || echo "nobody is there"')
    expect(await run([['hearth-asks']])).toEqual(['nobody is there'])
    program('hearth-hangs', 'exec sleep 60')
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 100)
    expect((await rejection(run([['hearth-hangs']], abort.signal))).code).toBe('cancelled')
    expect((await rejection(run([['hearth-hangs']], AbortSignal.abort()))).code).toBe('cancelled')
    expect((await rejection(run([['hearth-hangs']], undefined, 500))).code).toBe('engine-failed')
  })
})
