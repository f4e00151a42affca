import type { RequestOutput } from '#shared/api/requests.ts'
import { HearthError } from '#shared/api/errors.ts'
import { EASIEST_TARGET } from '#shared/model/claim-value.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import type { Chain, ChainParams, Governing, ServiceDifficulty, ServiceInfo } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { RuleRow, Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { ownOperators, ownSuppliers } from '../state/own-suppliers.ts'
import { changesIn, impactsOf, per1000, yoursOf, type OwnFigures, type OwnService } from './impacts.ts'
import { newSteps, ruleValues, serviceRule } from './rule-steps.ts'

/** Nine questions to a host: not at every block. */
const LOOK_EVERY_MS = 10_000
const LOOK_EVERY_BLOCKS = 5
/** Settled claims that say what is paid now. */
const CLAIMS_READ = 200
const WEEK_MS = 7 * 86_400_000

type View = RequestOutput<'rules.view'>

interface Seen {
  height: number
  atMs: number
  params: ChainParams
  services: ServiceInfo[]
  governing: Governing | undefined
}

export interface RulesRoom {
  handlers: Pick<Handlers, 'rules.view'>
  /** Notes what changed since the last look, also while Hearth was off. Never rejects. */
  look(chain: Chain): Promise<void>
}

/** What governs, since when, and what it means here. */
export function createRulesRoom(deps: {
  network: () => string | null
  heads: Pick<Heads, 'require' | 'isCertain'>
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
}): RulesRoom {
  const { store, state, clock, heads, log } = deps
  let looked = { atMs: -Infinity, height: 0 }

  const read = async (chain: Chain): Promise<Seen> => {
    const [params, services, governing] = await Promise.all([chain.params(), chain.services(), chain.governing?.()])
    return { height: params.height, atMs: clock.now(), params, services, governing }
  }
  const note = async (network: string, seen: Seen): Promise<RuleRow[]> => {
    const known = await store.ruleRows(network)
    // Rows hang on the cursor: before the first block is read there is nothing to hang them on.
    if ((await store.cursor(network)) === undefined) return known
    // SECURITY: S22 what may be another chain's is shown and not written down.
    if (!heads.isCertain()) return known
    const values = ruleValues(seen.params, seen.services, seen.governing)
    const fresh = newSteps(network, known, values, { height: seen.height, timeMs: seen.atMs, rules: seen.params })
    if (fresh.length > 0) await store.addRuleRows(fresh)
    return [...known, ...fresh]
  }

  const mine = (): Set<string> => new Set(ownSuppliers(state.state).flatMap((each) => each.services))

  /** By service, of the newest settled claims of our operators. */
  const lately = async (network: string): Promise<Map<string, Omit<OwnService, 'computeUnits'>>> => {
    const operators = new Set(ownOperators(state.state))
    const watched = new Set((await store.watched(network)).map((row) => row.address))
    const claims = await store.claims({ network, stages: ['settled'], limit: CLAIMS_READ })
    const found = new Map<string, Omit<OwnService, 'computeUnits'>>()
    for (const claim of claims) {
      if (!operators.has(claim.operatorAddress)) continue
      const paid = (await store.claimRewards(claim)).filter((row) => watched.has(row.address))
      const yours = paid.reduce((sum, row) => sum + row.deltaUpokt, 0n)
      const before = found.get(claim.serviceId) ?? { serviceId: claim.serviceId, relays: 0n, claimedUpokt: 0n, yoursUpokt: 0n }
      found.set(claim.serviceId, {
        serviceId: claim.serviceId,
        relays: before.relays + claim.relays,
        claimedUpokt: before.claimedUpokt + claim.claimedUpokt,
        yoursUpokt: before.yoursUpokt + yours,
      })
    }
    return found
  }

  const view = async (): Promise<View> => {
    const network = deps.network()
    if (network === null) throw new HearthError('no-network')
    const seen = await read(heads.require())
    const { params } = seen
    const rows = await note(network, seen)
    const values = ruleValues(seen.params, seen.services, seen.governing)
    const [figures, served] = [await lately(network), mine()]
    const { computeUnitsToTokensMultiplier: multiplier, computeUnitCostGranularity: granularity } = params
    const ownServices = seen.services
      .filter((service) => served.has(service.id) || figures.has(service.id))
      .map((service): OwnService => ({
        ...(figures.get(service.id) ?? { serviceId: service.id, relays: 0n, claimedUpokt: 0n, yoursUpokt: 0n }),
        computeUnits: service.computeUnitsPerRelay,
      }))
    const proofs = await store.claims({ network, limit: CLAIMS_READ })
    const own: OwnFigures = {
      services: ownServices,
      // Of several the least: it is the first that a higher minimum or a penalty reaches.
      stakeUpokt: leastStake(ownSuppliers(state.state).map(({ stakeUpokt }) => BigInt(stakeUpokt))),
      minStakeUpokt: params.supplierMinStakeUpokt,
      proofs: proofs.filter((claim) => claim.proofTxHash !== undefined && (claim.settledAtMs ?? clock.now()) > clock.now() - WEEK_MS)
        .length,
      medianBlockMs: state.state.chain.medianBlockMs,
      numBlocksPerSession: params.numBlocksPerSession,
      multiplier,
      granularity,
    }
    const stepsOf = (what: string): View['rules'][number]['steps'] =>
      rows.filter((row) => row.what === what).map(({ value, height, effectHeight, atMs }) => ({ value, height, effectHeight, atMs }))
    return {
      atHeight: seen.height,
      atMs: seen.atMs,
      supplyUpokt: seen.governing?.supplyUpokt?.toString() ?? null,
      rules: [...values.entries()]
        .filter(([what]) => !what.startsWith('service:'))
        .map(([what, value]) => ({ what, value, steps: stepsOf(what) })),
      services: seen.services.map((service) => {
        const claimed = per1000(service.computeUnitsPerRelay, multiplier, granularity)
        return {
          id: service.id,
          name: service.name,
          computeUnits: service.computeUnitsPerRelay.toString(),
          steps: stepsOf(serviceRule(service.id)),
          mine: served.has(service.id),
          difficulty: difficultyOf(seen.governing?.difficulties.find((each) => each.serviceId === service.id)),
          per1000Upokt: claimed.toString(),
          yoursPer1000Upokt: yoursOf(claimed, figures.get(service.id))?.toString() ?? null,
        }
      }),
      impacts: impactsOf(changesIn(rows, values), own),
    }
  }

  return {
    handlers: { 'rules.view': view },
    async look(chain) {
      const network = deps.network()
      const now = clock.now()
      const { height, medianBlockMs } = state.state.chain
      const everyMs = Math.max(LOOK_EVERY_MS, LOOK_EVERY_BLOCKS * (medianBlockMs ?? 0))
      // A chain that was made anew begins lower, with rules of its own.
      const isSame = height >= looked.height && now >= looked.atMs
      if (network === null || (isSame && now - looked.atMs < everyMs)) return
      looked = { atMs: now, height }
      try {
        await note(network, await read(chain))
      } catch (error) {
        log.warn('rules not read', { reason: error instanceof Error ? error.message : 'unknown' })
      }
    },
  }
}

/** Of what is staked; 0 where nothing is. */
const leastStake = (stakes: readonly bigint[]): bigint =>
  stakes.filter((upokt) => upokt > 0n).reduce((least, upokt) => (least === 0n || upokt < least ? upokt : least), 0n)

/** One relay in how many is mined, to two digits. */
function difficultyOf(found: ServiceDifficulty | undefined): View['services'][number]['difficulty'] {
  if (!found) return null
  const target = BigInt(`0x${found.targetHash}`)
  const hundredths = target === 0n ? 0n : (EASIEST_TARGET * 100n) / target
  const [whole, rest] = [hundredths / 100n, (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '')]
  return {
    oneIn: rest === '' ? whole.toString() : `${whole}.${rest}`,
    relaysAverage: found.relaysAverage.toString(),
    sinceHeight: found.sinceHeight,
  }
}
