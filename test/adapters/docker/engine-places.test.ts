import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  candidateEndpoints,
  enginePlaces,
  installedProducts,
  isKnownPlace,
  type EngineSurroundings,
} from '#main/adapters/docker/engine-places.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const around = (fields: Partial<EngineSurroundings> & { present?: string[] } = {}): EngineSurroundings => ({
  environment: {},
  platform: 'linux',
  home,
  userId: 1000,
  exists: (path) => (fields.present ?? []).includes(path),
  ...fields,
})

/** Writes what `docker context create` and `docker context use` leave. */
function useContext(name: string, host: string, folder = join(home, '.docker')): void {
  const meta = join(folder, 'contexts/meta', createHash('sha256').update(name).digest('hex'))
  mkdirSync(meta, { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: name }))
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }))
}

describe('candidateEndpoints', () => {
  test('DOCKER_HOST, then the context, then the sockets that exist; each once', () => {
    useContext('colima', `unix://${home}/.colima/default/docker.sock`)
    const present = ['/run/podman/podman.sock', `${home}/.colima/default/docker.sock`, '/var/run/docker.sock', '/run/user/7/docker.sock']
    const environment = { DOCKER_HOST: 'unix:///h.sock', XDG_RUNTIME_DIR: '/run/user/7' }
    expect(candidateEndpoints(around({ environment, present }))).toEqual([
      'unix:///h.sock',
      `unix://${home}/.colima/default/docker.sock`,
      'unix:///var/run/docker.sock',
      'unix:///run/user/7/docker.sock',
      'unix:///run/podman/podman.sock',
    ])
  })

  test('nothing there is no candidate', () => {
    expect(candidateEndpoints(around())).toEqual([])
    expect(candidateEndpoints(around({ environment: { DOCKER_HOST: '' } }))).toEqual([])
  })

  test('an engine on another machine is never asked, by variable or by context', () => {
    const remote = ['tcp://192.168.1.5:2375', 'ssh://user@box', 'tcp://127.0.0.1.example.org:2375', 'https://127.0.0.1:2376', 'nonsense']
    for (const host of remote) {
      expect(candidateEndpoints(around({ environment: { DOCKER_HOST: host } })), host).toEqual([])
      useContext('far', host)
      expect(candidateEndpoints(around()), host).toEqual([])
    }
    expect(candidateEndpoints(around({ environment: { DOCKER_HOST: 'tcp://127.0.0.1:2375' } }))).toEqual(['http://127.0.0.1:2375'])
  })

  test('DOCKER_CONTEXT goes before the chosen one, DOCKER_CONFIG before the home folder', () => {
    const folder = join(home, 'elsewhere')
    useContext('one', 'unix:///one.sock', folder)
    useContext('two', 'unix:///two.sock', folder)
    expect(candidateEndpoints(around({ environment: { DOCKER_CONFIG: folder } }))).toEqual(['unix:///two.sock', 'unix:///one.sock'])
    expect(candidateEndpoints(around({ environment: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'one' } }))).toEqual([
      'unix:///one.sock',
      'unix:///two.sock',
    ])
    expect(
      candidateEndpoints(
        around({ environment: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'default' }, present: ['/var/run/docker.sock'] }),
      )[0],
    ).toBe('unix:///var/run/docker.sock')
  })

  test('DOCKER_CONTEXT goes before DOCKER_HOST, a context that was chosen after it', () => {
    useContext('one', 'unix:///one.sock')
    const environment = { DOCKER_HOST: 'unix:///h.sock' }
    expect(candidateEndpoints(around({ environment }))).toEqual(['unix:///h.sock', 'unix:///one.sock'])
    const named = { ...environment, DOCKER_CONTEXT: 'one' }
    expect(candidateEndpoints(around({ environment: named }))).toEqual(['unix:///one.sock', 'unix:///h.sock'])
    for (const DOCKER_CONTEXT of ['default', ''])
      expect(candidateEndpoints(around({ environment: { ...environment, DOCKER_CONTEXT } }))[0]).toBe('unix:///h.sock')
  })

  test('no engine is looked for where every user of the machine may put a socket: SECURITY: S16', () => {
    const socket = 'podman/podman-machine-default-api.sock'
    const found = (folder: string | undefined): string[] =>
      candidateEndpoints(around({ platform: 'darwin', environment: { TMPDIR: folder }, exists: (path) => path.endsWith(`/${socket}`) }))
    const own = '/var/folders/zz/abc/T/'
    expect(found(own)).toEqual([`unix://${own}${socket}`])
    for (const shared of [undefined, '', '/tmp', '/tmp/', '/private/tmp/x', '/var/tmp', '/Users/Shared', 'tmp', '/var/../tmp'])
      expect(found(shared), shared).toEqual([])
  })

  test('a damaged configuration is passed over', () => {
    mkdirSync(join(home, '.docker'))
    writeFileSync(join(home, '.docker/config.json'), '{"currentContext":')
    expect(candidateEndpoints(around({ present: ['/var/run/docker.sock'] }))).toEqual(['unix:///var/run/docker.sock'])
  })

  test('Windows has pipes', () => {
    expect(candidateEndpoints(around({ platform: 'win32', environment: { DOCKER_HOST: 'npipe:////./pipe/mine' } }))).toEqual([
      'npipe:////./pipe/mine',
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
      'npipe:////./pipe/podman-machine-default',
    ])
  })
})

