import { HearthError } from '#shared/api/errors.ts'
import { networkOf } from '#shared/networks/index.ts'
import { nextSessionStart } from '#shared/model/session.ts'
import type { NetworkId } from '#shared/api/state.ts'
import type { Chain, ChainEndpoints, ChainHead, ChainParams, ConnectChain, ProvenReads } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { ListedEndpoint } from './endpoint-list.ts'
import { createParamHistory } from './param-history.ts'
import { connectChains, type ChainPool } from './pool.ts'
import { publicEndpoints, publicParams, withoutEndpoints } from './public-chain.ts'
import { siteOf } from './members.ts'
import { replacedChain } from './replaced-chain.ts'
import { createChainTrust } from './trust.ts'

/** Block times kept for the median. */
const BLOCK_TIMES = 100
/** Pause between two looks at the head, hint or not: a hint may be lost, and silence says nothing. */
const POLL_MS = 2_000
/** Where blocks are slow and hosts belong to others, looks are further apart: four to a block, so that three block times of silence hold a dozen. */
const LONGEST_POLL_MS = 15_000
const POLLS_PER_BLOCK = 4
/** A chain counts as stalled after this many median block times without a block, and never sooner than the floor. */
const STALL_BLOCKS = 3
const STALL_FLOOR_MS = 10_000

/** Follows the head of the chosen chain, publishes it, and hands out the client once the chain is known to be the right one. */
export interface Heads {
  /** The connected, recognised chain; undefined while there is none. */
  current(): Chain | undefined
  /** Same, but rejects `chain-unreachable` or `chain-unknown-fingerprint`. */
  require(): Chain
  /**
   * Before anything is made to be signed. On a network that was not made here it rejects `chain-unknown-fingerprint` while its first block is not known, `chain-not-confirmed` while the user
   * was not asked, `endpoint-other-chain` (detail.host) while an endpoint in the list answers for another chain; each endpoint is asked for its first block anew.
   */
  requireKnown(): Promise<void>
  /** Whether it is certain which chain this is. Until then what is read is shown and not written down: it may be another's. */
  isCertain(): boolean
  /** The user's word on the chain that its endpoints named. Rejects `chain-unknown-fingerprint` when that is another one by now. */
  confirm(block1Hash: string, isRight: boolean): Promise<void>
  /** Reads with proofs; undefined where there is nothing to begin them from. */
  proven(): ProvenReads | undefined
  /** Hash of the first block that endpoints must have; undefined while it is not known. */
  block1Hash(): string | undefined
  params(): ChainParams | undefined
  height(): number
  /** Called after every new height, in order of arrival (heights may be skipped). @returns how to stop */
  onHead(listener: (head: ChainHead, chain: Chain) => void): () => void
  /** Looks again at once (endpoints changed, a node started). */
  wake(): void
  /** The chain behind the same address was made anew: nothing that was known of it holds. */
  forget(): void
  run(signal: AbortSignal): Promise<void>
}

/**
 * @param endpoints where the chain answers now, or undefined while nothing runs; one alone is a node of this machine
 * @param noteChange told of every change of a parameter
 * @param network whose recorded fingerprint must match (a chain id alone proves nothing: local chains and mainnet may share it)
 */
