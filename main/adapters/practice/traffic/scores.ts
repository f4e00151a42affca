/** What a gateway thinks of one supplier for one service: PATH's score, strikes and cooldowns (offchain facts 5.3). */

export interface PathScore {
  /** 0 to 100. */
  score: number
  strikes: number
  /** How often strikes and critical rates have led to a cooldown without a long good time since. */
  bursts: number
  spells: number
  cooldownUntilMs: number
  /** Share of critical answers, a moving average, and how much it stands for. */
  criticalRate: number
  observations: number
  /** How far its backend is behind the others, in blocks of the service. */
  lagBlocks: number
  checkedAtMs: number
}

export type Severity = 'minor' | 'major' | 'critical' | 'fatal'

/** Many relays of one supplier, seen together. */
export interface Observation {
  successes: number
  latencyMs: number
  failures: number
  severity: Severity
}

const START = 80
export const EXCLUDED_BELOW = 30
const TIERS = [70, 50, EXCLUDED_BELOW] as const
const IMPACT = { minor: 3, major: 10, critical: 25, fatal: 50 } as const
const RECOVERY = 5
const FAST_MS = 100
const SLOW_MS = 500
const VERY_SLOW_MS = 1_000
const PENALTY = [
  { fromMs: 5_000, points: 3 },
  { fromMs: 2_000, points: 1 },
] as const
/** A batch moves a score as this many relays would, one by one: more would only pin it to an end. */
const MOST_SIGNALS = 20
const STRIKES = 5
const STRIKES_PER_SUCCESS = 3
const MINUTE_MS = 60_000
const BURST_COOLDOWN = { firstMs: 5 * MINUTE_MS, mostMs: 60 * MINUTE_MS }
const SPELL = { rate: 0.3, observations: 20, stepMs: 10 * MINUTE_MS, mostMs: 60 * MINUTE_MS }
const AVERAGE_WEIGHT = 0.1

export function freshScore(): PathScore {
  return {
    score: START,
    strikes: 0,
    bursts: 0,
    spells: 0,
    cooldownUntilMs: 0,
    criticalRate: 0,
    observations: 0,
    lagBlocks: 0,
    checkedAtMs: 0,
  }
}

/** 0 is best; undefined: gets nothing but health checks. */
export function tierOf(score: PathScore, nowMs: number): number | undefined {
  if (score.cooldownUntilMs > nowMs) return undefined
  const tier = TIERS.findIndex((least) => score.score >= least)
  return tier < 0 ? undefined : tier
}

function gainOf(latencyMs: number): number {
  const penalty = PENALTY.find((each) => latencyMs >= each.fromMs)
  if (penalty) return -penalty.points
  if (latencyMs > VERY_SLOW_MS) return 0
  if (latencyMs > SLOW_MS) return 0.5
  return latencyMs <= FAST_MS ? 2 : 1
}

/** Takes in what was seen. Changes `score`. */
export function observe(score: PathScore, { successes, latencyMs, failures, severity }: Observation, nowMs: number): void {
  const total = successes + failures
  if (total === 0) return
  const scale = Math.min(1, MOST_SIGNALS / total)
  const gain = score.score < EXCLUDED_BELOW && latencyMs <= VERY_SLOW_MS ? RECOVERY : gainOf(latencyMs)
  const moved = score.score + scale * (successes * gain - failures * IMPACT[severity])
  score.score = Math.min(100, Math.max(0, moved))

  const isCritical = severity === 'critical' || severity === 'fatal'
  const critical = isCritical ? failures : 0
  score.strikes = Math.max(0, score.strikes + scale * critical - scale * successes * STRIKES_PER_SUCCESS)
  const weight = 1 - (1 - AVERAGE_WEIGHT) ** Math.min(MOST_SIGNALS, total)
  score.criticalRate += weight * (critical / total - score.criticalRate)
  score.observations += total
  if (score.cooldownUntilMs > nowMs) return
  if (score.strikes >= STRIKES) {
    score.cooldownUntilMs = nowMs + Math.min(BURST_COOLDOWN.mostMs, BURST_COOLDOWN.firstMs * 2 ** score.bursts)
    score.bursts += 1
    score.strikes = 0
  } else if (score.criticalRate >= SPELL.rate && score.observations >= SPELL.observations) {
    score.spells += 1
    score.cooldownUntilMs = nowMs + Math.min(SPELL.mostMs, SPELL.stepMs * score.spells)
    score.criticalRate = 0
    score.observations = 0
  } else if (critical === 0 && score.score >= TIERS[0]) {
    score.bursts = 0
    score.spells = 0
  }
}