describe('enginePlaces', () => {
  const productsAt = (fields: Parameters<typeof around>[0]): [string, string, boolean][] =>
    enginePlaces(around(fields)).map(({ endpoint, product, isThere }) => [
      product,
      endpoint.slice(endpoint.lastIndexOf(home) < 0 ? 0 : `unix://${home}/`.length),
      isThere,
    ])

  test('every engine of a Linux machine by its socket, whoever runs it', () => {
    const present = [
      '/var/run/docker.sock',
      '/run/user/7/docker.sock',
      '/run/user/7/podman/podman.sock',
      '/run/podman/podman.sock',
      ...['.docker/desktop/docker.sock', '.colima/default/docker.sock', '.colima/second/docker.sock', '.rd/docker.sock'].map(
        (path) => `${home}/${path}`,
      ),
    ]
    mkdirSync(join(home, '.colima/second'), { recursive: true })
    expect(productsAt({ present, environment: { XDG_RUNTIME_DIR: '/run/user/7' } })).toEqual([
      ['docker-engine', 'unix:///var/run/docker.sock', true],
      ['docker-rootless', 'unix:///run/user/7/docker.sock', true],
      ['docker-desktop', '.docker/desktop/docker.sock', true],
      ['colima', '.colima/default/docker.sock', true],
      ['colima', '.colima/second/docker.sock', true],
      ['rancher-desktop', '.rd/docker.sock', true],
      ['podman-rootless', 'unix:///run/user/7/podman/podman.sock', true],
      ['podman', 'unix:///run/podman/podman.sock', true],
    ])
  })

  test('every engine of a Mac', () => {
    const present = ['.docker/run', '.orbstack/run', '.colima/default', '.rd'].map((folder) => `${home}/${folder}/docker.sock`)
    const machine = `${home}/.local/share/containers/podman/machine/podman.sock`
    expect(productsAt({ platform: 'darwin', present: [...present, machine] }).map(([product]) => product)).toEqual([
      'docker-desktop',
      'orbstack',
      'colima',
      'rancher-desktop',
      'podman-machine',
    ])
  })

  test('an engine that is installed and has no socket is a place that is not there', () => {
    expect(productsAt({ platform: 'darwin', present: ['/opt/homebrew/bin/colima', '/Applications/Docker.app'] })).toEqual([
      ['docker-desktop', '.docker/run/docker.sock', false],
      ['colima', '.colima/default/docker.sock', false],
    ])
    expect(candidateEndpoints(around({ present: ['/usr/bin/podman'] }))).toEqual([])
    expect(isKnownPlace('unix:///var/run/docker.sock', around({ platform: 'darwin', present: ['/Applications/Docker.app'] }))).toBe(true)
    expect(isKnownPlace('unix:///var/run/docker.sock', around({ platform: 'darwin' }))).toBe(false)
  })

  test("root's Podman is the machine's, another user's his own", () => {
    const podman = { present: ['/usr/bin/podman'] }
    expect(installedProducts(around({ ...podman, userId: 0 }))).toEqual(['podman'])
    expect(installedProducts(around(podman))).toEqual(['podman-rootless'])
  })

  test('one socket with two names is one place, by the name that comes first', () => {
    const [real, link] = [join(home, 'real.sock'), join(home, 'link.sock')]
    writeFileSync(real, '')
    symlinkSync(real, link)
    useContext('two', `unix://${real}`)
    expect(productsAt({ environment: { DOCKER_HOST: `unix://${link}` } })).toEqual([['other', 'link.sock', true]])
  })

  test('contexts that are not in use come last, remote ones never', () => {
    useContext('far', 'ssh://user@box')
    useContext('second', `unix://${home}/.colima/second/docker.sock`)
    useContext('mine', 'unix:///mine.sock')
    expect(productsAt({ present: ['/var/run/docker.sock'] })).toEqual([
      ['other', 'unix:///mine.sock', true],
      ['docker-engine', 'unix:///var/run/docker.sock', true],
      ['colima', '.colima/second/docker.sock', true],
    ])
  })
})

describe('installedProducts', () => {
  test.each([
    ['linux', '/opt/tools/podman', ['podman-rootless']],
    ['linux', '/usr/sbin/dockerd', ['docker-engine']],
    ['linux', '/usr/bin/docker', []],
    ['darwin', '/Applications/OrbStack.app', ['orbstack']],
    ['darwin', '/usr/sbin/dockerd', []],
    ['win32', 'C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe', ['docker-desktop']],
    ['win32', '/Applications/Docker.app', []],
  ] as const)('%s with %s: %s', (platform, path, expected) => {
    expect(installedProducts(around({ platform, present: [path], environment: { PATH: '/opt/tools:' } }))).toEqual(expected)
  })
})
