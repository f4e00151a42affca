import type { EndpointState } from '#shared/api/state.ts'
import { isLoopback } from '../chain/endpoint-address.ts'
import type { ListedEndpoint } from '../chain/endpoint-list.ts'
import { hostOf } from '../chain/members.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Reach } from '../ports/reach.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { HostTimes } from './host-times.ts'
import { BEHIND_BLOCKS } from './watchdog.ts'

/** An endpoint that a relay miner can ask. */
export interface Usable extends ListedEndpoint {
  grpcUrl: string
}

/** A container asks itself at an address that means this machine. */
export const isUsable = (each: ListedEndpoint): each is Usable =>
  each.grpcUrl !== undefined && !isLoopback(each.rpcUrl) && !isLoopback(each.grpcUrl)

/** Its gRPC address was not looked at yet. */
export const NOT_LOOKED = 'not looked at yet'
/** Said by the pool of one that must not be believed: that is no hiccup. */
export const STRANGERS: ReadonlySet<string> = new Set<EndpointState['status']>(['other-chain', 'disagrees', 'lied'])
/** Nobody has asked it yet, which says nothing about it. */
const UNKNOWN: ReadonlySet<string> = new Set<string>(['untried', NOT_LOOKED])

const REACH_MS = 8_000
/** Between two looks at the gRPC address, which Hearth itself does not ask. */
const PROBE_MS = 60_000
const PROBE_AGAIN_MS = 10_000

/** How endpoints do as hosts of the relay miner: as the pool sees them, by the reach of their gRPC address, and over time. */
export interface HostHealth {
  /** Takes down how each does now; with every look, before anything is asked. @returns whether nobody had looked for so long that the times before are none of now */
  note(hosts: readonly Usable[]): boolean
  /** Tries the gRPC address unless it was tried lately. Not waited for: a name server that is silent would hold up every container. */
  probe(host: Usable): void
  /** Tries the gRPC address now. @returns what is wrong with it, or null */
  reach(host: Usable, signal?: AbortSignal): Promise<string | null>
  /** As the pool knows it. */
  of(host: Usable): EndpointState | undefined
  /** What is wrong now, or null: a status of the pool, `behind` also for one that stands still, or the words of its gRPC address. */
  problemOf(host: Usable): string | null
  /** Since when nothing was wrong, as far as its gRPC address was looked at; undefined while something is. */
  wellSinceMs(host: Usable): number | undefined
  /** Since when something is wrong without a break; undefined for what is well, and for what nobody has asked yet. */
  badSinceMs(host: Usable): number | undefined
  /** Since when it failed again and again, each time for a moment; undefined while it does not. */
  flickersSinceMs(host: Usable): number | undefined
}

interface Track {
  wellSinceMs: number | undefined
  badSinceMs: number | undefined
  /** When it fell silent, each time anew. */
  silences: number[]
}

/** @param deps.wake told when something is to be looked at anew */
export function createHostHealth(deps: {
  state: StatePublisher
  clock: Clock
  log: Log
  reach: Reach
  times: HostTimes
  wake: () => void
}): HostHealth {
  const { state, clock, log, times } = deps
  const probes = new Map<string, { atMs: number; problem: string | null; running: boolean }>()
  let tracks = new Map<string, Track>()
  let notedAtMs: number | undefined

  const of = (host: Usable): EndpointState | undefined =>
    Object.values(state.state.chain.endpoints ?? {}).find((health) => health.rpcUrl === host.rpcUrl)
  const reachOnce = async (grpcUrl: string, signal?: AbortSignal): Promise<string | null> => {
    const found = await deps.reach(grpcUrl, REACH_MS, signal)
    return found.nameProblem ?? found.connectProblem ?? found.certificate?.problem ?? (found.connectMs === null ? 'no answer' : null)
  }
  const keep = (grpcUrl: string, problem: string | null): void => {
    probes.set(grpcUrl, { atMs: clock.now(), problem, running: false })
  }
  const problemOf = (host: Usable): string | null => {
    const health = of(host)
    if (health?.status !== 'good') return health?.status ?? 'untried'
    // One that stands still says nothing false, and its miner misses every window.
    if (health.height < state.state.chain.height - BEHIND_BLOCKS) return 'behind'
    const seen = probes.get(host.grpcUrl)
    return seen ? seen.problem : NOT_LOOKED
  }
  const trackOf = (host: Usable): Track => tracks.get(host.rpcUrl) ?? { wellSinceMs: undefined, badSinceMs: undefined, silences: [] }
  /** Those of the last while; a clock that was set back leaves none that lie ahead. */
  const recent = (silences: readonly number[]): number[] =>
    silences.filter((atMs) => atMs <= clock.now() && clock.now() - atMs < times.flickerMs)
  const noteOne = (host: Usable): Track => {
    const nowMs = clock.now()
    const problem = problemOf(host)
    const before = trackOf(host)
    const silences = recent(before.silences)
    if (problem === 'untried') return { ...before, wellSinceMs: undefined, silences }
    if (problem === null || problem === NOT_LOOKED)
      return { wellSinceMs: Math.min(before.wellSinceMs ?? nowMs, nowMs), badSinceMs: undefined, silences }
    // A host that names the block before the newest for a moment is several behind one name, and no trouble to a miner.
    const isSilence = problem !== 'behind' && !STRANGERS.has(problem)
    if (before.badSinceMs === undefined && isSilence) silences.push(nowMs)
    return { wellSinceMs: undefined, badSinceMs: Math.min(before.badSinceMs ?? nowMs, nowMs), silences }
  }

  return {
    of,
    problemOf,
    note(hosts) {
      const nowMs = clock.now()
      const wasUnseen = notedAtMs !== undefined && nowMs - notedAtMs > times.unseenMs
      notedAtMs = nowMs
      if (wasUnseen)
        tracks = new Map([...tracks].map(([url, { silences }]) => [url, { wellSinceMs: undefined, badSinceMs: undefined, silences }]))
      tracks = new Map(hosts.map((host) => [host.rpcUrl, noteOne(host)]))
      return wasUnseen
    },
    probe({ grpcUrl }) {
      const last = probes.get(grpcUrl)
      const isFresh = (atMs: number, pauseMs: number): boolean => clock.now() >= atMs && clock.now() - atMs < pauseMs
      if (last && (last.running || isFresh(last.atMs, last.problem === null ? PROBE_MS : PROBE_AGAIN_MS))) return
      const before = last ? last.problem : NOT_LOOKED
      probes.set(grpcUrl, { atMs: clock.now(), problem: before, running: true })
      reachOnce(grpcUrl)
        .catch((error: unknown) => (error instanceof Error ? error.message : 'unknown'))
        .then((problem) => {
          const isNews = problem !== before
          if (isNews && problem !== null)
            log.warn('the gRPC address of the relay miner cannot be reached', { host: hostOf(grpcUrl), problem })
          keep(grpcUrl, problem)
          if (isNews) deps.wake()
        })
        .catch((error: unknown) => log.error('miner host', error))
    },
    async reach({ grpcUrl }, signal) {
      const problem = await reachOnce(grpcUrl, signal)
      keep(grpcUrl, problem)
      return problem
    },
    wellSinceMs: (host) => trackOf(host).wellSinceMs,
    badSinceMs: (host) => (UNKNOWN.has(problemOf(host) ?? '') ? undefined : trackOf(host).badSinceMs),
    flickersSinceMs(host) {
      const silences = recent(trackOf(host).silences)
      return silences.length >= times.flickers ? silences[0] : undefined
    },
  }
}
