import type { SessionInfo, SupplierRecord } from '#main/core/ports/chain.ts'
import { NoSession } from '../chain/sessions.ts'
import type { ChainNode } from '../node/chain-node.ts'
import { fromJsonText, toJsonText } from '../node/json-text.ts'
import { createCompetitors } from './competitors.ts'
import type { BatchOutcome } from './miner.ts'
import type { Competitor, Population, PracticeApplication, PracticeGateway } from './population.ts'
import { chance, roundByChance } from './random.ts'
import { freshScore, observe, tierOf, type Observation, type PathScore, type Severity } from './scores.ts'

/** Gateways: they spread the relays of applications over the suppliers of each session, by what PATH has measured of each (offchain facts 5.3). */

/** How a supplier of the user's is reached and how its backend does, as gateways measure it. */
export interface Link {
  /** From outside: port forwarding, certificate, domain. */
  reachable: boolean
  latencyMs: number
  /** Share of relays that end in an error of the backend. */
  errorRate: number
  /** How far its backend is behind the others, in blocks of the service. */
  lagBlocks: number
}

export const GOOD_LINK: Link = { reachable: true, latencyMs: 70, errorRate: 0.001, lagBlocks: 0 }

/** Where the user's relays go: one miner may answer for several of the suppliers of a session, and gets the relays of each. */
export interface ServingMiner {
  /** Suppliers that it answers for. */
  readonly operatorAddresses: readonly string[]
  takeBatch(operatorAddress: string, serviceId: string, application: string, session: SessionInfo, relays: number): BatchOutcome
}

export interface GatewayParts {
  node: ChainNode
  population: Population
  seed: string
  /** Miners that run now. A supplier of the user's without one is unreachable. */
  served: () => readonly ServingMiner[]
  /** The user's side of the line, by operator and service; scenarios change it. `GOOD_LINK` when absent. */
  link?: (operatorAddress: string, serviceId: string) => Link
  saved?: string
}

/** What one gateway thinks of one supplier. */
export interface Standing {
  gateway: string
  serviceId: string
  operatorAddress: string
  score: number
  /** 0 is best; undefined: only health checks. */
  tier: number | undefined
  why: 'good' | 'score' | 'cooldown' | 'behind'
}

