import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { EngineProbe } from '#main/core/ports/engine.ts'
import { connect } from './connect.ts'
import { socketCodeOf, statusOf, textOf } from './errors.ts'

/** The oldest API that has what Hearth uses (Docker 20.10). */
const MIN_API = [1, 41] as const
const PROBE_TIMEOUT_MS = 5_000

type Unready = Exclude<EngineProbe, { kind: 'ready' }>

/** How much a trouble tells the user: of several places that do not work, the one is named that can be put right. */
const TELLS: Unready['kind'][] = ['absent', 'failed', 'not-started', 'too-old', 'no-permission']

/** Asks the endpoints in order until one is ready; else the most telling trouble. @param isInstalled whether an engine's program is on this machine */
export async function probeEndpoints(
  endpoints: string[],
  isInstalled: () => boolean,
  clock: Clock,
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<EngineProbe> {
  let worst: Unready | undefined
  for (const endpoint of endpoints) {
    const result = await probeEndpoint(endpoint, clock, timeoutMs)
    if (result.kind === 'ready') return result
    if (!worst || TELLS.indexOf(result.kind) > TELLS.indexOf(worst.kind)) worst = result
  }
  if (worst && worst.kind !== 'absent') return worst
  const endpoint = worst?.endpoint ?? ''
  if (isInstalled()) return { kind: 'not-started', endpoint, detail: 'installed, and nothing answers' }
  return { kind: 'absent', endpoint, detail: worst?.detail ?? 'no engine was found' }
}

/** The error of a call that needs an engine when there is none. */
export function probeError(probe: Unready): HearthError {
  const codes: Record<Unready['kind'], ErrorCode> = {
    absent: 'engine-absent',
    'not-started': 'engine-not-started',
    'no-permission': 'engine-no-permission',
    'too-old': 'engine-too-old',
    failed: 'engine-failed',
  }
  return new HearthError(codes[probe.kind], { reason: probe.detail, endpoint: probe.endpoint })
}

interface RawVersion {
  Version?: unknown
  ApiVersion?: unknown
  Components?: unknown
}
interface RawInfo {
  SystemTime?: string
  MemTotal: number
  NCPU: number
  OSType?: unknown
  Architecture: string
}

async function probeEndpoint(endpoint: string, clock: Clock, timeoutMs: number): Promise<EngineProbe> {
  try {
    const api = await connect(endpoint, timeoutMs)
    const version = (await api.version()) as RawVersion | null
    if (typeof version?.ApiVersion !== 'string' || typeof version.Version !== 'string') return noEngine(endpoint)
    const [major = 0, minor = 0] = version.ApiVersion.split('.').map(Number)
    if (major < MIN_API[0] || (major === MIN_API[0] && minor < MIN_API[1])) {
      return {
        kind: 'too-old',
        endpoint,
        detail: `version ${version.Version}, API ${version.ApiVersion}; needed is API ${MIN_API.join('.')}`,
      }
    }
    const askedAtMs = clock.now()
    const info = (await api.info()) as RawInfo | null
    const answeredAtMs = clock.now()
    if (typeof info?.OSType !== 'string') return noEngine(endpoint)
    if (info.OSType !== 'linux')
      return { kind: 'failed', endpoint, detail: 'the engine runs Windows containers; switch it to Linux containers' }
    const systemTimeMs = Date.parse(info.SystemTime ?? '')
    return {
      kind: 'ready',
      name: /podman/i.test(JSON.stringify(version.Components ?? '')) ? 'Podman' : 'Docker',
      version: version.Version,
      apiVersion: version.ApiVersion,
      os: info.OSType,
      arch: info.Architecture,
      memoryBytes: info.MemTotal,
      cpus: info.NCPU,
      endpoint,
      clockOffsetMs: Number.isNaN(systemTimeMs) ? 0 : Math.round(systemTimeMs - (askedAtMs + answeredAtMs) / 2),
    }
  } catch (error) {
    return trouble(endpoint, error)
  }
}

const noEngine = (endpoint: string): Unready => ({ kind: 'failed', endpoint, detail: 'what answers there is no container engine' })

function trouble(endpoint: string, error: unknown): Unready {
  const code = socketCodeOf(error)
  const detail = textOf(error)
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'no-permission', endpoint, detail }
  if (code === 'ENOENT') return { kind: 'absent', endpoint, detail }
  if (code === 'ECONNREFUSED') return { kind: 'not-started', endpoint, detail }
  // An HTTP answer other than 200, or none that HTTP would understand.
  if (statusOf(error) !== undefined || code?.startsWith('HPE_')) return noEngine(endpoint)
  return { kind: 'failed', endpoint, detail }
}
