import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { EngineFinder, EngineHost, FoundEngine } from '#main/core/ports/engine-finder.ts'
import {
  enginePlaces,
  here,
  placesPassedOver,
  productOf,
  programFolders,
  type EnginePlace,
  type EngineSurroundings,
} from './engine-places.ts'
import { lookAt } from './probe.ts'

/** A place that does not answer must not hold up the list of those that do. */
const LOOK_TIMEOUT_MS = 3_000
const STEP_PROGRAMS = ['brew', 'colima', 'podman', 'winget']
/** Installing on a slow line takes long; something that asks a question that nobody sees would take for ever. */
const RUN_LIMIT_MS = 30 * 60_000

/** @param options.given address that was said at the start of the program @param options.osRelease text of /etc/os-release; tests give their own */
export function createEngineFinder(options: {
  given: string | undefined
  clock: Clock
  surroundings?: () => EngineSurroundings
  osRelease?: () => string
  runLimitMs?: number
}): EngineFinder {
  const { given, clock, surroundings = here, osRelease = readOsRelease, runLimitMs = RUN_LIMIT_MS } = options
  return {
    given,
    host() {
      const around = surroundings()
      const { platform, exists } = around
      const known = platform === 'linux' || platform === 'darwin' || platform === 'win32'
      const folders = programFolders(around)
      const isHere = (program: string): boolean =>
        folders.some((folder) => exists(platform === 'win32' ? `${folder}\\${program}.exe` : join(folder, program)))
      return Promise.resolve({
        platform: known ? platform : 'other',
        distributions: platform === 'linux' ? distributionsIn(osRelease()) : [],
        starter: exists('/run/systemd/system') ? 'systemd' : exists('/run/openrc') ? 'openrc' : 'none',
        programs: STEP_PROGRAMS.filter(isHere),
        passedOver: placesPassedOver(around),
      } satisfies EngineHost)
    },
    async find(also) {
      const around = surroundings()
      const places = enginePlaces(around)
      const extra = [...new Set(also)].filter((endpoint) => !places.some((place) => place.endpoint === endpoint))
      const all: EnginePlace[] = [
        ...extra.map((endpoint) => ({ endpoint, product: productOf(endpoint, around), isThere: true })),
        ...places,
      ]
      const found = await Promise.all(all.map((place) => foundAt(place, clock)))
      return found.filter(({ probe, endpoint }) => probe.kind !== 'absent' || also.includes(endpoint))
    },
    async run(commands, onLine, signal) {
      const environment = { ...process.env, PATH: programFolders(surroundings()).join(process.platform === 'win32' ? ';' : ':') }
      for (const command of commands) await runProgram(command, environment, onLine, signal, runLimitMs)
    },
  }
}

async function foundAt({ endpoint, product, isThere }: EnginePlace, clock: Clock): Promise<FoundEngine> {
  if (!isThere) return { product, endpoint, probe: { kind: 'not-started', endpoint, detail: '' }, freeBytes: undefined }
  const { probe, freeBytes } = await lookAt(endpoint, clock, LOOK_TIMEOUT_MS, true)
  return { product: probe.kind === 'ready' ? sharper(product, probe) : product, endpoint, probe, freeBytes }
}

/** The same socket path is used by several engines: what answers knows better. */
function sharper(product: FoundEngine['product'], probe: { name: string; platform?: string; rootless?: boolean }): FoundEngine['product'] {
  const platform = probe.platform ?? ''
  if (/docker desktop/i.test(platform)) return 'docker-desktop'
  if (/orbstack/i.test(platform)) return 'orbstack'
  if (/rancher desktop/i.test(platform)) return 'rancher-desktop'
  if (probe.name === 'Podman') {
    if (product === 'podman-machine') return product
    return probe.rootless === true ? 'podman-rootless' : 'podman'
  }
  if (product === 'docker-engine' || product === 'other') return probe.rootless === true ? 'docker-rootless' : product
  return product
}

/** `ID`, then `ID_LIKE`, as os-release(5) has them. */
function distributionsIn(text: string): string[] {
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? ''
  return `${field('ID')} ${field('ID_LIKE')}`
    .toLowerCase()
    .split(/\s+/)
    .map((name) => (name.startsWith('opensuse') ? 'opensuse' : name))
    .filter((name) => /^[\w.-]+$/.test(name))
}

function readOsRelease(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) if (existsSync(path)) return readFileSync(path, 'utf8')
  return ''
}

/** SECURITY: S16 no shell, nobody to answer a question, and no more rights than Hearth has. */
async function runProgram(
  [program = '', ...words]: string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
  signal: AbortSignal,
  limitMs: number,
): Promise<void> {
  if (signal.aborted) throw new HearthError('cancelled')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return
      last = line.trim().slice(0, 300)
      onLine(last)
    })
  }
  const end = (): void => void child.kill()
  const timer = setTimeout(end, limitMs)
  signal.addEventListener('abort', end, { once: true })
  const failed = (reason: string): HearthError =>
    signal.aborted ? new HearthError('cancelled') : new HearthError('engine-failed', { reason: `${program}: ${reason}` })
  child.once('error', (error) => reject(failed(error.message)))
  child.once('close', (code) => (code === 0 && !signal.aborted ? resolve() : reject(failed(last === '' ? `ended with ${code}` : last))))
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
