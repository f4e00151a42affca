import { z } from 'zod'
import { clockSchema } from '../model/clock-schema.ts'
import { FASTEST_SPEED, MOMENTS, SLOWEST_SPEED } from '../practice/controls.ts'
import { SCENARIO_IDS } from '../practice/scenario-ids.ts'
import { bundleSlice, chainSlice } from './chain-state.ts'
import { earningsSlice } from './earnings-state.ts'
import { errorCodeSchema } from './errors.ts'
import { healthSchema } from './health.ts'
import { dangerSchema, MAX_DANGERS } from '../model/danger.ts'
import { figureProofSchema, figureSourceSchema } from '../model/figure.ts'
import { INTENT_STATUSES, intentKindSchema } from '../model/intent.ts'
import { lostVolumeSchema, MAX_LOST } from '../model/kept-volumes.ts'

/**
 * The state tree that main publishes and the page copies. Small and serialisable: amounts are decimal text in upokt, times UTC ms.
 * Top level: slices. A slice is one object, or a map by id; patches replace whole entries (see patches.ts).
 */
const upokt = z.string().regex(/^-?\d{1,30}$/)
const ms = z.number().int().nonnegative()
const height = z.number().int().nonnegative()

export type { EndpointState } from './chain-state.ts'
export { figureSourceSchema, type FigureProof, type FigureSource } from '../model/figure.ts'

export const networkIdSchema = z.enum(['local', 'mainnet', 'beta', 'practice'])
export type NetworkId = z.infer<typeof networkIdSchema>

const asOf = z.strictObject({ height, atMs: ms })

const appSlice = z.strictObject({
  version: z.string(),
  shell: z.enum(['electron', 'web']),
  host: z.string(),
  network: networkIdSchema.nullable(),
  startedAtMs: ms,
  /** A sentence key when the store had to be cured at start. */
  notice: z.string().nullable(),
})

const vaultSlice = z.strictObject({
  kind: z.enum(['absent', 'locked', 'unlocked', 'damaged']),
  /** Why keys are needed again, what waits for them and until when. */
  needed: z
    .strictObject({
      /** `key-missing`: other suppliers have theirs. */
      reason: z.enum(['after-restart', 'keeper-gone', 'key-missing']),
      sinceMs: ms,
      claimsAtRisk: z.number().int(),
      deadlineHeight: height.nullable(),
      deadlineMs: ms.nullable(),
    })
    .nullable(),
})

/** What a look at the container engine found. */
export const ENGINE_KINDS = [
  'unknown',
  'ready',
  'absent',
  'not-started',
  'no-permission',
  'too-old',
  'wrong-architecture',
  'windows-containers',
  'failed',
] as const
const engineSlice = z.strictObject({
  kind: z.enum(ENGINE_KINDS),
  name: z.string(),
  version: z.string(),
  endpoint: z.string(),
  detail: z.string(),
  clockOffsetMs: z.number(),
  memoryBytes: z.number(),
  /** Containers of this installation that no row of the record speaks of, those that run first; a few of them. */
  unlisted: z
    .array(z.strictObject({ id: z.string().max(60), title: z.string().max(60), isUp: z.boolean(), copyOf: z.string().max(60).optional() }))
    .max(8)
    .optional(),
  /** Volumes of nodes that somebody else took away, those taken last first; gone from here once nothing follows from it. */
  lost: z.array(lostVolumeSchema).max(MAX_LOST).optional(),
  atMs: ms,
})

const keyEntry = z.strictObject({
  id: z.string(),
  /** `watch`: an address without its key. `morse`: a key of the old network. */
  kind: z.enum(['key', 'watch', 'morse']),
  role: z.enum(['owner', 'operator', 'morse']),
  name: z.string(),
  network: networkIdSchema,
  address: z.string(),
  wordsConfirmedAtMs: ms.nullable(),
  createdAtMs: ms,
  /** Why no miner is given this operator key yet: one key, one machine. */
  fenced: z.enum(['moved', 'new-here']).nullable(),
})

