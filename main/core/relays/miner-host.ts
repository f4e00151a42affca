import { HearthError } from '#shared/api/errors.ts'
import type { EndpointState } from '#shared/api/state.ts'
import { storedMinerHostSchema, type StoredMinerHost } from '#shared/networks/stored-endpoints.ts'
import { isLoopback } from '../chain/endpoint-address.ts'
import type { ListedEndpoint } from '../chain/endpoint-list.ts'
import type { Heads } from '../chain/heads.ts'
import { hostOf } from '../chain/members.ts'
import type { Chain, ConnectChain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Reach } from '../ports/reach.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { waitsForLastRelays } from './kept-start.ts'
import { BEHIND_BLOCKS } from './watchdog.ts'

/** Which of the chain's endpoints the relay miner asks, where no node of this machine is there. It stays the same, because a change restarts the miner. */
export interface MinerHost {
  load(): Promise<void>
  /**
   * Looks how the host does, takes one where there is none, and publishes.
   * @param hasBundle whether there is a miner to ask it @returns whether it does well again after it did not for longer than a hiccup
   */
  look(hasBundle: boolean): Promise<boolean>
  /** The host as the miner's container reaches it; undefined while no miner may be started with it. One that runs goes on with what it has. */
  urls(): { rpcUrl: string; grpcUrl: string } | undefined
  /** The same host, to be asked by Hearth; undefined while there is none. */
  chain(): Chain | undefined
  /** Rejects as `bundle.chooseHost`. */
  choose(rpcUrl: string, signal?: AbortSignal): Promise<void>
}

interface Usable extends ListedEndpoint {
  grpcUrl: string
}

const REACH_MS = 8_000
/** Between two looks at the gRPC address, which Hearth itself does not ask. */
const PROBE_MS = 60_000
const PROBE_AGAIN_MS = 10_000
/** One late or lost answer is no trouble yet: behind one address there can be several hosts. */
const HICCUP_MS = 30_000
/** Said by the pool of one that must not be believed: that is no hiccup. */
const STRANGERS: ReadonlySet<string> = new Set<EndpointState['status']>(['other-chain', 'disagrees', 'lied'])

