import { z } from 'zod'
import { DIFFICULTIES, SERVICE_RPC_TYPES } from '../catalog/backends/schema.ts'
import { errorCodeSchema } from './errors.ts'
import { done, none, row } from './request-row.ts'

const serviceId = z.string().min(1).max(42)
const url = z.string().max(600)
const ms = z.number().nonnegative()
const facts = z.record(z.string(), z.string().max(400))

export const credentialSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('basic'), username: z.string().max(200), password: z.string().max(500) }),
  z.strictObject({ kind: z.literal('bearer'), token: z.string().min(1).max(4_000) }),
  z.strictObject({ kind: z.literal('header'), name: z.string().max(60), value: z.string().min(1).max(4_000) }),
])

/** Addresses empty where there is none of the kind. `keep`: what is stored stays, as far as it is left empty here. */
const endpointWish = z.strictObject({
  serviceId,
  httpUrl: url,
  restUrl: url,
  webSocketUrl: url,
  credential: credentialSchema,
  keep: z.boolean(),
})
export type EndpointWish = z.infer<typeof endpointWish>

/** How one question of the gateways went. `key` is of the page's words, with facts; empty when all is well. */
export const checkResultSchema = z.strictObject({
  name: z.string(),
  rpcType: z.enum(SERVICE_RPC_TYPES),
  severity: z.enum(['critical_error', 'major_error', 'minor_error']),
  archival: z.boolean(),
  outcome: z.enum(['passed', 'failed', 'not-offered']),
  key: z.enum(['', 'no-answer', 'status', 'lacks', 'rpc-error', 'no-address']),
  facts,
  ms: ms.nullable(),
})

export type CheckResult = z.infer<typeof checkResultSchema>

export const REPORT_WARNINGS = ['rented', 'chain-unknown', 'head-old', 'syncing', 'admin-open', 'websocket-open', 'checks-failed'] as const
export const endpointReportSchema = z.strictObject({
  chain: z.string().nullable(),
  latencyMs: ms.nullable(),
  height: z.number().nullable(),
  headAgeMs: ms.nullable(),
  syncing: z.boolean().nullable(),
  archive: z.boolean().nullable(),
  websocket: z.boolean().nullable(),
  warnings: z.array(z.enum(REPORT_WARNINGS)),
  checks: z.array(checkResultSchema),
  atMs: ms,
})
export type EndpointReportView = z.infer<typeof endpointReportSchema>

const failure = z.strictObject({ code: errorCodeSchema, detail: facts, atMs: ms })

/** A service of the network, and what stands behind it here. */
const backendRow = z.strictObject({
  serviceId,
  name: z.string(),
  /** Which kinds of address make sense. */
  ways: z.strictObject({ http: z.boolean(), rest: z.boolean(), websocket: z.boolean() }),
  by: z.enum(['attached', 'container', 'nothing']),
  nodeId: z.string().nullable(),
  attached: z
    .strictObject({
      origins: z.strictObject({ http: z.string(), rest: z.string(), websocket: z.string() }),
      place: z.enum(['here', 'lan', 'outside', 'rented']),
      credential: z.enum(['none', 'basic', 'bearer', 'header']),
      hasPath: z.boolean(),
      updatedAtMs: ms,
      /** From inside a container, through the gate. */
      reach: z.enum(['unknown', 'reached', 'refused']),
      reachReason: z.string(),
    })
    .nullable(),
  report: endpointReportSchema.nullable(),
  /** Why the last look found nothing. */
  failure: failure.nullable(),
})
export type BackendRow = z.infer<typeof backendRow>

const configChange = z.strictObject({
  diff: z.string(),
  restarts: z.array(z.strictObject({ nodeId: z.string(), title: z.string(), drained: z.boolean() })),
})

/** What of this PC is too little for an entry of the catalogue; disk and memory in GB. */
const lack = z.strictObject({ what: z.enum(['disk', 'memory', 'cpu', 'architecture']), has: z.number().nullable(), needs: z.number() })

const serveOption = z.strictObject({
  entryId: z.string(),
  title: z.string(),
  summary: z.string(),
  diskGb: z.number(),
  memoryGb: z.number(),
  cpuCores: z.number(),
  downMbps: z.number().nullable(),
  upMbps: z.number().nullable(),
  firstSync: z.string(),
  evidence: z.enum(['ran', 'read']),
  /** What of this PC is too little. */
  lacks: z.array(lack),
})
const serveRow = z.strictObject({
  serviceId,
  name: z.string(),
  difficulty: z.enum(DIFFICULTIES),
  /** Whether the chosen network has this service. */
  onChain: z.boolean(),
  computeUnitsPerRelay: z.string().nullable(),
  /** What 1,000 relays are worth at the chain's own price, upokt; null where the chain does not have the service. */
  upoktPer1000: z.string().nullable(),
  by: z.enum(['attached', 'container', 'nothing']),
  options: z.array(serveOption),
  chosen: z.boolean(),
})
export type ServeRow = z.infer<typeof serveRow>