/** How the keys are looked after; more of it by the request `keys.details`. */
const custodySlice = z.strictObject({
  /** Counts changes, so that the page asks for the details again. */
  revision: z.number().int(),
  /** Who opens the vault after a restart. */
  unlock: z.enum(['ask', 'keychain', 'file']),
  /** Why that did not work at the last try. */
  unlockProblem: z.strictObject({ code: errorCodeSchema, detail: z.record(z.string(), z.string()) }).nullable(),
  backupAtMs: ms.nullable(),
  /** When a backup was last proven to restore. */
  drillAtMs: ms.nullable(),
})

export const nodeSeenSchema = z.enum(['absent', 'starting', 'running', 'stopped', 'failing', 'stopping', 'unknown'])
const nodeEntry = z.strictObject({
  id: z.string(),
  catalogId: z.string(),
  title: z.string(),
  kind: z.enum(['chain-node', 'backend', 'keeper', 'relay-miner', 'ingress']),
  wanted: z.enum(['running', 'stopped']),
  wantedBy: z.enum(['user', 'hearth']),
  seen: nodeSeenSchema,
  /** What it is doing or why it is not well: a key of renderer/text with facts. */
  reason: z.strictObject({ key: z.string(), facts: z.record(z.string(), z.string()) }).nullable(),
  error: z.strictObject({ code: errorCodeSchema, detail: z.record(z.string(), z.string()) }).nullable(),
  image: z.string(),
  digest: z.string(),
  version: z.string(),
  /** Host port on 127.0.0.1 by container port. */
  ports: z.record(z.string(), z.number().int()),
  startedAtMs: ms.nullable(),
  restarts: z.number().int(),
  height: height.nullable(),
  cpuPercent: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  memoryLimitBytes: z.number().nullable(),
  lastLines: z.array(z.string().max(400)).max(3),
  /** Of the keeper: operators whose key is fenced, or no longer in the vault, and lies in it all the same: the relay miner here signs for them. */
  signsOn: z.array(z.string()).max(8).optional(),
  /** Stop or restart that waits for its moment: when that is thought to come, as far as it is known. */
  wish: z
    .strictObject({
      action: z.enum(['stop', 'restart']),
      when: z.enum(['quiet', 'settled']),
      askedAtMs: ms,
      height: height.nullable(),
      atMs: ms.nullable(),
    })
    .nullable()
    .optional(),
  atMs: ms,
})

/** Something long: steps with time, progress, cancel. Finished ones stay until dismissed or the next of their kind. */
const taskEntry = z.strictObject({
  id: z.string(),
  kind: z.enum([
    'local-chain-start',
    'local-chain-remove',
    'bundle-start',
    'bundle-remove',
    'faucet',
    'test-relays',
    'self-test',
    'node-start',
    'node-stop',
    'records-backup',
    'records-export',
    'engine-step',
    'safe-unstake',
    'image-fetch',
    'backend-start',
    'backend-remove',
    /** A request that has lasted for more than a second: `facts.request` names it. It is gone when it is over; its answer goes to whoever asked. */
    'request',
  ]),
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  startedAtMs: ms,
  endedAtMs: ms.nullable(),
  cancellable: z.boolean(),
  steps: z.array(
    z.strictObject({
      key: z.string(),
      status: z.enum(['waiting', 'running', 'done', 'failed']),
      startedAtMs: ms.nullable(),
      endedAtMs: ms.nullable(),
      facts: z.record(z.string(), z.string()),
    }),
  ),
  /** Download progress by image. */
  pulls: z.array(
    z.strictObject({
      title: z.string(),
      reference: z.string(),
      status: z.enum(['waiting', 'fetching', 'ready', 'failed']),
      layers: z.array(
        z.strictObject({
          id: z.string(),
          currentBytes: z.number(),
          totalBytes: z.number(),
          status: z.enum(['waiting', 'fetching', 'unpacking', 'ready']),
        }),
      ),
    }),
  ),
  done: z.number().int(),
  total: z.number().int(),
  lastLine: z.string(),
  facts: z.record(z.string(), z.string()),
  error: z.strictObject({ code: errorCodeSchema, detail: z.record(z.string(), z.string()) }).nullable(),
})

