import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import type { EngineProduct } from '#shared/model/engines.ts'

/** Where a container engine may answer: `unix:///path`, `npipe:////./pipe/name`, `http://host:port`. */
export type EngineEndpoint = string

/** What the search looks at; tests give their own. */
export interface EngineSurroundings {
  environment: Record<string, string | undefined>
  platform: NodeJS.Platform
  home: string
  /** Of the user, -1 on Windows. */
  userId: number
  exists: (path: string) => boolean
}

export interface EnginePlace {
  endpoint: EngineEndpoint
  product: EngineProduct
  /** The user pointed there, or something lies there; a place without is where an installed engine would answer. */
  isThere: boolean
}

export const here = (): EngineSurroundings => ({
  environment: process.env,
  platform: process.platform,
  home: homedir(),
  userId: userInfo().uid,
  exists: existsSync,
})

/** What one engine leaves on a machine: its sockets or pipes, and its program or folder by which it is known to be installed. */
interface Habit {
  product: EngineProduct
  endpoints: EngineEndpoint[]
  marks: string[]
}

/**
 * The places of all engines, best first: what DOCKER_CONTEXT or else DOCKER_HOST names, the Docker context in use, the usual places of each system, then the other contexts.
 * Only existence is looked at; whether one answers is the probe's business. One socket with two names is one place.
 */
export function enginePlaces(surroundings: EngineSurroundings = here()): EnginePlace[] {
  const { environment, platform, exists } = surroundings
  const habits = habitsOf(surroundings)
  const named = (hosts: (string | undefined)[]): EnginePlace[] =>
    hosts
      .flatMap((host) => localEndpoint(host) ?? [])
      .map((endpoint) => ({ endpoint, product: productIn(habits, endpoint), isThere: true }))
  const { current, others } = contextHosts(surroundings)
  const usual = habits.flatMap(({ product, endpoints, marks }): EnginePlace[] => {
    const there = endpoints
      .filter((endpoint) => platform === 'win32' || exists(endpoint.slice('unix://'.length)))
      .map((endpoint) => ({ endpoint, product, isThere: true }))
    const [first] = endpoints
    if (there.length > 0 || first === undefined || !marks.some(exists)) return there
    return [{ endpoint: first, product, isThere: false }]
  })
  // As Docker's own client has it: a context that the variable names goes before the address of the other variable, one that was chosen after it.
  const isNamed = (environment['DOCKER_CONTEXT'] ?? '') !== ''
  const told = isNamed ? [current, environment['DOCKER_HOST']] : [environment['DOCKER_HOST'], current]
  return unique([...named(told), ...usual, ...named(others)])
}

/** What DOCKER_HOST and the Docker context in use name and is passed over: another machine. Names and passwords in it are left out. */
export function placesPassedOver(surroundings: EngineSurroundings = here()): string[] {
  const hosts = [surroundings.environment['DOCKER_HOST'], contextHosts(surroundings).current]
  const far = hosts.filter((host) => host !== undefined && host !== '' && localEndpoint(host) === undefined)
  return [...new Set(far.map((host) => (host ?? '').replace(/\/\/.*@/, '//').slice(0, 200)))]
}

/** Whose engine answers at a place, as far as its path tells. */
export function productOf(endpoint: EngineEndpoint, surroundings: EngineSurroundings = here()): EngineProduct {
  return productIn(habitsOf(surroundings), endpoint)
}

const productIn = (habits: Habit[], endpoint: EngineEndpoint): EngineProduct =>
  habits.find((habit) => habit.endpoints.some((known) => sameEndpoint(known, endpoint)))?.product ?? byPath(endpoint)

/** What is asked when nothing was chosen, best first. */
export function candidateEndpoints(surroundings: EngineSurroundings = here()): EngineEndpoint[] {
  return enginePlaces(surroundings).flatMap((place) => (place.isThere ? [place.endpoint] : []))
}