/** How far a node is with its chain. */
const progressView = z.strictObject({
  state: z.enum(['no-answer', 'looking-for-peers', 'catching-up', 'at-head']),
  /** 0 to 1; null where nobody can tell. */
  share: z.number().nullable(),
  height: z.number().nullable(),
  blocksBehind: z.number().nullable(),
  headAgeMs: ms.nullable(),
  /** Null until two looks have shown a pace. */
  leftMs: ms.nullable(),
  atMs: ms,
})

/** An entry of the signed catalogue, what it would use here, and how it is. */
const entryRow = z.strictObject({
  entryId: z.string(),
  title: z.string(),
  summary: z.string(),
  serves: z.array(z.strictObject({ serviceId, name: z.string(), onNetwork: z.boolean() })),
  diskGb: z.number(),
  memoryGb: z.number(),
  cpuCores: z.number(),
  firstSync: z.string(),
  licence: z.string(),
  evidence: z.enum(['ran', 'read']),
  images: z.array(z.string()),
  stopGraceSeconds: z.number(),
  /** `none`: it fetches its own start. `given`: its hash is in the catalogue. `asked`: files change, so the user brings address and hash. */
  snapshot: z.strictObject({ kind: z.enum(['none', 'given', 'asked']), url: z.string(), why: z.string() }),
  lacks: z.array(lack),
  /** Served by the Pocket node that runs here already. */
  isOwnNode: z.boolean(),
  /** Why it cannot be started here. */
  blocked: z.enum(['practice', 'no-own-node']).nullable(),
  stage: z.enum(['none', 'starting', 'made', 'removing', 'kept']),
  /** Whether its volumes hold what a later start can go on with. */
  hasData: z.boolean(),
  nodeIds: z.array(z.string()),
  progress: progressView.nullable(),
})
export type EntryRow = z.infer<typeof entryRow>
const entryId = z.string().min(1).max(60)

/** Rows about what stands behind a service, and what to serve. */
export const backendRequests = {
  'backends.list': row(
    none,
    z.strictObject({
      /** False where there is nothing outside: Practice. */
      mayAttach: z.boolean(),
      rows: z.array(backendRow).max(200),
      gate: z.strictObject({ kind: z.enum(['none', 'waits', 'ready', 'failing']), reason: z.string() }),
    }),
  ),
  /** Looks and keeps nothing. Rejects `backend-unreachable`, `backend-wrong-chain`, `backend-address-refused`, `backend-credential-refused`. */
  'backends.test': row(endpointWish, endpointReportSchema, { secret: true }),
  /** The same, and keeps it: the relay miner uses it from its next start on. */
  'backends.attach': row(endpointWish, endpointReportSchema, { writes: true, secret: true, waits: true }),
  'backends.remove': row(z.strictObject({ serviceId }), done, { writes: true }),
  /** Asks what stands behind a service the gateways' own questions, now. */
  'backends.check': row(z.strictObject({ serviceId }), done),
  /** What attaching or removing would change in the relay miner's configuration. */
  'backends.preview': row(
    z.strictObject({ serviceId, remove: z.boolean(), restUrl: z.boolean(), webSocketUrl: z.boolean() }),
    configChange,
  ),
  /** The entries of the catalogue that can be started here. */
  'backends.catalogue': row(none, z.strictObject({ rows: z.array(entryRow).max(500) })),
  /**
   * Starts an entry, or starts it again. `taskId` null: nothing had to be fetched. Rejects `backend-too-big` with `problem`, `has`, `needs`; `backend-busy` while another is being started.
   * @param snapshot where its data is fetched from, with the hash that it must have; null: none
   */
  'backends.startEntry': row(
    z.strictObject({
      entryId,
      snapshot: z
        .strictObject({
          url: z.string().max(600),
          sha256: z
            .string()
            .transform((text) => text.trim().toLowerCase())
            .pipe(z.string().regex(/^[0-9a-f]{64}$/)),
        })
        .nullable(),
    }),
    z.strictObject({ taskId: z.string().nullable() }),
    { writes: true },
  ),
  'backends.stopEntry': row(z.strictObject({ entryId }), done, { writes: true }),
  /** Takes its containers away, with what they hold or without. */
  'backends.removeEntry': row(z.strictObject({ entryId, withData: z.boolean() }), z.strictObject({ taskId: z.string().nullable() }), {
    writes: true,
  }),
  'serve.options': row(
    none,
    z.strictObject({
      pc: z.strictObject({
        freeDiskGb: z.number().nullable(),
        memoryGb: z.number().nullable(),
        cpuCores: z.number().nullable(),
        architecture: z.string(),
      }),
      rows: z.array(serveRow).max(300),
      catalogDate: z.string(),
      atHeight: z.number().nullable(),
    }),
  ),
  'serve.choose': row(z.strictObject({ serviceIds: z.array(serviceId).max(100) }), done, { writes: true }),
} as const
