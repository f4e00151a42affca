import { z } from 'zod'

/** From the outside in. What each proves is said with it; none of them proves a claim: only the chain does. */
export const SELF_TEST_STAGES = ['name', 'port', 'certificate', 'miner', 'refusal', 'relay'] as const
export type SelfTestStage = (typeof SELF_TEST_STAGES)[number]

/** Through which door: the ingress on this machine, or the address that is staked. */
export const SELF_TEST_PATHS = ['loopback', 'public'] as const
export type SelfTestPath = (typeof SELF_TEST_PATHS)[number]
export const SELF_TEST_TRIGGERS = ['user', 'start', 'schedule'] as const

/** What a stage found: a key of the page's words. */
export const SELF_TEST_FINDINGS = [
  'resolved',
  'not-resolved',
  'private-address',
  'machine-address',
  'opens',
  'closed',
  'no-answer',
  'certificate-good',
  'certificate-ends',
  'certificate-bad',
  'miner-answers',
  'drained',
  'nobody-behind',
  'not-a-miner',
  'refused',
  'served-unsigned',
  'not-served',
  'relay-good',
  'relay-bad',
  'no-application',
] as const
export type SelfTestFinding = (typeof SELF_TEST_FINDINGS)[number]

const stage = z.strictObject({
  key: z.enum(SELF_TEST_STAGES),
  outcome: z.enum(['ok', 'warn', 'failed', 'skipped']),
  /** Null where it was not tried. */
  ms: z.number().nonnegative().nullable(),
  finding: z.enum(SELF_TEST_FINDINGS).nullable(),
  facts: z.record(z.string().max(40), z.string().max(300)),
})
export type SelfTestStageResult = z.infer<typeof stage>

/** How the relay miner judges relays, and why so. */
export const validationSchema = z.strictObject({
  /** `eager`: a relay is judged before it is served. `lazy`: the first of a session is served at once and judged behind, unpaid when it was wrong (offchain facts 2.2). */
  mode: z.enum(['eager', 'lazy']),
  /** `chosen`: the user said so. `near`, `far`: how long the node takes decided. `unknown`: it could not be measured. */
  why: z.enum(['chosen', 'near', 'far', 'unknown']),
  /** Median of the node's answers; null where it was not measured. */
  nodeMs: z.number().nullable(),
})
export type Validation = z.infer<typeof validationSchema>

/** One self-test as it is kept. Times UTC ms. */
export const selfTestRowSchema = z.strictObject({
  id: z.string().max(80),
  network: z.string().max(40),
  atMs: z.number().int(),
  trigger: z.enum(SELF_TEST_TRIGGERS),
  path: z.enum(SELF_TEST_PATHS),
  serviceId: z.string().max(42),
  /** Whose relays were sent; rows of before Hearth knew several suppliers do not say. */
  operatorAddress: z.string().max(100).optional(),
  url: z.string().max(300),
  ok: z.boolean(),
  stages: z.array(stage).max(SELF_TEST_STAGES.length),
  /** Of the relay; null when none was answered. */
  latencyMs: z.number().nullable(),
  /** Start of what the backend said. */
  answer: z.string().max(300),
})
export type SelfTestRow = z.infer<typeof selfTestRowSchema>

/** The newest of each door, as the state tells it. */
export const selfTestsSchema = z.strictObject({
  revision: z.number().int(),
  last: z.partialRecord(
    z.enum(SELF_TEST_PATHS),
    z.strictObject({
      atMs: z.number().int(),
      ok: z.boolean(),
      serviceId: z.string().max(42),
      operatorAddress: z.string().max(100).optional(),
      failedStage: z.enum(SELF_TEST_STAGES).nullable(),
      finding: z.enum(SELF_TEST_FINDINGS).nullable(),
      /** Failures without a good one in between. */
      failures: z.number().int().nonnegative(),
      latencyMs: z.number().nullable(),
    }),
  ),
})
export type SelfTests = z.infer<typeof selfTestsSchema>

/** @returns the first stage that failed */
export function failedStage(row: Pick<SelfTestRow, 'stages'>): SelfTestStageResult | undefined {
  return row.stages.find((each) => each.outcome === 'failed')
}
