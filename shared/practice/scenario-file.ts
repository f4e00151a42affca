import { z } from 'zod'
import { FASTEST_SPEED, SLOWEST_SPEED } from './controls.ts'

/**
 * A scenario of the user's own, as a JSON file. Strict: unknown keys, numbers out of range and worlds too large for one PC are refused with the place where they stand.
 * The fourteen that come with Hearth are made of the same steps.
 */

export const SCENARIO_FORMAT = 'hearth-scenario-1'
/** What a file may be at most, as text. */
export const LARGEST_SCENARIO = 64 * 1024
const MOST_SESSIONS = 2_000
const MOST_CONTAINERS = 20

const serviceId = z.string().regex(/^[a-zA-Z0-9_-]{1,42}$/)
const pokt = z.number().min(0).max(100_000_000)
const count = (most: number) => z.number().int().min(1).max(most)

/** What happens to the claims of a session: proven, left without a proof, proven wrongly, or never claimed at all. */
export const PROOFS = ['sent', 'missing', 'wrong', 'no-claim'] as const

const step = z.discriminatedUnion('do', [
  /** Sessions pass; gateways send so many relays to us in each, for every service. */
  z.strictObject({
    do: z.literal('sessions'),
    count: count(MOST_SESSIONS),
    relays: z.number().int().min(0).max(10_000_000),
    proofs: z.enum(PROOFS).default('sent'),
  }),
  z.strictObject({ do: z.literal('blocks'), count: count(MOST_SESSIONS) }),
  z.strictObject({ do: z.literal('unstake') }),
  /** The owner's stake becomes this. */
  z.strictObject({ do: z.literal('restake'), stakePokt: pokt }),
  /** The operator sends away all but this. */
  z.strictObject({ do: z.literal('empty-operator'), leaveUpokt: z.number().int().min(0).max(1_000_000_000) }),
  /** Happens so many blocks after the user came in, so that it can be watched. */
  z.strictObject({
    do: z.literal('price'),
    serviceId,
    computeUnitsPerRelay: count(2_097_152),
    inBlocks: z.number().int().min(0).max(100_000).default(0),
  }),
  z.strictObject({
    do: z.literal('parameter'),
    name: z.enum([
      'numBlocksPerSession',
      'claimWindowCloseOffsetBlocks',
      'proofWindowCloseOffsetBlocks',
      'computeUnitsToTokensMultiplier',
      'supplierMinStakeUpokt',
      'proofMissingPenaltyUpokt',
      'proofSubmissionFeeUpokt',
    ]),
    value: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
    inBlocks: z.number().int().min(0).max(100_000).default(0),
  }),
  z.strictObject({ do: z.literal('upgrade'), name: z.string().regex(/^v\d{1,3}\.\d{1,3}\.\d{1,3}$/), inBlocks: count(1_000_000) }),
  z.strictObject({
    do: z.literal('disk'),
    freeGigabytes: z.number().min(0).max(1_000_000),
    gigabytesPerDay: z.number().min(-100_000).max(100_000),
  }),
  z.strictObject({ do: z.literal('engine-clock'), offsetSeconds: z.number().min(-86_400).max(86_400) }),
  z.strictObject({ do: z.literal('backend-behind'), minutes: z.number().min(0).max(1_000_000) }),
  /** The user, or something else, stops a container. */
  z.strictObject({ do: z.literal('stop'), nodeId: z.enum(['pocket', 'backend', 'keeper', 'miner']) }),
])

export const scenarioFileSchema = z.strictObject({
  format: z.literal(SCENARIO_FORMAT),
  title: z.string().min(1).max(80),
  about: z.string().max(600).default(''),
  speed: z.number().min(SLOWEST_SPEED).max(FASTEST_SPEED).default(1),
  network: z
    .strictObject({
      blockSeconds: z.number().min(1).max(600).optional(),
      blocksPerSession: z.number().int().min(2).max(1_000).optional(),
      services: z
        .array(z.strictObject({ id: serviceId, name: z.string().max(60).default(''), computeUnitsPerRelay: count(2_097_152) }))
        .min(1)
        .max(10)
        .optional(),
      /** Of each application; one for every service. */
      applicationPokt: pokt.min(1).optional(),
    })
    .prefault({}),
  /** Null: the user begins without one. */
  supplier: z
    .strictObject({
      stakePokt: pokt,
      services: z.array(serviceId).min(1).max(10).optional(),
      operatorPokt: pokt.default(10),
      ownerPercent: z.number().int().min(0).max(100).default(100),
      /** Where gateways are told to send relays; the relay miner of Practice when absent. */
      endpoint: z
        .url({ protocol: /^https?$/ })
        .max(300)
        .optional(),
    })
    .nullable(),
  /** Containers of other programs that share the engine. */
  containers: z
    .array(z.string().regex(/^[a-z0-9-]{1,40}$/))
    .max(MOST_CONTAINERS)
    .default([]),
  steps: z.array(step).max(100),
})
export type ScenarioFile = z.output<typeof scenarioFileSchema>
export type ScenarioStep = ScenarioFile['steps'][number]

/** Where a file is wrong (`supplier.services.0`; empty for the whole), and how, in plain words. */
export interface ScenarioFault {
  path: string
  problem: string
}

/** @param text of the file @returns what it says, or the first thing that is wrong with it */
export function readScenarioFile(text: string): { file: ScenarioFile } | { fault: ScenarioFault } {
  if (text.length > LARGEST_SCENARIO) return fault('', 'the file is too large')
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return fault('', 'this is no JSON')
  }
  const parsed = scenarioFileSchema.safeParse(found)
  if (parsed.success) return faultOf(parsed.data) ?? { file: parsed.data }
  const issue = parsed.error.issues[0]
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].map(String).join('.')
  return fault(path, unknown === undefined ? (issue?.message ?? 'not understood') : 'nobody knows this')
}

const fault = (path: string, problem: string): { fault: ScenarioFault } => ({
  fault: { path: path.slice(0, 200), problem: problem.slice(0, 300) },
})

/** What a schema does not see: names that point at nothing, steps without a supplier, and more than a PC can play in a moment. */
function faultOf(file: ScenarioFile): { fault: ScenarioFault } | undefined {
  const known = file.network.services?.map((service) => service.id)
  const isUnknown = (id: string): boolean => known !== undefined && !known.includes(id)
  const sessions = file.steps.reduce((sum, each) => sum + (each.do === 'sessions' ? each.count : 0), 0)
  if (sessions > MOST_SESSIONS) return fault('steps', `more than ${MOST_SESSIONS} sessions`)
  const service = (file.supplier?.services ?? []).findIndex(isUnknown)
  if (service >= 0) return fault(`supplier.services.${service}`, 'there is no such service')
  for (const [index, each] of file.steps.entries()) {
    if (each.do === 'price' && isUnknown(each.serviceId)) return fault(`steps.${index}.serviceId`, 'there is no such service')
    if ((each.do === 'unstake' || each.do === 'restake' || each.do === 'empty-operator') && file.supplier === null)
      return fault(`steps.${index}`, 'there is no supplier')
  }
  return undefined
}
