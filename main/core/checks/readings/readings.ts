import { MAX_SPENDINGS, type Spending } from '#shared/api/health.ts'
import { sessionAt } from '#shared/model/session.ts'
import type { Chain, ChainParams, SupplierRecord } from '../../ports/chain.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Engine } from '../../ports/engine.ts'
import type { Log } from '../../ports/log.ts'
import type { Net } from '../../ports/net.ts'
import type { ClaimRow, Store } from '../../ports/store.ts'
import type { StatePublisher } from '../../state/publisher.ts'
import { ownOperators, ownSuppliers } from '../../state/own-suppliers.ts'
import { engineFreeBytes } from '../../backends/fits.ts'
import { decided, readDecided } from './changes.ts'
import { forecastDisk, readSamples, withSample } from './disk.ts'
import { lossesOf, openAfterUnstake } from './losses.ts'
import { backendsBehind, createEndpointProbe } from './probes.ts'
import { operatorSpending } from './runway.ts'
import { createServedWatch } from './served.ts'

/** Closed claims and movements looked at; at mainnet's rhythm some days of a supplier with three services. */
const CLAIMS_READ = 300
/** Of all suppliers together. */
const MOST_CLAIMS_READ = 3_000
const MOVEMENTS_READ = 500
/** What costs a question to the chain, the disk or the line is not asked at every block of a fast chain. */
const ASK_EVERY_MS = 60_000

/** Keeps `state.health` true. */
export interface HealthReadings {
  /**
   * Reads what can be read now and publishes it; probes of addresses and backends go on behind. Never rejects: what could not be read stays as it was, or null.
   * @param height newest block whose claims are in the store @param isCertain whether this is known to be the network's chain: what another one says is never written down
   */
  read(chain: Chain, height: number, params: ChainParams, isCertain: boolean): Promise<void>
  /** Reads what is free on this PC's disk, and behind it on the engine's, at most once a minute: also while no chain answers, which a full disk may be the cause of. Never rejects. */
  disks(): Promise<void>
  /** Resolves when no probe runs any more. */
  stop(): Promise<void>
}

