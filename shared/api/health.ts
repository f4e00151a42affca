import { z } from 'zod'
import { selfTestsSchema } from '../model/self-test.ts'

/**
 * The slice `health` of the state: facts that a check needs and that no other room keeps. Read by main/core/checks/readings; everything is of the chosen network.
 * Amounts are decimal text in upokt, times UTC ms.
 */
const upokt = z.string().regex(/^-?\d{1,30}$/)
const ms = z.number().int().nonnegative()
const height = z.number().int().nonnegative()

/** Claims that closed badly for one reason, within the days that `LOSS_DAYS` of main/core/checks counts. */
const loss = z
  .strictObject({
    claims: z.number().int().positive(),
    /** Slashed stake, unpaid claims, or what applications could not pay. */
    upokt,
    /** What these claims claimed together. */
    claimedUpokt: upokt,
    /** Of the last of them. */
    serviceId: z.string(),
    applicationAddress: z.string(),
    operatorAddress: z.string().optional(),
    /** How many of our suppliers these claims are of. */
    operators: z.number().int().positive().optional(),
    height,
    atMs: ms,
  })
  .nullable()

/** Something that the network decided while Hearth watched. */
const change = z.strictObject({
  /** `service:<id>` for compute units per relay, else the name of a chain parameter. */
  what: z.string().max(80),
  before: z.string().regex(/^\d{1,40}$/),
  after: z.string().regex(/^\d{1,40}$/),
  /** Height at which it was seen. */
  seenHeight: height,
  /** First height to which it applies; from the next session on for everything that prices relays. */
  effectHeight: height,
  atMs: ms,
})

/** Something that happened to an own address and that Hearth did not send. It stands until the user has seen it. */
export const ownChangeSchema = z.strictObject({
  id: z.string().max(200),
  kind: z.enum([
    'sent',
    'staked',
    'transaction',
    'owner-changed',
    'stake-raised',
    'stake-lowered',
    'services-changed',
    'unstake-begun',
    'unstake-cancelled',
    'supplier-created',
    'supplier-gone',
  ]),
  facts: z.record(z.string(), z.string().max(300)),
  hash: z.string().max(64).nullable(),
  height,
  atMs: ms,
})
export type OwnChange = z.infer<typeof ownChangeSchema>
/** More are kept and not told. */
export const MAX_OWN_CHANGES = 20

/** More operators are not told of: those whose money ends first are. */
export const MAX_SPENDINGS = 10

export const healthSchema = z.strictObject({
  losses: z.strictObject({ slashed: loss, discarded: loss, overserviced: loss }),
  /** Own suppliers that leave while claims are open which the chain will drop (onchain facts 2.4); most is claimed by the first. */
  unstakedOpen: z
    .array(
      z.strictObject({
        operatorAddress: z.string(),
        claims: z.number().int().positive(),
        claimedUpokt: upokt,
        /** The last of them. */
        settleHeight: height,
      }),
    )
    .max(5)
    .optional(),
  upgrade: z.strictObject({ name: z.string().max(80), height }).nullable(),
  /** Updates of containers: counts changes, so that the page asks for the list again; and what has to be said everywhere. */
  updates: z
    .strictObject({
      revision: z.number().int(),
      /** How many are offered and wait for the user. */
      ready: z.number().int(),
      /** The coming upgrade of the chain: whether its software is here. `missing`: it cannot be had yet. */
      upgrade: z.enum(['missing', 'fetching', 'ready', 'swapping', 'failed']).nullable(),
      /** Containers change now. */
      swapping: z.strictObject({ title: z.string().max(80), toVersion: z.string().max(60), reason: z.string().max(20) }).nullable(),
      /** The last one that was taken back by itself, until another takes its place. */
      rolledBack: z.strictObject({ title: z.string().max(80), toVersion: z.string().max(60), atMs: ms }).nullable(),
      tooOld: z.strictObject({ version: z.string().max(60), needed: z.string().max(60), height }).nullable(),
    })
    .optional(),
  /** Newest first. */
  changes: z.array(change).max(20),
  /** Forecast of the disk that Hearth lives on; `fullAtMs` null while it does not fill. */
  disk: z.strictObject({ freeBytes: z.number().nonnegative(), bytesPerDay: z.number(), fullAtMs: ms.nullable(), atMs: ms }).nullable(),
  /** Room where the engine keeps images and volumes, which may be another disk or that of a virtual machine; null where nobody tells. */
  engineDisk: z.strictObject({ freeBytes: z.number().nonnegative(), atMs: ms }).nullable().optional(),
  /** Staked addresses of ours that gave no answer twice running. */
  endpointsDown: z
    .array(
      z.strictObject({
        url: z.string().max(300),
        sinceMs: ms,
        reason: z.string().max(300),
        /** The first of our suppliers that has staked it. */
        operatorAddress: z.string().optional(),
      }),
    )
    .max(10),
  /** Newest self-test of each door; absent before the first. */
  selfTests: selfTestsSchema.optional(),
  /** Attached endpoints that fail their relays, and why. */
  backendsFailing: z
    .array(
      z.strictObject({
        serviceId: z.string().max(42),
        title: z.string().max(80),
        why: z.enum(['no-answer', 'other-chain', 'unreached', 'wrong-answers', 'behind', 'no-secret', 'gate']),
        facts: z.record(z.string(), z.string().max(300)),
      }),
    )
    .max(10),
  /** Backends whose newest block is old. */
  backendsBehind: z.array(z.strictObject({ nodeId: z.string(), title: z.string(), height, behindMs: ms })).max(10),
  /** The miner answered relays in every session for a while, and in the last ones none. */
  gatewaysSilent: z.strictObject({ sessions: z.number().int().positive(), sinceMs: ms }).nullable(),
  /** What each operator pays beyond what it earns, by its address. Absent until enough was seen, or when it earns more. */
  operatorSpending: z.record(z.string(), z.strictObject({ upoktPerDay: upokt, daysLeft: z.number().int().nonnegative() })),
  /** Newest first. */
  ownChanges: z.array(ownChangeSchema).max(MAX_OWN_CHANGES),
})

export type HealthView = z.infer<typeof healthSchema>
export type Spending = HealthView['operatorSpending'][string]
export type Loss = NonNullable<HealthView['losses']['slashed']>
export type NetworkChange = HealthView['changes'][number]

export const NO_HEALTH: HealthView = {
  losses: { slashed: null, discarded: null, overserviced: null },
  upgrade: null,
  changes: [],
  disk: null,
  endpointsDown: [],
  backendsFailing: [],
  backendsBehind: [],
  gatewaysSilent: null,
  operatorSpending: {},
  ownChanges: [],
}
