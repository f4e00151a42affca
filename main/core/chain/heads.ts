import { HearthError } from '#shared/api/errors.ts'
import { nextSessionStart } from '#shared/model/session.ts'
import type { Chain, ChainEndpoints, ChainHead, ChainParams, ConnectChain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** Block times kept for the median. */
const BLOCK_TIMES = 100
/** Longest pause between two looks at the head, hint or not. */
const POLL_MS = 2_000
/** A chain counts as stalled after this many median block times without a block, and never sooner than the floor. */
const STALL_BLOCKS = 3
const STALL_FLOOR_MS = 10_000

/** Follows the head of the chosen chain, publishes it, and hands out the client once the chain is known to be the right one. */
export interface Heads {
  /** The connected, recognised chain; undefined while there is none. */
  current(): Chain | undefined
  /** Same, but rejects `chain-unreachable` or `chain-unknown-fingerprint`. */
  require(): Chain
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
 * @param endpoints where the chain answers now, or undefined while nothing runs
 * @param network whose recorded fingerprint must match (a chain id alone proves nothing: local chains and mainnet may share it)
 */
export function createHeads(deps: {
  connect: ConnectChain
  endpoints: () => ChainEndpoints | undefined
  network: () => string | null
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
}): Heads {
  const { state, clock, log, store } = deps
  const listeners = new Set<(head: ChainHead, chain: Chain) => void>()
  let chain: Chain | undefined
  let connectedTo = ''
  let recognised = false
  let strange = false
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
    connectedTo = ''
    recognised = false
    strange = false
    params = undefined
    blockTimes = []
    last = undefined
  }

  const recognise = async (candidate: Chain): Promise<void> => {
    const network = deps.network()
    const known = network === null ? undefined : await store.chain(network)
    if (known?.block1Hash === undefined) return
    const found = await candidate.fingerprint()
    // Asked again at every look, so that the right chain behind the same address is taken as soon as it is back.
    strange = found.block1Hash !== known.block1Hash
    if (strange) {
      throw new HearthError('chain-unknown-fingerprint', { expected: known.block1Hash ?? '', found: found.block1Hash })
    }
    recognised = true
  }

  const look = async (): Promise<void> => {
    const where = deps.endpoints()
    if (!where) {
      if (chain || state.state.chain.status !== 'none') {
        disconnect()
        state.patch('chain', { status: 'none' })
      }
      return
    }
    const key = `${where.rpcUrl} ${where.restUrl}`
    if (key !== connectedTo) {
      disconnect()
      chain = deps.connect(where)
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
      if (!recognised && head.height >= 1) await recognise(client)
      await take(head, client)
    } catch (error) {
      const silentMs = clock.now() - lastProgressMs
      const status = last === undefined && silentMs < 60_000 ? 'starting' : 'unreachable'
      if (state.state.chain.status !== status) {
        log.warn('chain read failed', { status, reason: error instanceof Error ? error.message : 'unknown' })
        state.patch('chain', { status })
      }
    }
  }

  const take = async (head: ChainHead, client: Chain): Promise<void> => {
    const advanced = last === undefined || head.height > last.height
    if (advanced) {
      if (last && head.height > last.height) {
        blockTimes = [...blockTimes, (head.timeMs - last.timeMs) / (head.height - last.height)].slice(-BLOCK_TIMES)
      }
      last = head
      lastProgressMs = clock.now()
    }
    if (advanced && (params === undefined || head.height >= nextSessionStart(params.height, params))) params = await client.params()
    const median = blockTimes.length === 0 ? null : ([...blockTimes].sort((a, b) => a - b)[Math.floor(blockTimes.length / 2)] ?? null)
    const stalledAfterMs = Math.max(STALL_FLOOR_MS, STALL_BLOCKS * (median ?? 0))
    const stalled = !advanced && clock.now() - lastProgressMs > stalledAfterMs
    state.set('chain', {
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

  return {
    current: () => (last === undefined || strange ? undefined : chain),
    require() {
      if (strange) throw new HearthError('chain-unknown-fingerprint')
      if (!chain || last === undefined) throw new HearthError('chain-unreachable', { reason: 'no chain is running' })
      return chain
    },
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
      wakeUp()
    },
    async run(signal) {
      while (!signal.aborted) {
        const pause = new AbortController()
        wakeUp = () => pause.abort()
        await look().catch((error: unknown) => log.error('head', error))
        if (signal.aborted) break
        await clock.sleep(POLL_MS, AbortSignal.any([signal, pause.signal]))
      }
      disconnect()
    },
  }
}

function publicParams(params: ChainParams): NonNullable<StatePublisher['state']['chain']['params']> {
  return {
    atHeight: params.height,
    numBlocksPerSession: params.numBlocksPerSession,
    gracePeriodEndOffsetBlocks: params.gracePeriodEndOffsetBlocks,
    claimWindowOpenOffsetBlocks: params.claimWindowOpenOffsetBlocks,
    claimWindowCloseOffsetBlocks: params.claimWindowCloseOffsetBlocks,
    proofWindowOpenOffsetBlocks: params.proofWindowOpenOffsetBlocks,
    proofWindowCloseOffsetBlocks: params.proofWindowCloseOffsetBlocks,
    sessionGridAnchorHeight: params.sessionGridAnchorHeight,
    sessionNumberAtAnchor: params.sessionNumberAtAnchor,
    supplierUnbondingPeriodSessions: params.supplierUnbondingPeriodSessions,
    computeUnitsToTokensMultiplier: params.computeUnitsToTokensMultiplier.toString(),
    computeUnitCostGranularity: params.computeUnitCostGranularity.toString(),
    supplierMinStakeUpokt: params.supplierMinStakeUpokt.toString(),
    supplierStakingFeeUpokt: params.supplierStakingFeeUpokt.toString(),
    proofMissingPenaltyUpokt: params.proofMissingPenaltyUpokt.toString(),
  }
}