/** @param records what the chain lists of our suppliers @param clock of the network's world @param served relays answered since the miner's start */
export function createHealthReadings(deps: {
  store: Store
  net: Net
  engine?: Pick<Engine, 'freeBytes' | 'disk'>
  clock: Clock
  log: Log
  state: StatePublisher
  network: () => string | null
  served: () => bigint | undefined
  records: () => readonly SupplierRecord[]
}): HealthReadings {
  const { store, net, clock, log, state } = deps
  const endpoints = createEndpointProbe(net)
  const servedWatch = createServedWatch()
  let askedAtMs: number | undefined
  let probing: Promise<void> | undefined

  const soft = async (what: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read()
    } catch (error) {
      log.warn('not read for the checks', { what, reason: error instanceof Error ? error.message : 'unknown' })
    }
  }

  const readLosses = async (network: string, rules: ChainParams): Promise<void> => {
    const own = new Set(ownOperators(state.state))
    const limit = Math.min(MOST_CLAIMS_READ, CLAIMS_READ * Math.max(1, own.size))
    const isOwn = (claim: ClaimRow): boolean => own.has(claim.operatorAddress)
    const closed = await store.claims({ network, stages: ['expired', 'discarded', 'settled'], limit })
    const leaving = ownSuppliers(state.state).filter(({ status }) => status === 'unstaking')
    const open = leaving.length === 0 ? [] : await store.claims({ network, stages: ['claimed', 'proven'], limit })
    state.patch('health', {
      losses: lossesOf(closed.filter(isOwn), clock.now()),
      unstakedOpen: openAfterUnstake(open, leaving, rules),
    })
  }

  const readSpending = async (network: string): Promise<void> => {
    const found: [string, Spending][] = []
    for (const address of ownOperators(state.state)) {
      const balance = state.state.balances[address]
      const movements = balance ? await store.movements({ network, address, limit: MOVEMENTS_READ }) : []
      const spending = balance && operatorSpending(movements, BigInt(balance.upokt), clock.now())
      if (spending) found.push([address, spending])
    }
    const first = found.sort(([, a], [, b]) => a.daysLeft - b.daysLeft).slice(0, MAX_SPENDINGS)
    state.patch('health', { operatorSpending: Object.fromEntries(first) })
  }

  const readDecisions = async (network: string, chain: Chain, height: number, params: ChainParams): Promise<void> => {
    const key = `decided ${network}`
    const kept = readDecided(await store.setting(key))
    const now = decided(kept, { height, timeMs: clock.now(), params, services: await chain.services() })
    // The height alone is not worth a write, unless it fell: then the chain was made anew.
    const isNews = JSON.stringify({ ...now, height: kept?.height }) !== JSON.stringify(kept) || height < (kept?.height ?? 0)
    if (isNews) await store.setSetting(key, JSON.stringify(now))
    state.patch('health', { changes: now.changes })
  }

  const readDisk = async (network: string): Promise<void> => {
    const key = `disk ${network}`
    const free = { atMs: clock.now(), freeBytes: await net.freeDiskBytes() }
    const before = readSamples(await store.setting(key))
    const samples = withSample(before, free)
    if (samples.at(-1) !== before.at(-1)) await store.setSetting(key, JSON.stringify(samples))
    state.patch('health', { disk: forecastDisk(samples, free) })
  }
  const readEngineDisk = async (): Promise<void> => {
    const freeBytes = state.state.engine.kind === 'ready' && deps.engine ? await engineFreeBytes(deps.engine) : undefined
    state.patch('health', { engineDisk: freeBytes === undefined ? null : { freeBytes, atMs: clock.now() } })
  }
  let disksAtMs: number | undefined
  let askingEngine: Promise<void> | undefined
  const disks = async (): Promise<void> => {
    const network = deps.network()
    const now = clock.now()
    if (network === null || (disksAtMs !== undefined && now - disksAtMs < ASK_EVERY_MS && now >= disksAtMs)) return
    disksAtMs = now
    // It may take its time to answer, and is not asked twice meanwhile.
    askingEngine ??= soft('engine disk', readEngineDisk).finally(() => (askingEngine = undefined))
    await soft('disk', () => readDisk(network))
  }

  const probe = async (): Promise<void> => {
    const { nodes } = state.state
    const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
    // Without a miner, or with a stopped one, another check speaks; one that starts is given its time.
    const records = miner?.seen === 'running' ? deps.records() : []
    const staked = records.flatMap(({ operatorAddress, services }) =>
      services.flatMap((service) => service.endpoints.map(({ url }) => ({ url, operatorAddress }))),
    )
    const down = await endpoints.look(staked, clock.now())
    const behind = await backendsBehind(net, Object.values(nodes), () => clock.now())
    state.patch('health', { endpointsDown: down, backendsBehind: behind })
  }

  return {
    async read(chain, height, params, isCertain) {
      const network = deps.network()
      if (network === null) return
      const session = sessionAt(height, params).number
      state.patch('health', { gatewaysSilent: servedWatch.note(session, deps.served(), clock.now()) })
      await soft('losses', () => readLosses(network, params))
      const now = clock.now()
      if (askedAtMs !== undefined && now - askedAtMs < ASK_EVERY_MS && now >= askedAtMs) return
      askedAtMs = now
      await soft('spending', () => readSpending(network))
      // SECURITY: S22 what was decided is kept: on a chain that may be another's it is neither asked nor written.
      if (isCertain) await soft('decisions', () => readDecisions(network, chain, height, params))
      await disks()
      probing ??= soft('probes', probe).finally(() => {
        probing = undefined
      })
    },
    disks,
    async stop() {
      await probing
      await askingEngine
    },
  }
}
