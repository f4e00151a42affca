import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { EngineProbe, UnreadyEngine } from '#main/core/ports/engine.ts'
import { infoSchema, versionSchema, type InfoAnswer } from './answers.ts'
import { connect } from './connect.ts'
import { freeBytes } from './disk.ts'
import { socketCodeOf, statusOf, textOf } from './errors.ts'

/** The oldest API that has what Hearth uses (Docker 20.10). */
const MIN_API = [1, 41] as const
const PROBE_TIMEOUT_MS = 5_000

/** Processors for which the images of the catalogue are made, by both of their names. */
const PROCESSORS: Record<string, string> = { x86_64: 'x86_64', amd64: 'x86_64', aarch64: 'aarch64', arm64: 'aarch64' }

type Unready = Exclude<EngineProbe, { kind: 'ready' }>

/** How much a trouble tells the user: of several places that do not work, the one is named that can be put right. */
const TELLS: UnreadyEngine[] = ['absent', 'failed', 'wrong-architecture', 'not-started', 'too-old', 'windows-containers', 'no-permission']

/** Asks the endpoints in order until one is ready; else the most telling trouble. @param isInstalled whether an engine's program is on this machine */
export async function probeEndpoints(
  endpoints: string[],
  isInstalled: () => boolean,
  clock: Clock,
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<EngineProbe> {
  let worst: Unready | undefined
  for (const endpoint of endpoints) {
    const { probe } = await lookAt(endpoint, clock, timeoutMs)
    if (probe.kind === 'ready') return probe
    if (!worst || TELLS.indexOf(probe.kind) > TELLS.indexOf(worst.kind)) worst = probe
  }
  if (worst && worst.kind !== 'absent') return worst
  const endpoint = worst?.endpoint ?? ''
  if (isInstalled()) return { kind: 'not-started', endpoint, detail: 'installed, and nothing answers' }
  return { kind: 'absent', endpoint, detail: worst?.detail ?? 'no engine was found' }
}

/** The error of a call that needs an engine when there is none. */
export function probeError(probe: Unready): HearthError {
  const code: ErrorCode = `engine-${probe.kind}`
  return new HearthError(code, { reason: probe.detail, endpoint: probe.endpoint })
}

/** Asks one place; with `withDisk` also for the room that it has. Never rejects. */
export async function lookAt(
  endpoint: string,
  clock: Clock,
  timeoutMs = PROBE_TIMEOUT_MS,
  withDisk = false,
): Promise<{ probe: EngineProbe; freeBytes: number | undefined }> {
  const unready = (kind: UnreadyEngine, detail: string) => ({ probe: { kind, endpoint, detail }, freeBytes: undefined })
  try {
    const api = await connect(endpoint, { timeoutMs })
    const version = versionSchema.safeParse(await api.version())
    if (!version.success) return unready('failed', NO_ENGINE)
    const { Version, ApiVersion, Components, Platform } = version.data
    const [major = 0, minor = 0] = ApiVersion.split('.').map(Number)
    if (!(major > MIN_API[0] || (major === MIN_API[0] && minor >= MIN_API[1])))
      return unready('too-old', `version ${Version}, API ${ApiVersion}; needed is API ${MIN_API.join('.')}`.slice(0, 200))
    const askedAtMs = clock.now()
    const answered: unknown = await api.info()
    const answeredAtMs = clock.now()
    const parsed = infoSchema.safeParse(answered)
    if (!parsed.success) return unready('failed', NO_ENGINE)
    const info = parsed.data
    if (info.OSType !== 'linux') return unready('windows-containers', 'the engine runs Windows containers')
    const arch = PROCESSORS[info.Architecture]
    if (arch === undefined) return unready('wrong-architecture', `the engine runs on ${info.Architecture.slice(0, 40)}`)
    const systemTimeMs = Date.parse(info.SystemTime ?? '')
    const isPodman = /podman/i.test(JSON.stringify(Components ?? ''))
    return {
      probe: {
        kind: 'ready',
        name: isPodman ? 'Podman' : 'Docker',
        version: Version.slice(0, 60),
        apiVersion: ApiVersion,
        os: info.OSType,
        arch,
        memoryBytes: info.MemTotal,
        cpus: info.NCPU,
        endpoint,
        clockOffsetMs: Number.isNaN(systemTimeMs) ? 0 : Math.round(systemTimeMs - (askedAtMs + answeredAtMs) / 2),
        rootless: isRootless(info),
        platform: `${Platform?.Name ?? ''} ${info.OperatingSystem ?? ''}`.trim().slice(0, 120),
        // Podman makes up another one for each answer.
        ...(isPodman || !info.ID ? {} : { id: info.ID.slice(0, 120) }),
      },
      freeBytes: withDisk ? await freeBytes(api, info) : undefined,
    }
  } catch (error) {
    const [kind, detail] = trouble(error)
    return unready(kind, detail)
  }
}

export const isRootless = (info: InfoAnswer): boolean => (info.SecurityOptions ?? []).some((option) => option.startsWith('name=rootless'))

const NO_ENGINE = 'what answers there is no container engine'

function trouble(error: unknown): [UnreadyEngine, string] {
  const code = socketCodeOf(error)
  const detail = textOf(error)
  if (code === 'EACCES' || code === 'EPERM') return ['no-permission', detail]
  if (code === 'ENOENT') return ['absent', detail]
  if (code === 'ECONNREFUSED') return ['not-started', detail]
  const status = statusOf(error)
  // Docker Desktop answers 503 and the like while it starts or is paused; anything else than an engine answers with no such page.
  if (status !== undefined && status >= 500) return ['failed', detail]
  // An HTTP answer other than 200, or none that HTTP would understand.
  if (status !== undefined || code?.startsWith('HPE_')) return ['failed', NO_ENGINE]
  return ['failed', detail]
}
