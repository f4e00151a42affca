import { HearthError } from '#shared/api/errors.ts'
import { storedMinerHostSchema, type StoredMinerHost } from '#shared/networks/stored-endpoints.ts'
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
import { changesInARow, hostWish, type HostWish } from './host-change.ts'
import { createHostHealth, isUsable, NOT_LOOKED, STRANGERS, type Usable } from './host-health.ts'
import { HOST_TIMES, type HostTimes } from './host-times.ts'
import { waitsForLastRelays } from './kept-start.ts'

/** Which of the chain's endpoints the relay miner asks, where no node of this machine is there. It stays the same while it does well, because a change restarts the miner. */
export interface MinerHost {
  load(): Promise<void>
  /**
   * Looks how the host does, takes one where there is none, changes one that fails, and publishes.
   * @param hasBundle whether there is a miner to ask it @returns whether the miner can ask again after it could not for longer than a hiccup
   */
  look(hasBundle: boolean): Promise<boolean>
  /** The host as the miner's container reaches it; undefined while no miner may be started with it. One that runs goes on with what it has. */
  urls(): { rpcUrl: string; grpcUrl: string } | undefined
  /** How the host does that a running miner still asks, while it waits to be started with another. */
  left(): LeftHost
  /** The same host, to be asked by Hearth; undefined while there is none. */
  chain(): Chain | undefined
  /** Rejects as `bundle.chooseHost`. */
  choose(rpcUrl: string, signal?: AbortSignal): Promise<void>
  /** Whether Hearth changes it when it fails. */
  changeByItself(on: boolean): Promise<void>
}

/** `well` also where there is none, or nothing is known; `silent` where its blocks do not reach Hearth, and may still reach the miner; `lost`: nothing is sent through it. */
export type LeftHost = 'well' | 'silent' | 'lost'

/** One that would not do is not asked again at once. */
const REFUSED_MS = 60_000

