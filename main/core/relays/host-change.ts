import type { AppState } from '#shared/api/state.ts'
import type { HostChangeWhy, StoredMinerHost } from '#shared/networks/stored-endpoints.ts'
import { STRANGERS, type HostHealth, type Usable } from './host-health.ts'
import type { HostTimes } from './host-times.ts'
import { isSending } from './miner-price.ts'

/** When Hearth changes the relay miner's host without the user, and to which. Pure. */

/** A host that should be asked instead of the one in use. */
export interface HostWish {
  to: Usable
  why: HostChangeWhy
}

export interface HostScene {
  nowMs: number
  used: Usable
  /** What is wrong with it now, and since when; undefined while it is well or that may be a hiccup. */
  trouble: { problem: string; sinceMs: number } | undefined
  stored: StoredMinerHost
  /** Every host that could be asked, in the order of the list. */
  hosts: readonly Usable[]
  /** Since when each, by its RPC address, is the last in line. */
  failedAtMs: ReadonlyMap<string, number>
  health: Pick<HostHealth, 'of' | 'wellSinceMs' | 'flickersSinceMs'>
  lanes: AppState['clock']['lanes']
  chain: Pick<AppState['chain'], 'height' | 'medianBlockMs' | 'disagreement'>
}

/** Whether claims or proofs are on their way or will be within `soonMs`. */
function isDueSoon({ lanes, chain }: Pick<HostScene, 'lanes' | 'chain'>, soonMs: number): boolean {
  const { medianBlockMs } = chain
  const blocks = medianBlockMs === null || medianBlockMs <= 0 ? 0 : Math.ceil(soonMs / medianBlockMs)
  return isSending(lanes, chain.height, blocks)
}

/**
 * A start loses no session: the stock miner keeps its trees on disk and takes them up in whatever window they are (offchain facts 2.6), while one without a host sends nothing.
 * So the wait is for the host alone, to come back by itself: short where something is due, none for one that must not be believed.
 * @returns the change to be made now; undefined for none
 */
export function hostWish(scene: HostScene, times: HostTimes): HostWish | undefined {
  // SECURITY: S22 while hosts hold different blocks and nobody can tell who is right, none is better than the one in use.
  if ((scene.chain.disagreement ?? null) !== null) return undefined
  const isDue = isDueSoon(scene, times.soonMs)
  if (isPausing(scene, isDue, times)) return undefined
  return away(scene, isDue, times) ?? (isDue ? undefined : back(scene, times))
}

function away(scene: HostScene, isDue: boolean, times: HostTimes): HostWish | undefined {
  const { nowMs, used, trouble, health } = scene
  // One that flickers works in between: nothing is hurried for it.
  const flickers = health.flickersSinceMs(used) !== undefined && !isDue
  if (trouble === undefined && !flickers) return undefined
  const isStrange = trouble !== undefined && STRANGERS.has(trouble.problem)
  const limitMs = isStrange || trouble === undefined ? 0 : isDue ? times.hiccupMs : times.calmMs
  /** Counted only while the other does well: after a failure of this PC's own line both have the same time to come back. */
  const isLongEnough = (host: Usable): boolean => {
    const sinceMs = health.wellSinceMs(host)
    return sinceMs !== undefined && nowMs - Math.max(sinceMs, trouble?.sinceMs ?? sinceMs) >= limitMs
  }
  /** Where nothing is wrong but flickers, as when this PC's line does, one that flickers as well is no better: the miner would be restarted for nothing. */
  const isBetter = (host: Usable): boolean => trouble !== undefined || health.flickersSinceMs(host) === undefined
  const to = inOrder(scene, times).find((host) => isLongEnough(host) && isBetter(host))
  if (!to) return undefined
  return { to, why: isStrange ? 'strange' : trouble === undefined ? 'flickers' : trouble.problem === 'behind' ? 'behind' : 'silent' }
}

/** The user's own host again, once it has shown that it stays. */
function back({ nowMs, stored, hosts, health }: HostScene, times: HostTimes): HostWish | undefined {
  const home = hosts.find((host) => host.rpcUrl === stored.home?.rpcUrl)
  if (!home || home.rpcUrl === stored.rpcUrl || health.flickersSinceMs(home) !== undefined) return undefined
  const sinceMs = health.wellSinceMs(home)
  return sinceMs !== undefined && nowMs - sinceMs >= times.wellAgainMs ? { to: home, why: 'back' } : undefined
}

/** How often Hearth has changed in a row, as it counts now. */
export function changesInARow({ changed }: StoredMinerHost, nowMs: number, times: HostTimes): number {
  const sinceMs = changed === undefined ? -1 : nowMs - changed.atMs
  // Also where the clock was set back: what lies ahead of it says nothing.
  return changed === undefined || sinceMs < 0 || sinceMs > 2 * times.longestPauseMs ? 0 : changed.inARow
}

function isPausing({ nowMs, stored }: HostScene, isDue: boolean, times: HostTimes): boolean {
  const inARow = changesInARow(stored, nowMs, times)
  if (inARow === 0 || stored.changed === undefined) return false
  const pauseMs = isDue ? times.firstPauseMs : Math.min(times.longestPauseMs, times.firstPauseMs * 2 ** (inARow - 1))
  return nowMs - stored.changed.atMs < pauseMs
}

/** Those that do well now, the best first. */
function inOrder({ nowMs, used, hosts, health, failedAtMs, chain }: HostScene, times: HostTimes): Usable[] {
  const rank = (host: Usable): number[] => {
    const sinceFailureMs = nowMs - (failedAtMs.get(host.rpcUrl) ?? -Infinity)
    const hasFailed = (sinceFailureMs >= 0 && sinceFailureMs < times.lastInLineMs) || health.flickersSinceMs(host) !== undefined
    const { agrees = null, height = 0 } = health.of(host) ?? {}
    // Who holds the same blocks as the majority of owners before one that nobody compared, and the newest block before an older one; the user's own before strangers.
    return [Number(hasFailed), Number(agrees !== true), Number(height < chain.height), Number(host.from !== 'user')]
  }
  return hosts
    .filter((host) => host.rpcUrl !== used.rpcUrl && health.of(host)?.agrees !== false && health.wellSinceMs(host) !== undefined)
    .map((host, index) => ({ host, rank: [...rank(host), index] }))
    .sort((a, b) => a.rank.map((each, at) => each - (b.rank[at] ?? 0)).find((difference) => difference !== 0) ?? 0)
    .map(({ host }) => host)
}