export interface Gateways {
  /** Begins to send. @returns ends it */
  start(): () => void
  /** What gateways think of a supplier; scenarios and tests look here, no real supplier can. */
  standing(operatorAddress: string): Standing[]
  save(): string
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Gateways speak JSON-RPC here: a supplier without it gets nothing. */
const RPC_TYPE = 'JSON_RPC'
/** An application is filled up when it is down to this share of its stake. */
const REFILL_AT = { num: 7n, den: 10n }
/** A slow answer is worth less than a quick one, also within a tier. */
const LATENCY_WEIGHT_MS = 60

/** How the traffic of a moment compares with the day's mean: low at night, high in the afternoon (UTC), a little less on weekends. */
export function dayCurve(ms: number): number {
  const hours = (ms % DAY_MS) / HOUR_MS
  // 1 January 1970 was a Thursday.
  const weekday = (Math.floor(ms / DAY_MS) + 4) % 7
  const weekend = weekday === 0 || weekday === 6 ? 0.85 : 1
  return weekend * (1 + 0.45 * Math.sin(((hours - 9) / 24) * 2 * Math.PI) + 0.08 * Math.sin(((hours - 3) / 12) * 2 * Math.PI))
}

interface Candidate {
  operatorAddress: string
  competitor: Competitor | undefined
  score: PathScore
  /** As it is in this moment. */
  link: Link
}

/** Who serves an application while a session lasts: it does not change before the next one. */
interface Round {
  session: SessionInfo
  candidates: Candidate[]
}

export function createGateways(parts: GatewayParts): Gateways {
  const { node, population, seed } = parts
  const { ledger } = node
  const saved =
    parts.saved === undefined ? undefined : (fromJsonText(parts.saved) as { scores: [string, PathScore][]; competitors: string })
  const competitors = createCompetitors(node, population.competitors, seed, saved?.competitors)
  const byAddress = new Map(population.competitors.map((each) => [each.address, each]))
  const gatewayOf = new Map(population.gateways.map((each) => [each.address, each]))
  const scores = new Map<string, PathScore>(saved?.scores)
  const linkOf = parts.link ?? (() => GOOD_LINK)

  const scoreOf = (gateway: PracticeGateway, serviceId: string, operatorAddress: string): PathScore => {
    const key = `${gateway.address}/${serviceId}/${operatorAddress}`
    const known = scores.get(key)
    if (known) return known
    const fresh = freshScore()
    scores.set(key, fresh)
    return fresh
  }

  const speaks = (record: SupplierRecord | undefined, serviceId: string): boolean =>
    record?.services.some((each) => each.serviceId === serviceId && each.endpoints.some((endpoint) => endpoint.rpcType === RPC_TYPE)) ??
    false

  const candidatesOf = (gateway: PracticeGateway, session: SessionInfo): Candidate[] => {
    const found: Candidate[] = []
    for (const operatorAddress of session.suppliers) {
      const competitor = byAddress.get(operatorAddress)
      if (!competitor && !speaks(ledger.supplier(operatorAddress), session.serviceId)) continue
      const link = competitor ? { reachable: true, ...competitor.quality } : linkOf(operatorAddress, session.serviceId)
      found.push({ operatorAddress, competitor, link, score: scoreOf(gateway, session.serviceId, operatorAddress) })
    }
    return found
  }

  /** Relays to one supplier, and what the gateway learns from them. */
  const send = (candidate: Candidate, session: SessionInfo, relays: number, nowMs: number): void => {
    const { link, score, competitor, operatorAddress } = candidate
    const label = `${seed}/errors/${operatorAddress}/${session.sessionId}/${ledger.height}`
    const broken = Math.min(relays, roundByChance(relays * link.errorRate, label))
    if (competitor) {
      competitors.serve(competitor, session, relays - broken)
      observe(score, { successes: relays - broken, failures: broken, latencyMs: link.latencyMs, severity: 'critical' }, nowMs)
      return
    }
    const serving = link.reachable ? parts.served() : []
    // All suppliers of the user's have one address; a miner that lacks the key of one is asked for it all the same, and refuses.
    const miner = serving.find((each) => each.operatorAddresses.includes(operatorAddress)) ?? serving[0]
    if (!miner) {
      observe(score, { successes: 0, failures: relays, latencyMs: link.latencyMs, severity: 'major' }, nowMs)
      return
    }
    const outcome = miner.takeBatch(operatorAddress, session.serviceId, session.applicationAddress, session, relays - broken)
    observe(score, seenOf(outcome, broken, link.latencyMs), nowMs)
  }

  const serveApplication = (application: PracticeApplication, nowMs: number, elapsedMs: number): void => {
    const gateway = gatewayOf.get(application.gatewayAddress)
    const round = gateway && roundOf(application, gateway)
    if (!round) return
    const { session, candidates } = round
    for (const candidate of candidates) {
      const { score, operatorAddress } = candidate
      if (!candidate.competitor) candidate.link = linkOf(operatorAddress, session.serviceId)
      if (nowMs - score.checkedAtMs < gateway.checkEveryMs) continue
      score.checkedAtMs = nowMs
      score.lagBlocks = candidate.link.lagBlocks
      // Health checks are relays like any others, and paid.
      send(candidate, session, 1, nowMs)
    }
    const usual = (application.relaysPerDay * elapsedMs * dayCurve(nowMs)) / DAY_MS
    const demand = usual * (0.8 + 0.4 * chance(`${seed}/demand/${application.address}/${ledger.height}`))
    for (const { candidate, share } of choose(candidates, gateway, nowMs)) {
      const label = `${seed}/${session.sessionId}/${ledger.height}/${candidate.operatorAddress}`
      const relays = roundByChance(demand * share, label)
      if (relays > 0) send(candidate, session, relays, nowMs)
    }
  }

  const rounds = new Map<string, Round>()
  const roundOf = (application: PracticeApplication, gateway: PracticeGateway): Round | undefined => {
    const known = rounds.get(application.address)
    if (known && known.session.startHeight <= ledger.height && ledger.height <= known.session.endHeight) return known
    rounds.delete(application.address)
    try {
      const session = ledger.session(application.address, application.serviceId)
      const round = { session, candidates: candidatesOf(gateway, session) }
      rounds.set(application.address, round)
      return round
    } catch (error) {
      // Not staked yet, or nobody serves it: no relays.
      if (error instanceof NoSession) return undefined
      throw error
    }
  }

  const refill = (): void => {
    for (const { address, serviceId, stakeUpokt } of population.applications) {
      const now = ledger.application(address)
      if (!now || now.stakeUpokt * REFILL_AT.den > stakeUpokt * REFILL_AT.num) continue
      node.submit({ messages: [{ kind: 'stake-application', address, stakeUpokt, serviceIds: [serviceId] }], feePayer: address })
    }
  }

  return {
    start() {
      const endBefore = node.beforeBlock((timeMs) => {
        const elapsedMs = timeMs - ledger.timeMs
        if (ledger.height === 0) return
        for (const application of population.applications) serveApplication(application, timeMs, elapsedMs)
      })
      const endAfter = node.onBlock((block) => {
        competitors.look(block.height)
        const params = ledger.params()
        if (block.height % params.numBlocksPerSession === 0) refill()
      })
      return () => {
        endBefore()
        endAfter()
      }
    },
    standing(operatorAddress) {
      const nowMs = node.clock.now()
      return [...scores].flatMap(([key, score]) => {
        const [address = '', serviceId = '', operator] = key.split('/')
        const gateway = gatewayOf.get(address)
        if (operator !== operatorAddress || !gateway) return []
        const isBehind = score.lagBlocks > gateway.syncAllowance
        const tier = isBehind ? undefined : tierOf(score, nowMs)
        const why = isBehind ? 'behind' : score.cooldownUntilMs > nowMs ? 'cooldown' : tier === undefined ? 'score' : 'good'
        return [{ gateway: gateway.name, serviceId, operatorAddress, score: score.score, tier, why }]
      })
    },
    save: () => toJsonText({ scores: [...scores], competitors: competitors.save() }),
  }
}

/** What a gateway makes of a miner's answers: nothing there is major, a wrong service fatal, everything else critical (offchain facts 5.3). */
const SEVERITIES: Record<NonNullable<BatchOutcome['reason']>, Severity> = {
  unreachable: 'major',
  'no-key': 'critical',
  'not-configured': 'fatal',
  session: 'critical',
  backend: 'critical',
  // An application that is used up is not the supplier's fault.
  budget: 'minor',
}

function seenOf(outcome: BatchOutcome, broken: number, latencyMs: number): Observation {
  const { reason } = outcome
  const blamed = reason === 'budget' ? 0 : outcome.failed
  return {
    successes: outcome.served,
    failures: blamed + broken,
    latencyMs,
    severity: reason === undefined ? 'critical' : SEVERITIES[reason],
  }
}

/** The best tier that has anybody takes all of it, quicker ones more; who is behind or excluded gets none. */
function choose(candidates: Candidate[], gateway: PracticeGateway, nowMs: number): { candidate: Candidate; share: number }[] {
  const fit = candidates.flatMap((candidate) => {
    const tier = tierOf(candidate.score, nowMs)
    if (tier === undefined || candidate.score.lagBlocks > gateway.syncAllowance) return []
    return [{ candidate, tier, weight: 1 / (LATENCY_WEIGHT_MS + candidate.link.latencyMs) }]
  })
  const best = Math.min(...fit.map((each) => each.tier))
  const chosen = fit.filter((each) => each.tier === best)
  const total = chosen.reduce((sum, each) => sum + each.weight, 0)
  return chosen.map(({ candidate, weight }) => ({ candidate, share: weight / total }))
}
