import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where a container engine may answer: `unix:///path`, `npipe:////./pipe/name`, `http://host:port`. */
export type EngineEndpoint = string

/** What the search looks at; tests give their own. */
export interface EngineSurroundings {
  environment: Record<string, string | undefined>
  platform: NodeJS.Platform
  home: string
  exists: (path: string) => boolean
}

const here = (): EngineSurroundings => ({ environment: process.env, platform: process.platform, home: homedir(), exists: existsSync })

/**
 * The endpoints worth asking, best first: what was given, DOCKER_HOST, the Docker context in use, then the places where engines of each system put their socket.
 * Only existence is looked at; whether one answers is the probe's business.
 */
export function candidateEndpoints(explicit: string | undefined, surroundings: EngineSurroundings = here()): EngineEndpoint[] {
  if (explicit !== undefined) return [explicit]
  const { environment, platform, home, exists } = surroundings
  const chosen = [environment['DOCKER_HOST'], contextHost(environment, home)].flatMap((host) => localEndpoint(host) ?? [])
  if (platform === 'win32') {
    return unique([
      ...chosen,
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
      'npipe:////./pipe/podman-machine-default',
    ])
  }
  const runtime = environment['XDG_RUNTIME_DIR'] ?? `/run/user/${userInfo().uid}`
  const sockets = [
    '/var/run/docker.sock',
    join(runtime, 'docker.sock'),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(home, '.colima/default/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    join(home, '.rd/docker.sock'),
    join(runtime, 'podman/podman.sock'),
    '/run/podman/podman.sock',
  ]
  return unique([...chosen, ...sockets.filter((path) => exists(path)).map((path) => `unix://${path}`)])
}

const unique = (endpoints: EngineEndpoint[]): EngineEndpoint[] => [...new Set(endpoints)]

/** An engine over ssh or on another host would run the containers there: not on this PC, with ports that nobody here reaches and keys that may not go there. */
function localEndpoint(host: string | undefined): EngineEndpoint | undefined {
  if (host === undefined || host === '') return undefined
  if (host.startsWith('unix://') || host.startsWith('npipe://')) return host
  try {
    const url = new URL(host.replace(/^tcp:/, 'http:'))
    return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname) ? `http://${url.host}` : undefined
  } catch {
    return undefined
  }
}

/** The endpoint of the Docker context that the user has chosen, from the client's own files. */
function contextHost(environment: EngineSurroundings['environment'], home: string): string | undefined {
  const folder = environment['DOCKER_CONFIG'] ?? join(home, '.docker')
  try {
    const name =
      environment['DOCKER_CONTEXT'] ??
      (JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { currentContext?: string }).currentContext
    if (name === undefined || name === '' || name === 'default') return undefined
    const id = createHash('sha256').update(name).digest('hex')
    const meta = JSON.parse(readFileSync(join(folder, 'contexts/meta', id, 'meta.json'), 'utf8')) as {
      Endpoints?: { docker?: { Host?: string } }
    }
    return meta.Endpoints?.docker?.Host
  } catch {
    return undefined
  }
}

/** Whether an engine's program is installed although nothing answers: not started is another trouble than not there. */
export function isEngineInstalled(surroundings: EngineSurroundings = here()): boolean {
  const { environment, platform, exists } = surroundings
  if (platform === 'darwin') {
    return [
      '/Applications/Docker.app',
      '/Applications/OrbStack.app',
      '/Applications/Rancher Desktop.app',
      '/Applications/Podman Desktop.app',
    ].some(exists)
  }
  if (platform === 'win32')
    return exists('C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe') || exists('C:\\Program Files\\RedHat\\Podman\\podman.exe')
  // A desktop session's PATH often lacks the folders where daemons lie.
  const folders = [...(environment['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/docker-desktop/bin']
  return folders.some(
    (folder) => folder !== '' && ['dockerd', 'podman', 'com.docker.backend'].some((program) => exists(join(folder, program))),
  )
}