/** Whether some engine is installed although nothing answers: not started is another trouble than not there. */
export function installedProducts(surroundings: EngineSurroundings = here()): EngineProduct[] {
  return habitsOf(surroundings).flatMap(({ product, marks }) => (marks.some(surroundings.exists) ? [product] : []))
}

/** Whether an engine of that place is on this machine, running or not. */
export function isKnownPlace(endpoint: EngineEndpoint, surroundings: EngineSurroundings = here()): boolean {
  return (
    enginePlaces(surroundings).some((place) => place.endpoint === endpoint) ||
    habitsOf(surroundings).some(({ endpoints, marks }) => endpoints.includes(endpoint) && marks.some(surroundings.exists))
  )
}

/** A desktop session's PATH often lacks the folders where daemons and Homebrew's programs lie. */
export function programFolders({ environment, platform }: EngineSurroundings): string[] {
  const known = platform === 'win32' ? [] : ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/docker-desktop/bin']
  return [...(environment['PATH'] ?? '').split(platform === 'win32' ? ';' : delimiter), ...known].filter((folder) => folder !== '')
}

function habitsOf(surroundings: EngineSurroundings): Habit[] {
  const { environment, platform, home, userId } = surroundings
  const unix = (...paths: string[]): EngineEndpoint[] => paths.map((path) => `unix://${path}`)
  const program = (...names: string[]): string[] =>
    programFolders(surroundings).flatMap((folder) =>
      names.map((name) => (platform === 'win32' ? `${folder}\\${name}.exe` : join(folder, name))),
    )
  const pipe = (...names: string[]): EngineEndpoint[] => names.map((name) => `npipe:////./pipe/${name}`)
  const colimas = ['default', ...foldersIn(join(home, '.colima')).filter((name) => name !== 'default' && !name.startsWith('_'))]
  const colima: Habit = {
    product: 'colima',
    endpoints: unix(...colimas.map((profile) => join(home, '.colima', profile, 'docker.sock'))),
    marks: program('colima'),
  }
  if (platform === 'win32') {
    const files = environment['ProgramFiles'] ?? 'C:\\Program Files'
    return [
      {
        product: 'docker-desktop',
        endpoints: pipe('docker_engine', 'dockerDesktopLinuxEngine'),
        marks: [`${files}\\Docker\\Docker\\Docker Desktop.exe`],
      },
      { product: 'rancher-desktop', endpoints: [], marks: [`${files}\\Rancher Desktop\\Rancher Desktop.exe`] },
      { product: 'podman-machine', endpoints: pipe('podman-machine-default'), marks: [`${files}\\RedHat\\Podman\\podman.exe`] },
    ]
  }
  if (platform === 'darwin') {
    const machine = join(home, '.local/share/containers/podman/machine')
    return [
      {
        product: 'docker-desktop',
        endpoints: unix(join(home, '.docker/run/docker.sock'), '/var/run/docker.sock'),
        marks: ['/Applications/Docker.app'],
      },
      { product: 'orbstack', endpoints: unix(join(home, '.orbstack/run/docker.sock')), marks: ['/Applications/OrbStack.app'] },
      colima,
      { product: 'rancher-desktop', endpoints: unix(join(home, '.rd/docker.sock')), marks: ['/Applications/Rancher Desktop.app'] },
      {
        product: 'podman-machine',
        endpoints: unix(
          join(machine, 'podman.sock'),
          join(machine, 'qemu/podman.sock'),
          ...ownTemporary(environment['TMPDIR']).map((folder) => join(folder, 'podman/podman-machine-default-api.sock')),
        ),
        marks: ['/Applications/Podman Desktop.app', ...program('podman')],
      },
    ]
  }
  const runtime = environment['XDG_RUNTIME_DIR'] ?? `/run/user/${userId}`
  return [
    { product: 'docker-engine', endpoints: unix('/var/run/docker.sock'), marks: program('dockerd') },
    {
      product: 'docker-rootless',
      endpoints: unix(join(runtime, 'docker.sock')),
      marks: [join(home, '.config/systemd/user/docker.service')],
    },
    {
      product: 'docker-desktop',
      endpoints: unix(join(home, '.docker/desktop/docker.sock'), join(home, '.docker/run/docker.sock')),
      marks: program('com.docker.backend'),
    },
    colima,
    { product: 'rancher-desktop', endpoints: unix(join(home, '.rd/docker.sock')), marks: program('rancher-desktop') },
    { product: 'podman-rootless', endpoints: unix(join(runtime, 'podman/podman.sock')), marks: userId === 0 ? [] : program('podman') },
    { product: 'podman', endpoints: unix('/run/podman/podman.sock'), marks: userId === 0 ? program('podman') : [] },
  ]
}