/** @param deps.wake told when something is to be looked at anew */
export function createMinerHost(deps: {
  network: string | null
  store: Pick<Store, 'setting' | 'setSetting'>
  state: StatePublisher
  clock: Clock
  log: Log
  endpoints: () => readonly ListedEndpoint[]
  heads: Pick<Heads, 'isCertain' | 'requireKnown' | 'block1Hash'>
  connect: ConnectChain
  reach: Reach
  wake: () => void
}): MinerHost {
  const { state, clock, log, heads } = deps
  const key = `miner-host:${deps.network ?? ''}`
  let stored: StoredMinerHost | undefined
  const probes = new Map<string, { atMs: number; problem: string | null; running: boolean }>()
  /** Since when the host in use does not do well, and whether that is more than a hiccup. */
  let trouble: { sinceMs: number; isBad: boolean } | undefined
  /** The one that was last seen to do well, and was no stranger since. */
  let wellHost = ''
  let lastUsed = ''

  const usable = (): Usable[] => deps.endpoints().flatMap((each) => (isUsable(each) ? [each] : []))
  const inUse = (): Usable | undefined => usable().find((each) => each.rpcUrl === stored?.rpcUrl)
  const healthOf = (each: Usable): EndpointState | undefined =>
    Object.values(state.state.chain.endpoints ?? {}).find((health) => health.rpcUrl === each.rpcUrl)
  const save = async (next: StoredMinerHost): Promise<void> => {
    await deps.store.setSetting(key, JSON.stringify(next))
    stored = next
  }

  const reachOnce = async (grpcUrl: string, signal?: AbortSignal): Promise<string | null> => {
    const found = await deps.reach(grpcUrl, REACH_MS, signal)
    return found.nameProblem ?? found.connectProblem ?? found.certificate?.problem ?? (found.connectMs === null ? 'no answer' : null)
  }
  const note = (grpcUrl: string, problem: string | null): void => {
    probes.set(grpcUrl, { atMs: clock.now(), problem, running: false })
  }
  /** Not waited for: a name server that is silent would hold up every container. */
  const probe = (grpcUrl: string): void => {
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
        note(grpcUrl, problem)
        if (isNews) deps.wake()
      })
      .catch((error: unknown) => log.error('miner host', error))
  }
  const problemOf = (each: Usable): string | null => {
    const health = healthOf(each)
    if (health?.status !== 'good') return health?.status ?? 'untried'
    // One that stands still says nothing false, and its miner misses every window.
    if (health.height < state.state.chain.height - BEHIND_BLOCKS) return 'behind'
    const seen = probes.get(each.grpcUrl)
    return seen ? seen.problem : NOT_LOOKED
  }

  /** Whether what is wrong is no more than a late or lost answer of one that did well. */
  const isHiccup = (used: Usable, problem: string): boolean => {
    if (STRANGERS.has(problem)) wellHost = ''
    return wellHost === used.rpcUrl && trouble?.isBad !== true && clock.now() - (trouble?.sinceMs ?? clock.now()) < HICCUP_MS
  }
  /** @returns whether it does well again after it did not for longer than a hiccup */
  const follow = (used: Usable | undefined): boolean => {
    const problem = used === undefined ? 'none' : problemOf(used)
    const nowMs = clock.now()
    if (used !== undefined && problem === null) {
      const isBack = trouble?.isBad === true && nowMs - trouble.sinceMs >= HICCUP_MS
      trouble = undefined
      wellHost = used.rpcUrl
      return isBack
    }
    // Also after the clock was set back, or it would be a hiccup until the clock has caught up.
    const sinceMs = Math.min(trouble?.sinceMs ?? nowMs, nowMs)
    trouble = { sinceMs, isBad: trouble?.isBad ?? false }
    if (used === undefined || problem === null || !isHiccup(used, problem)) trouble.isBad = true
    return false
  }

  /** The user's own before those that are open to anybody; one that is still being looked at is waited for. */
  const pick = async (): Promise<void> => {
    if (!heads.isCertain()) return
    const list = usable()
    for (const each of [...list.filter((one) => one.from === 'user'), ...list.filter((one) => one.from !== 'user')]) {
      if (healthOf(each)?.status !== 'good') continue
      probe(each.grpcUrl)
      const problem = problemOf(each)
      if (problem === NOT_LOOKED) return
      if (problem !== null) continue
      await save({ rpcUrl: each.rpcUrl, chosen: false })
      log.info('the relay miner asks this host from now on', { host: hostOf(each.rpcUrl) })
      return
    }
  }
  const publish = (used: Usable | undefined): void => {
    const next = {
      host: used ? hostOf(used.rpcUrl) : '',
      chosen: used !== undefined && stored?.chosen === true,
      badSinceMs: trouble?.isBad === true ? trouble.sinceMs : null,
    }
    if (JSON.stringify(next) !== JSON.stringify(state.state.bundle)) state.set('bundle', next)
  }

  return {
    async load() {
      const parsed = storedMinerHostSchema.safeParse(parseJson(await deps.store.setting(key)))
      stored = parsed.success ? parsed.data : undefined
    },
    async look(hasBundle) {
      if (!hasBundle) {
        trouble = undefined
        if (state.state.bundle !== null) state.set('bundle', null)
        return false
      }
      if (!inUse()) await pick()
      const used = inUse()
      if (used?.rpcUrl !== lastUsed) {
        lastUsed = used?.rpcUrl ?? ''
        trouble = undefined
      }
      if (used) probe(used.grpcUrl)
      const isBack = follow(used)
      publish(used)
      return isBack
    },
    urls() {
      const used = inUse()
      // SECURITY: S22 what the miner signs is good on a chain of one id and another first block: it is started with a host of the confirmed chain alone.
      if (!used || !heads.isCertain()) return undefined
      const problem = problemOf(used)
      // A drain that waits for the miner's last relays is not taken back; before the miner is stopped the host is looked at again.
      const isWaitedFor = (): boolean => wellHost === used.rpcUrl && waitsForLastRelays(state.state.tasks)
      if (problem !== null && !isHiccup(used, problem) && !isWaitedFor()) return undefined
      return { rpcUrl: used.rpcUrl, grpcUrl: used.grpcUrl.replace(/^http:/, 'tcp:') }
    },
    chain() {
      const used = inUse()
      return used && deps.connect(used)
    },
    async choose(rpcUrl, signal) {
      const listed = deps.endpoints().find((each) => each.rpcUrl === rpcUrl)
      if (!listed) throw new HearthError('endpoint-unknown')
      const host = hostOf(listed.rpcUrl)
      if (!isUsable(listed)) throw new HearthError('endpoint-no-grpc', { host })
      if (!heads.isCertain()) await heads.requireKnown()
      const status = healthOf(listed)?.status
      const isStranger = status === 'other-chain' || status === 'disagrees' || status === 'lied'
      // SECURITY: S22 asked anew: what answers behind an address can be another chain than it was.
      const found = await unlessCancelled(signal, () => deps.connect(listed).fingerprint())
      if (isStranger || found.block1Hash !== heads.block1Hash()) throw new HearthError('endpoint-other-chain', { host })
      const problem = await reachOnce(listed.grpcUrl, signal)
      if (problem !== null) throw new HearthError('chain-unreachable', { reason: `gRPC at ${hostOf(listed.grpcUrl)}: ${problem}` })
      await save({ rpcUrl, chosen: true })
      note(listed.grpcUrl, null)
      deps.wake()
    },
  }
}

const NOT_LOOKED = 'not looked at yet'

/** A container asks itself at an address that means this machine. */
const isUsable = (each: ListedEndpoint): each is Usable =>
  each.grpcUrl !== undefined && !isLoopback(each.rpcUrl) && !isLoopback(each.grpcUrl)

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // Written by another version: taken anew.
    return undefined
  }
}
