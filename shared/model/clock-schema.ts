import { z } from 'zod'

/** What the session clock shows: one lane per session that still matters, and whether one may stop now. Amounts are decimal text in upokt. */

const upokt = z.string().regex(/^-?\d{1,30}$/)
const ms = z.number().int().nonnegative()
const height = z.number().int().nonnegative()

const laneSchema = z.strictObject({
  number: z.number().int(),
  start: height,
  end: height,
  graceEnd: height,
  claimOpen: height,
  claimClose: height,
  proofOpen: height,
  proofClose: height,
  settle: height,
  stage: z.enum(['serving', 'open', 'claimed', 'proof-due', 'proven', 'settled', 'expired', 'discarded', 'not-claimed', 'idle']),
  relays: z.string().nullable(),
  claimedUpokt: upokt.nullable(),
  settledUpokt: upokt.nullable(),
  claimHeight: height.nullable(),
  proofHeight: height.nullable(),
})

/** The slice `clock` of the state. */
export const clockSchema = z.strictObject({
  lanes: z.array(laneSchema).max(8),
  verdict: z.enum(['nothing-to-lose', 'safe', 'wait', 'costs', 'cannot-tell']),
  facts: z.record(z.string(), z.string()),
  height,
  atMs: ms,
})

export type ClockView = z.infer<typeof clockSchema>
export type ClockLane = ClockView['lanes'][number]
export type LaneStage = ClockLane['stage']
export type Verdict = ClockView['verdict']

/** What is known of one claim; a row of the store fits. */
export interface ClockClaim {
  sessionEndHeight: number
  stage: 'claimed' | 'proven' | 'settled' | 'expired' | 'discarded'
  relays: bigint
  claimedUpokt: bigint
  settledUpokt: bigint | undefined
  claimHeight: number | undefined
  proofHeight: number | undefined
  /** `not-required` when the chain said so; anything else may need a proof. */
  proofRequirement: string | undefined
}