/** Folders in which every user of the machine may put something. */
const SHARED = /^(\/private)?\/(tmp|var\/tmp)(\/|$)|^\/Users\/Shared(\/|$)/

/**
 * The user's own folder for what is temporary, which a program that no desktop session started may lack.
 * SECURITY: S16 a socket where others can put one is nobody's engine: what answers there is given the operator key.
 */
const ownTemporary = (folder: string | undefined): string[] =>
  folder?.startsWith('/') === true && !SHARED.test(join(folder)) ? [folder] : []

/** What a socket's path tells of an engine in a place that is not its usual one: a second profile, a context. */
function byPath(endpoint: EngineEndpoint): EngineProduct {
  if (/[/.]colima/.test(endpoint)) return 'colima'
  if (endpoint.includes('.orbstack')) return 'orbstack'
  if (endpoint.includes('/.rd/')) return 'rancher-desktop'
  if (/podman-machine/.test(endpoint)) return 'podman-machine'
  if (endpoint.includes('/.docker/') || endpoint.includes('dockerDesktop')) return 'docker-desktop'
  if (/\/run\/user\/\d+\/podman/.test(endpoint)) return 'podman-rootless'
  if (endpoint.includes('podman')) return 'podman'
  return /\/run\/user\/\d+\/docker/.test(endpoint) ? 'docker-rootless' : 'other'
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    return []
  }
}

const sameEndpoint = (one: EngineEndpoint, other: EngineEndpoint): boolean => trueEndpoint(one) === trueEndpoint(other)

/** macOS engines put a link to their socket at Docker's usual place. */
function trueEndpoint(endpoint: EngineEndpoint): EngineEndpoint {
  if (!endpoint.startsWith('unix://')) return endpoint
  try {
    return `unix://${realpathSync(endpoint.slice('unix://'.length))}`
  } catch {
    return endpoint
  }
}

function unique(places: EnginePlace[]): EnginePlace[] {
  const seen = new Set<EngineEndpoint>()
  return places.filter(({ endpoint }) => {
    const real = trueEndpoint(endpoint)
    if (seen.has(real)) return false
    seen.add(real)
    return true
  })
}

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

/** The endpoints of the Docker contexts, from the client's own files; a damaged file is passed over. */
function contextHosts({ environment, home }: EngineSurroundings): { current: string | undefined; others: (string | undefined)[] } {
  const folder = environment['DOCKER_CONFIG'] ?? join(home, '.docker')
  const meta = join(folder, 'contexts/meta')
  const hostOf = (id: string): string | undefined => {
    const read = readJson(join(meta, id, 'meta.json')) as { Endpoints?: { docker?: { Host?: unknown } } } | undefined
    const host = read?.Endpoints?.docker?.Host
    return typeof host === 'string' ? host : undefined
  }
  const config = readJson(join(folder, 'config.json')) as { currentContext?: unknown } | undefined
  const name = environment['DOCKER_CONTEXT'] ?? config?.currentContext
  const chosen = typeof name === 'string' && name !== '' && name !== 'default' ? createHash('sha256').update(name).digest('hex') : undefined
  return {
    current: chosen === undefined ? undefined : hostOf(chosen),
    others: foldersIn(meta)
      .filter((id) => id !== chosen)
      .toSorted()
      .map(hostOf),
  }
}

function readJson(path: string): object | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