export function createHeads(deps: {
  connect: ConnectChain
  endpoints: () => ListedEndpoint[] | ChainEndpoints | undefined
  network: () => NetworkId | null
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
  /** Pause between two looks at a node of this machine, as the user chose it. */
  lookMs?: () => number
  noteChange?: (facts: { name: string; from: string; to: string; height: string }) => void
}): Heads {
  const { state, clock, log, store } = deps
  const trust = createChainTrust({ network: deps.network, store, clock, log })
  const history = createParamHistory({ network: deps.network, store, log, note: (facts) => deps.noteChange?.(facts) })
  const listeners = new Set<(head: ChainHead, chain: Chain) => void>()
  let chain: ChainPool | undefined
  let listed: ListedEndpoint[] = []
  let connectedTo = ''
  let strange = false
  /** Highest height of this chain, whatever endpoints it was read from. */
  let floor = 0
  let params: ChainParams | undefined
  let blockTimes: number[] = []
  let last: ChainHead | undefined
  let lastProgressMs = clock.now()
  let wakeUp: () => void = () => undefined
  let watching: AbortController | undefined

  const disconnect = (): void => {
    watching?.abort()
    watching = undefined
    chain = undefined
    listed = []
    connectedTo = ''
    strange = false
    params = undefined
    blockTimes = []
    last = undefined
  }

  const endpointsNow = (): ListedEndpoint[] => {
    const told = deps.endpoints()
    if (told === undefined) return []
    return Array.isArray(told) ? told : [{ ...told, own: true, from: 'here' }]
  }
  const publishEndpoints = (): void => {
    if (chain)
      state.patch(
        'chain',
        publicEndpoints(chain, listed, {
          known: trust.recognition(),
          found: trust.found(),
          replaced: replacedChain(deps.network(), trust.recognition(), chain),
          provenHeight: proven()?.newest()?.height,
        }),
      )
  }
  const isCertain = (): boolean => networkOf(deps.network()).madeHere || ['recorded', 'confirmed'].includes(trust.recognition())
  const proven = (): ProvenReads | undefined => {
    const root = trust.root()
    return root && chain?.proven?.(root)
  }

  const look = async (): Promise<void> => {
    const where = endpointsNow()
    if (where.length === 0) {
      if (chain || state.state.chain.status !== 'none') {
        disconnect()
        state.set('chain', { ...withoutEndpoints(state.state.chain), status: 'none' })
      }
      return
    }
    await trust.refresh()
    const key = where.map((each) => `${each.rpcUrl} ${each.restUrl} ${each.grpcUrl ?? ''}`).join(' ')
    if (key !== connectedTo) {
      disconnect()
      const expected = { block1Hash: () => trust.block1Hash(), root: () => trust.root() }
      chain = connectChains(where, { connect: deps.connect, clock, expected, floor })
      listed = where
      connectedTo = key
      lastProgressMs = clock.now()
      const abort = new AbortController()
      watching = abort
      chain.watch(() => wakeUp(), abort.signal).catch((error: unknown) => log.error('block hints ended', error))
    }
    const client = chain
    if (!client) return
    try {
      const head = await client.head()
      strange = false
      await trust.settle(client, head)
      floor = Math.max(floor, head.height)
      await take(head, client)
    } catch (error) {
      // Asked again at every look, so that the right chain behind the same address is taken as soon as it is back.
      const isOther =
        client.health().some((each) => each.status === 'other-chain') && client.health().every((each) => each.status !== 'good')
      strange = isOther || (error instanceof HearthError && error.code === 'chain-unknown-fingerprint')
      const silentMs = clock.now() - lastProgressMs
      const status = last === undefined && silentMs < 60_000 ? 'starting' : 'unreachable'
      if (state.state.chain.status !== status) {
        log.warn('chain read failed', { status, reason: error instanceof Error ? error.message : 'unknown' })
        state.patch('chain', { status })
      }
    }
    publishEndpoints()
  }

  const take = async (head: ChainHead, client: ChainPool): Promise<void> => {
    const advanced = last === undefined || head.height > last.height
    if (advanced) {
      if (last && head.height > last.height) {
        blockTimes = [...blockTimes, (head.timeMs - last.timeMs) / (head.height - last.height)].slice(-BLOCK_TIMES)
      }
      last = head
      lastProgressMs = clock.now()
    }
    if (advanced && (params === undefined || head.height >= nextSessionStart(params.height, params))) {
      params = await client.params()
      if (isCertain()) await history.saw(params)
    }
    const median = blockTimes.length === 0 ? null : ([...blockTimes].sort((a, b) => a - b)[Math.floor(blockTimes.length / 2)] ?? null)
    const stalledAfterMs = Math.max(STALL_FLOOR_MS, STALL_BLOCKS * (median ?? 0))
    const stalled = !advanced && clock.now() - lastProgressMs > stalledAfterMs
    state.patch('chain', {
      status: stalled ? 'stalled' : 'ready',
      chainId: (await chainId(client)) ?? '',
      height: head.height,
      hash: head.hash,
      blockTimeMs: head.timeMs,
      medianBlockMs: median === null ? null : Math.round(median),
      readAtMs: clock.now(),
      params: params === undefined ? null : publicParams(params),
    })
    if (advanced) for (const listener of listeners) listener(head, client)
  }

  let knownChainId: { client: Chain; id: string } | undefined
  const chainId = async (client: Chain): Promise<string | undefined> => {
    if (knownChainId?.client !== client) knownChainId = { client, id: (await client.fingerprint()).chainId }
    return knownChainId.id
  }

  const require = (): ChainPool => {
    if (strange) throw new HearthError('chain-unknown-fingerprint')
    if (!chain || last === undefined) throw new HearthError('chain-unreachable', { reason: 'no chain is running' })
    return chain
  }
  const pollMs = (): number => {
    const ownMs = deps.lookMs?.() ?? POLL_MS
    const median = state.state.chain.medianBlockMs
    return listed.some((each) => !each.own) && median !== null
      ? Math.min(LONGEST_POLL_MS, Math.max(ownMs, median / POLLS_PER_BLOCK))
      : ownMs
  }

  return {
    current: () => (last === undefined || strange ? undefined : chain),
    require,
    async requireKnown() {
      if (networkOf(deps.network()).madeHere) return
      // SECURITY: S22 a chain id proves nothing: where the first block is not known, a signature might be good on another network.
      if (trust.recognition() === 'unknown') throw new HearthError('chain-unknown-fingerprint')
      if (trust.recognition() === 'first-use') throw new HearthError('chain-not-confirmed')
      const asked = require()
      await asked.recheck()
      publishEndpoints()
      const health = asked.health()
      const stranger = health.find((each) => each.status === 'other-chain' || each.status === 'disagrees')
      if (stranger !== undefined) throw new HearthError('endpoint-other-chain', { host: stranger.host })
      if (networkOf(deps.network()).playMoney) return
      const liar = health.find((each) => each.status === 'lied')
      if (liar !== undefined) throw new HearthError('endpoint-other-chain', { host: liar.host })
      // One host alone could call a payment refused that it keeps, or name any fee.
      const good = health.filter((each) => each.status === 'good')
      if (!good.some((each) => each.own) && new Set(good.map((each) => siteOf(each.host))).size < 2)
        throw new HearthError('chain-unreachable', { reason: 'only one host answers: nothing is signed until a second one does' })
    },
    isCertain,
    async confirm(block1Hash, isRight) {
      const found = trust.found()
      if (found === undefined || found.block1Hash !== block1Hash)
        throw new HearthError('chain-unknown-fingerprint', { found: found?.block1Hash ?? '' })
      if (isRight) await trust.confirm(block1Hash)
      else {
        await trust.refuse()
        disconnect()
        floor = 0
        state.patch('chain', { known: 'unknown', found: null })
      }
      publishEndpoints()
      wakeUp()
    },
    proven: () => (last === undefined || strange || !isCertain() ? undefined : proven()),
    block1Hash: () => trust.block1Hash(),
    params: () => params,
    height: () => last?.height ?? 0,
    onHead(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    wake: () => wakeUp(),
    forget() {
      disconnect()
      knownChainId = undefined
      floor = 0
      trust.forget()
      history.forget()
      wakeUp()
    },
    async run(signal) {
      while (!signal.aborted) {
        const pause = new AbortController()
        wakeUp = () => pause.abort()
        await look().catch((error: unknown) => log.error('head', error))
        if (signal.aborted) break
        await clock.sleep(pollMs(), AbortSignal.any([signal, pause.signal]))
      }
      disconnect()
    },
  }
}
