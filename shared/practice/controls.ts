import { z } from 'zod'
import { SCENARIO_IDS } from './scenario-ids.ts'

/** What the user may do to the practised world: its time, and which scenario it plays. */

export const SLOWEST_SPEED = 1
export const FASTEST_SPEED = 600
/** The end of the year 2199: late enough for any practice, early enough for every calendar. */
export const LATEST_PRACTICE_MS = Date.UTC(2200, 0, 1) - 1

/** Speeds that a screen offers. */
export const SPEEDS = [1, 10, 60, 600] as const

/** Whether time may run so fast: 1 to 600, fractions included. */
export function isPracticeSpeed(speed: number): boolean {
  return Number.isFinite(speed) && speed >= SLOWEST_SPEED && speed <= FASTEST_SPEED
}

/** Why a moment is worth jumping to; keys of `renderer/text`. The order decides which of several at one height is named. */
export const MOMENTS = ['settlement', 'unbonding-end', 'activation', 'proof-window', 'claim-window', 'session-end'] as const
export type MomentKind = (typeof MOMENTS)[number]

export const speedSchema = z.number().min(SLOWEST_SPEED).max(FASTEST_SPEED)
export const scenarioIdSchema = z.enum(SCENARIO_IDS)

/** One wish about the practised world. Jumps go forward only; the clock refuses a moment that has passed. */
export const practiceControlSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('speed'), speed: speedSchema }),
  z.strictObject({ kind: z.literal('pause'), paused: z.boolean() }),
  z.strictObject({ kind: z.literal('jump-to'), atMs: z.number().int().min(0).max(LATEST_PRACTICE_MS) }),
  z.strictObject({ kind: z.literal('next-moment') }),
  z.strictObject({ kind: z.literal('scenario'), id: scenarioIdSchema }),
  /** A scenario of the user's own: the text of a file, judged by `readScenarioFile`. */
  z.strictObject({ kind: z.literal('scenario-file'), text: z.string().max(64 * 1024) }),
])
export type PracticeControl = z.infer<typeof practiceControlSchema>