const intentEntry = z.strictObject({
  id: z.string(),
  kind: intentKindSchema,
  status: z.enum(INTENT_STATUSES),
  signerAddress: z.string(),
  facts: z.record(z.string(), z.string()),
  txHash: z.string().nullable(),
  timeoutHeight: height,
  includedHeight: height.nullable(),
  /** What it can cost, while it waits for a signature. */
  dangers: z.array(dangerSchema).max(MAX_DANGERS).optional(),
  error: z.strictObject({ code: errorCodeSchema, detail: z.record(z.string(), z.string()) }).nullable(),
  createdAtMs: ms,
  updatedAtMs: ms,
})

const balanceEntry = z.strictObject({
  address: z.string(),
  upokt,
  asOf,
  source: figureSourceSchema.optional(),
  proof: figureProofSchema.optional(),
})

const serviceShape = z.strictObject({
  serviceId: z.string(),
  endpoints: z.array(z.strictObject({ url: z.string(), rpcType: z.string() })),
  revShare: z.array(z.strictObject({ address: z.string(), percent: z.number() })),
})

const supplierSlice = z.strictObject({
  /** Words of design/language section 5. */
  status: z.enum([
    'unknown',
    'not-staked',
    'stake-sent',
    'starts-next-session',
    'staked-no-services',
    'active',
    'active-differs',
    'below-minimum',
    'unstaking',
    'unstaked',
  ]),
  operatorAddress: z.string(),
  ownerAddress: z.string(),
  stakeUpokt: upokt,
  services: z.array(serviceShape),
  pending: z.array(z.strictObject({ service: serviceShape, activationHeight: height })),
  unstakeSessionEndHeight: height,
  unbondingEndHeight: height,
  differences: z.array(z.strictObject({ serviceId: z.string(), key: z.string(), facts: z.record(z.string(), z.string()) })),
  asOf: asOf.nullable(),
  /** Of stake, owner and unbonding; what is served lies in rows of its own and is read. */
  source: figureSourceSchema.optional(),
  proof: figureProofSchema.optional(),
})

/** One of the own suppliers in short, by the address of its operator: each operator key of the network has an entry, staked or not. */
const ownSupplierEntry = z.strictObject({
  ownerAddress: z.string(),
  status: supplierSlice.shape.status,
  stakeUpokt: upokt,
  /** Ids of its services, those that start next session with them. */
  services: z.array(z.string()),
  /** Of them those that the relay miner here is not configured for. */
  notServed: z.array(z.string()),
  unstakeSessionEndHeight: height,
  height,
})

const relaysSlice = z.strictObject({
  revision: z.number().int(),
  last: z
    .strictObject({
      batchId: z.string(),
      sent: z.number().int(),
      answered: z.number().int(),
      verified: z.number().int(),
      refused: z.number().int(),
      medianMs: z.number(),
      sessionId: z.string(),
      atMs: ms,
    })
    .nullable(),
})

const attentionEntry = z.strictObject({
  id: z.string(),
  level: z.enum(['info', 'warn', 'bad']),
  key: z.string(),
  facts: z.record(z.string(), z.string()),
  /** Name of the screen that has the fix. */
  fix: z.enum(['unlock', 'keys', 'engine', 'nodes', 'supplier', 'earnings', 'home', 'settings', 'updates', 'test-relays', 'none']),
  sinceMs: ms,
})