/** @param deps.wake told when something is to be looked at anew @param deps.times other than the usual ones */
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
  activity: (text: string, facts: Record<string, string>, actor: 'hearth', level: 'info' | 'warn') => void
  times?: Partial<HostTimes> | undefined
  wake: () => void
}): MinerHost {
  const { state, clock, log, heads } = deps
  const times: HostTimes = { ...HOST_TIMES, ...deps.times }
  const health = createHostHealth({ ...deps, times })
  const key = `miner-host:${deps.network ?? ''}`
  let stored: StoredMinerHost = NONE
  /** Since when the host in use does not do well, and whether that is more than a hiccup. */
  let trouble: { sinceMs: number; problem: string; isBad: boolean } | undefined
  /** The one that was last seen to do well, and was no stranger since. */
  let wellHost = ''
  let lastUsed = ''
  let changing: Promise<void> | undefined
  /** Hosts that failed or would not do, by RPC address. */
  const failedAtMs = new Map<string, number>()
  const refusedAtMs = new Map<string, number>()

  const usable = (): Usable[] => deps.endpoints().filter(isUsable)
  /** The user's own that is stood in for; one that they took from the list is nobody's home any more. */
  const homeNow = (): StoredMinerHost['home'] => (usable().some((each) => each.rpcUrl === stored.home?.rpcUrl) ? stored.home : undefined)
  const inUse = (): Usable | undefined => usable().find((each) => each.rpcUrl === stored.rpcUrl)
  const miner = () => Object.values(state.state.nodes).find((node) => node.kind === 'relay-miner')
  const save = async (next: StoredMinerHost): Promise<void> => {
    await deps.store.setSetting(key, JSON.stringify(next))
    stored = next
  }
  /** Another host, which the running miner does not ask before its next start. */
  const move = (next: Omit<StoredMinerHost, 'left' | 'byItself'>): Promise<void> => {
    const { rpcUrl, byItself, left } = stored
    const isOther = rpcUrl !== '' && rpcUrl !== next.rpcUrl
    const leaves = isOther && !isWaiting() ? { rpcUrl, startedAtMs: miner()?.startedAtMs ?? null } : left
    return save({ ...next, ...(byItself === undefined ? {} : { byItself }), ...(leaves && { left: leaves }) })
  }
  /** Whether the miner that runs has not been started since the host was changed. */
  const isWaiting = (): boolean => {
    const startedAtMs = miner()?.startedAtMs ?? null
    return stored.left !== undefined && startedAtMs !== null && startedAtMs === stored.left.startedAtMs
  }

  /** Whether what is wrong is no more than a late or lost answer of one that did well. */
  const isHiccup = (used: Usable, problem: string): boolean => {
    if (STRANGERS.has(problem)) wellHost = ''
    return wellHost === used.rpcUrl && trouble?.isBad !== true && clock.now() - (trouble?.sinceMs ?? clock.now()) < times.hiccupMs
  }
  /** @returns whether it does well again after it did not for longer than a hiccup */
  const follow = (used: Usable | undefined): boolean => {
    const problem = used === undefined ? 'none' : health.problemOf(used)
    const nowMs = clock.now()
    if (used !== undefined && problem === null) {
      const isBack = trouble?.isBad === true && nowMs - trouble.sinceMs >= times.hiccupMs
      trouble = undefined
      wellHost = used.rpcUrl
      return isBack
    }
    // Also after the clock was set back, or it would be a hiccup until the clock has caught up.
    const sinceMs = Math.min(trouble?.sinceMs ?? nowMs, nowMs)
    trouble = { sinceMs, problem: problem ?? '', isBad: trouble?.isBad ?? false }
    if (used === undefined || problem === null || !isHiccup(used, problem)) trouble.isBad = true
    return false
  }

  /** The user's own before those that are open to anybody; one that is still being looked at is waited for. */
  const pick = async (): Promise<void> => {
    if (!heads.isCertain()) return
    const list = usable()
    for (const each of [...list.filter((one) => one.from === 'user'), ...list.filter((one) => one.from !== 'user')]) {
      if (health.of(each)?.status !== 'good') continue
      health.probe(each)
      const problem = health.problemOf(each)
      if (problem === NOT_LOOKED) return
      if (problem !== null) continue
      const { home } = stored
      await move({ rpcUrl: each.rpcUrl, chosen: false, ...(home && home.rpcUrl !== each.rpcUrl && { home }) })
      log.info('the relay miner asks this host from now on', { host: hostOf(each.rpcUrl) })
      return
    }
  }
  const publish = (used: Usable | undefined): void => {
    const flickersSinceMs = used && health.flickersSinceMs(used)
    const { changed } = stored
    const isChanged = used !== undefined && changed !== undefined
    const next = {
      host: used ? hostOf(used.rpcUrl) : '',
      chosen: used !== undefined && stored.chosen,
      badSinceMs: trouble?.isBad === true ? trouble.sinceMs : (flickersSinceMs ?? null),
      flickers: trouble?.isBad !== true && flickersSinceMs !== undefined,
      byItself: stored.byItself !== false,
      changed: isChanged ? { from: hostOf(changed.from), atMs: changed.atMs, why: changed.why } : null,
      standsInFor: used === undefined ? '' : hostOfHome(homeNow()),
    }
    if (JSON.stringify(next) !== JSON.stringify(state.state.bundle)) state.set('bundle', next)
  }

  /** SECURITY: S22 asked anew, whoever chooses: what answers behind an address can be another chain than it was, and what the miner signs for that is good there too. */
  const mustBeFit = async (host: Usable, signal?: AbortSignal): Promise<void> => {
    const status = health.of(host)?.status
    const found = await unlessCancelled(signal, () => deps.connect(host).fingerprint())
    if ((status !== undefined && STRANGERS.has(status)) || found.block1Hash !== heads.block1Hash())
      throw new HearthError('endpoint-other-chain', { host: hostOf(host.rpcUrl) })
    const problem = await health.reach(host, signal)
    if (problem !== null) throw new HearthError('chain-unreachable', { reason: `gRPC at ${hostOf(host.grpcUrl)}: ${problem}` })
  }

  const wish = (): HostWish | undefined => {
    const used = inUse()
    if (!used || stored.byItself === false || !heads.isCertain() || miner()?.wanted !== 'running') return undefined
    const nowMs = clock.now()
    const isRefused = (rpcUrl: string): boolean => Math.abs(nowMs - (refusedAtMs.get(rpcUrl) ?? -Infinity)) < REFUSED_MS
    const scene = {
      nowMs,
      used,
      trouble: trouble?.isBad === true ? trouble : undefined,
      stored,
      hosts: usable().filter((host) => host.rpcUrl === used.rpcUrl || !isRefused(host.rpcUrl)),
      failedAtMs,
      health,
      lanes: state.state.clock.lanes,
      chain: state.state.chain,
    }
    return hostWish(scene, times)
  }
  const carryOut = async ({ to, why }: HostWish): Promise<void> => {
    const from = stored.rpcUrl
    const facts = { from: hostOf(from), to: hostOf(to.rpcUrl) }
    try {
      await mustBeFit(to)
    } catch (error) {
      refusedAtMs.set(to.rpcUrl, clock.now())
      failedAtMs.set(to.rpcUrl, clock.now())
      const reason = error instanceof HearthError ? (error.detail['reason'] ?? error.code) : 'unknown'
      log.warn('a host would not do for the relay miner', { host: facts.to, reason })
      return
    }
    const now = wish()
    // It came back meanwhile, or the user chose.
    if (stored.rpcUrl !== from || now?.to.rpcUrl !== to.rpcUrl || (now.why === 'back') !== (why === 'back')) return
    if (why !== 'back') failedAtMs.set(from, clock.now())
    const home = homeNow()
    const isHome = home?.rpcUrl === to.rpcUrl
    const isOwn = stored.chosen || inUse()?.from === 'user'
    const keptHome = isHome ? undefined : (home ?? (isOwn ? { rpcUrl: from, chosen: stored.chosen } : undefined))
    await move({
      rpcUrl: to.rpcUrl,
      chosen: isHome && home.chosen,
      ...(keptHome && { home: keptHome }),
      changed: { from, atMs: clock.now(), why, inARow: changesInARow(stored, clock.now(), times) + 1 },
    })
    log.warn('the relay miner asks another host', { ...facts, why })
    deps.activity(`miner-host-${why}`, facts, 'hearth', why === 'back' ? 'info' : 'warn')
    deps.wake()
  }
  /** Not waited for: a host that is silent would hold up every container. */
  const change = (): void => {
    const found = changing === undefined ? wish() : undefined
    if (!found) return
    changing = carryOut(found)
      .catch((error: unknown) => {
        log.error('miner host', error)
      })
      .finally(() => {
        changing = undefined
      })
  }

  return {
    async load() {
      const parsed = storedMinerHostSchema.safeParse(parseJson(await deps.store.setting(key)))
      stored = parsed.success ? parsed.data : NONE
    },
    async look(hasBundle) {
      if (!hasBundle) {
        trouble = undefined
        if (state.state.bundle !== null) state.set('bundle', null)
        return false
      }
      if (!inUse()) await pick()
      const used = inUse()
      // A miner that was given up because of the one before gets another try with this one.
      const isRid = trouble?.isBad === true && used?.rpcUrl !== lastUsed && lastUsed !== ''
      if (used?.rpcUrl !== lastUsed) {
        lastUsed = used?.rpcUrl ?? ''
        trouble = undefined
      }
      const home = usable().find((each) => each.rpcUrl === stored.home?.rpcUrl)
      for (const host of [used, home]) if (host) health.probe(host)
      const wasUnseen = health.note(usable())
      const isBack = follow(used)
      // The hours that the PC slept are none in which it was silent: others have not been asked since either.
      if (wasUnseen && trouble) trouble.sinceMs = clock.now()
      publish(used)
      change()
      return isBack || (isRid && used !== undefined && trouble === undefined)
    },
    urls() {
      const used = inUse()
      // SECURITY: S22 what the miner signs is good on a chain of one id and another first block: it is started with a host of the confirmed chain alone.
      if (!used || !heads.isCertain()) return undefined
      const problem = health.problemOf(used)
      // A drain that waits for the miner's last relays is not taken back; before the miner is stopped the host is looked at again.
      const isWaitedFor = (): boolean => wellHost === used.rpcUrl && waitsForLastRelays(state.state.tasks)
      if (problem !== null && !isHiccup(used, problem) && !isWaitedFor()) return undefined
      return { rpcUrl: used.rpcUrl, grpcUrl: used.grpcUrl.replace(/^http:/, 'tcp:') }
    },
    left() {
      const host = isWaiting() ? usable().find((each) => each.rpcUrl === stored.left?.rpcUrl) : undefined
      const problem = host && health.problemOf(host)
      const sinceMs = host && health.badSinceMs(host)
      if (!host || !problem || sinceMs === undefined) return 'well'
      if (STRANGERS.has(problem)) return 'lost'
      if (clock.now() - sinceMs < times.hiccupMs) return 'well'
      return problem === 'unreachable' ? 'silent' : 'lost'
    },
    chain() {
      const used = inUse()
      return used && deps.connect(used)
    },
    async choose(rpcUrl, signal) {
      const listed = deps.endpoints().find((each) => each.rpcUrl === rpcUrl)
      if (!listed) throw new HearthError('endpoint-unknown')
      if (!isUsable(listed)) throw new HearthError('endpoint-no-grpc', { host: hostOf(rpcUrl) })
      if (!heads.isCertain()) await heads.requireKnown()
      await mustBeFit(listed, signal)
      await move({ rpcUrl, chosen: true })
      deps.wake()
    },
    async changeByItself(on) {
      await save({ ...stored, byItself: on })
      if (state.state.bundle !== null) publish(inUse())
      deps.wake()
    },
  }
}

const hostOfHome = (home: StoredMinerHost['home']): string => (home === undefined ? '' : hostOf(home.rpcUrl))

const NONE: StoredMinerHost = { rpcUrl: '', chosen: false }

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // Written by another version: taken anew.
    return undefined
  }
}
