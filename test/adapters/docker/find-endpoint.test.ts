import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { candidateEndpoints, isEngineInstalled, type EngineSurroundings } from '#main/adapters/docker/find-endpoint.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const around = (fields: Partial<EngineSurroundings> & { present?: string[] } = {}): EngineSurroundings => ({
  environment: {},
  platform: 'linux',
  home,
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
  test('what was given is the only one', () => {
    useContext('colima', 'unix:///c.sock')
    const surroundings = around({ environment: { DOCKER_HOST: 'unix:///h.sock' }, present: ['/var/run/docker.sock'] })
    expect(candidateEndpoints('unix:///given.sock', surroundings)).toEqual(['unix:///given.sock'])
  })

  test('DOCKER_HOST, then the context, then the sockets that exist; each once', () => {
    useContext('colima', `unix://${home}/.colima/default/docker.sock`)
    const present = ['/run/podman/podman.sock', `${home}/.colima/default/docker.sock`, '/var/run/docker.sock', '/run/user/7/docker.sock']
    const environment = { DOCKER_HOST: 'unix:///h.sock', XDG_RUNTIME_DIR: '/run/user/7' }
    expect(candidateEndpoints(undefined, around({ environment, present }))).toEqual([
      'unix:///h.sock',
      `unix://${home}/.colima/default/docker.sock`,
      'unix:///var/run/docker.sock',
      'unix:///run/user/7/docker.sock',
      'unix:///run/podman/podman.sock',
    ])
  })

  test('nothing there is no candidate', () => {
    expect(candidateEndpoints(undefined, around())).toEqual([])
    expect(candidateEndpoints(undefined, around({ environment: { DOCKER_HOST: '' } }))).toEqual([])
  })

  test('an engine on another machine is never asked, by variable or by context', () => {
    const remote = ['tcp://192.168.1.5:2375', 'ssh://user@box', 'tcp://127.0.0.1.example.org:2375', 'https://127.0.0.1:2376', 'nonsense']
    for (const host of remote) {
      expect(candidateEndpoints(undefined, around({ environment: { DOCKER_HOST: host } })), host).toEqual([])
      useContext('far', host)
      expect(candidateEndpoints(undefined, around()), host).toEqual([])
    }
    expect(candidateEndpoints(undefined, around({ environment: { DOCKER_HOST: 'tcp://127.0.0.1:2375' } }))).toEqual([
      'http://127.0.0.1:2375',
    ])
  })

  test('DOCKER_CONTEXT goes before the chosen one, DOCKER_CONFIG before the home folder', () => {
    const folder = join(home, 'elsewhere')
    useContext('one', 'unix:///one.sock', folder)
    useContext('two', 'unix:///two.sock', folder)
    expect(candidateEndpoints(undefined, around({ environment: { DOCKER_CONFIG: folder } }))).toEqual(['unix:///two.sock'])
    expect(candidateEndpoints(undefined, around({ environment: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'one' } }))).toEqual([
      'unix:///one.sock',
    ])
    expect(candidateEndpoints(undefined, around({ environment: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'default' } }))).toEqual([])
  })

  test('a damaged configuration is passed over', () => {
    mkdirSync(join(home, '.docker'))
    writeFileSync(join(home, '.docker/config.json'), '{"currentContext":')
    expect(candidateEndpoints(undefined, around({ present: ['/var/run/docker.sock'] }))).toEqual(['unix:///var/run/docker.sock'])
  })

  test('Windows has pipes', () => {
    expect(candidateEndpoints(undefined, around({ platform: 'win32', environment: { DOCKER_HOST: 'npipe:////./pipe/mine' } }))).toEqual([
      'npipe:////./pipe/mine',
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
      'npipe:////./pipe/podman-machine-default',
    ])
  })
})

describe('isEngineInstalled', () => {
  test.each([
    ['linux', '/opt/tools/podman', true],
    ['linux', '/usr/sbin/dockerd', true],
    ['linux', '/usr/bin/docker', false],
    ['darwin', '/Applications/OrbStack.app', true],
    ['darwin', '/usr/sbin/dockerd', false],
    ['win32', 'C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe', true],
    ['win32', '/Applications/Docker.app', false],
  ] as const)('%s with %s: %s', (platform, path, expected) => {
    expect(isEngineInstalled(around({ platform, present: [path], environment: { PATH: '/opt/tools:' } }))).toBe(expected)
  })
})