/** What is chosen now, by key of the settings table. `problem`: something lies stored under this name that is not used; for `unknown` names `value` shows it. */
const settingEntry = z.strictObject({
  value: z.union([z.string().max(2_000), z.number(), z.boolean()]),
  problem: z.enum(['unknown', 'invalid']).nullable(),
})

/** The time of Practice, which is not the time of this machine; null on every other network. The page reckons on from `nowMs` at `speed`. */
const practiceSlice = z
  .strictObject({
    nowMs: ms,
    /** Time of this machine at which `nowMs` held. */
    atRealMs: ms,
    speed: z.number().min(SLOWEST_SPEED).max(FASTEST_SPEED),
    paused: z.boolean(),
    scenario: z.enum([...SCENARIO_IDS, 'own']).nullable(),
    next: z.strictObject({ kind: z.enum(MOMENTS), atMs: ms, height }).nullable(),
  })
  .nullable()

/** Findings of a network that is not chosen: the worst are enough to send somebody there. */
export const MAX_FINDINGS_ELSEWHERE = 2

/** A network that is not the chosen one and is looked after all the same, because something is wanted running there. By its id. */
const elsewhereEntry = z.strictObject({
  network: networkIdSchema,
  /** False while Hearth could not begin with it; it tries again. */
  isLookedAfter: z.boolean(),
  /** Titles by id of the nodes that run, begin to or end, without the keeper. */
  up: z.record(z.string(), z.string()),
  /** Ids of those that should run and do not. */
  down: z.array(z.string()),
  /** The relay miner waits for the operator key. */
  needsKey: z.boolean(),
  /** What stopping would cost there, as in the slice `clock`. */
  clock: clockSchema.omit({ lanes: true, atMs: true }),
  medianBlockMs: ms.nullable(),
  /** What is wrong there, worst first; a few of them. */
  findings: z.array(attentionEntry).max(MAX_FINDINGS_ELSEWHERE),
  /** How many there are in all. */
  findingsCount: z.number().int().nonnegative(),
})

/** How many entries, rows or long texts of a slice are not in the published state, which never grows beyond 64 KB; a slice that is whole is not named. */
const leftOutSlice = z.record(z.string(), z.number().int().positive())

export const stateSchema = z.strictObject({
  app: appSlice,
  practice: practiceSlice,
  vault: vaultSlice,
  custody: custodySlice,
  engine: engineSlice,
  chain: chainSlice,
  keys: z.record(z.string(), keyEntry),
  nodes: z.record(z.string(), nodeEntry),
  tasks: z.record(z.string(), taskEntry),
  intents: z.record(z.string(), intentEntry),
  balances: z.record(z.string(), balanceEntry),
  /** The one in view: what the pages speak of. */
  supplier: supplierSlice,
  suppliers: z.record(z.string(), ownSupplierEntry),
  clock: clockSchema,
  earnings: earningsSlice,
  relays: relaysSlice,
  bundle: bundleSlice,
  health: healthSchema,
  attention: z.record(z.string(), attentionEntry),
  settings: z.record(z.string(), settingEntry),
  elsewhere: z.record(z.string(), elsewhereEntry),
  leftOut: leftOutSlice,
})

export type AppState = z.infer<typeof stateSchema>
export type SliceName = keyof AppState
/** Slices that are maps by id; the others are single objects. */
export const MAP_SLICES = [
  'keys',
  'nodes',
  'tasks',
  'intents',
  'balances',
  'suppliers',
  'attention',
  'settings',
  'elsewhere',
] as const satisfies SliceName[]
export type MapSliceName = (typeof MAP_SLICES)[number]
export type ObjectSliceName = Exclude<SliceName, MapSliceName>
export type NodeState = AppState['nodes'][string]
export type TaskState = AppState['tasks'][string]
export type IntentState = AppState['intents'][string]
export type OwnSupplierState = AppState['suppliers'][string]
export type ElsewhereState = AppState['elsewhere'][string]
