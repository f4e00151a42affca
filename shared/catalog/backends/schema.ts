import { z } from 'zod'

/**
 * The signed part of the catalogue: what can stand behind a service, and what gateways ask of it. It lies in resources/catalog as plain JSON, one file per entry, each with its digest in
 * the index, and the index is signed (docs/catalogue.md).
 */
const id = z.string().regex(/^[a-z][a-z0-9-]{1,59}$/)
export const serviceIdSchema = z.string().regex(/^[a-zA-Z0-9_-]{1,42}$/)
export const SERVICE_RPC_TYPES = ['JSON_RPC', 'REST', 'COMET_BFT', 'WEBSOCKET'] as const
export type ServiceRpcType = (typeof SERVICE_RPC_TYPES)[number]
const rpcType = z.enum(SERVICE_RPC_TYPES)

/** One question that gateways ask a supplier's backend, as their published list has it (offchain facts 7). */
export const healthCheckSchema = z.strictObject({
  name: z.string().min(1).max(60),
  rpcType,
  httpMethod: z.enum(['GET', 'POST']),
  path: z.string().startsWith('/').max(200),
  /** JSON text, empty for none. */
  body: z.string().max(2_000),
  /** Null: any. */
  status: z.number().int().nullable(),
  /** A text that must be in the answer. */
  contains: z.string().max(200).nullable(),
  severity: z.enum(['critical_error', 'major_error', 'minor_error']),
  /** Asks for a block of long ago. */
  archival: z.boolean(),
  /** Its answer holds the height that gateways compare. */
  height: z.boolean(),
})
export type HealthCheck = z.infer<typeof healthCheckSchema>

export const ECOSYSTEMS = [
  'evm',
  'evm-dev',
  'cosmos',
  'cosmos-evm',
  'llm',
  'generic',
  'solana',
  'near',
  'sui',
  'tron',
  'eth-consensus',
  'radix',
] as const
export type Ecosystem = (typeof ECOSYSTEMS)[number]

export const DIFFICULTIES = ['easy', 'moderate', 'hard', 'datacenter'] as const

export const serviceRecordSchema = z.strictObject({
  id: serviceIdSchema,
  name: z.string().min(1).max(80),
  ecosystem: z.enum(ECOSYSTEMS),
  networks: z.array(z.enum(['main', 'beta', 'local'])).min(1),
  /** By what the service's own chain is known: decimal for Ethereum's, a name for Cosmos'. Null: it has none, or it is not known. */
  chainId: z.string().max(60).nullable(),
  chainIdHex: z
    .string()
    .regex(/^0x[0-9a-f]{1,16}$/)
    .nullable(),
  rpcTypes: z.array(rpcType).min(1),
  /** How many blocks a supplier may lag before gateways leave it out; null: they do not compare. */
  allowanceBlocks: z.number().int().nonnegative().nullable(),
  difficulty: z.enum(DIFFICULTIES),
  checks: z.array(healthCheckSchema).max(20),
  sourceDate: z.string().max(20),
})
export type ServiceRecord = z.infer<typeof serviceRecordSchema>
export const servicesFileSchema = z.strictObject({ services: z.array(serviceRecordSchema).min(1).max(500) })

const imageReference = z.string().regex(/^[a-z0-9.-]+\.[a-z0-9.-]+\/[a-z0-9._/-]+:[A-Za-z0-9._-]+$/)
const gigabytes = z.number().positive().max(100_000)

const containerSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  image: z.strictObject({
    reference: imageReference,
    digest: z.union([z.literal('pin-on-first-use'), z.string().regex(/^sha256:[0-9a-f]{64}$/)]),
  }),
  entrypoint: z.array(z.string().max(300)).optional(),
  command: z.array(z.string().max(300)),
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().max(300)),
  user: z
    .string()
    .regex(/^[1-9]\d{0,5}:[1-9]\d{0,5}$/)
    .optional(),
  /** Only those with a reason go beyond loopback; the others are reached on the backend network. */
  ports: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9]*$/),
      containerPort: z.number().int().min(1024).max(65_535),
      protocol: z.enum(['tcp', 'udp']),
      beyondLoopback: z.string().min(10).max(200).optional(),
    }),
  ),
  volumes: z.array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]*$/), path: z.string().startsWith('/') })),
  dependsOn: z.array(z.string()),
  memoryBytes: z
    .number()
    .int()
    .min(32 * 1024 ** 2),
  stopGraceSeconds: z.number().int().min(1).max(600),
})

/** How far a node is, and how that is reckoned. */
export const syncRuleSchema = z.discriminatedUnion('kind', [
  /** `eth_syncing`, and the age of the newest block: some clients answer false before they found anybody (backends.json). */
  z.strictObject({ kind: z.literal('eth-syncing'), at: z.string().url(), headAgeSeconds: z.number().int().positive() }),
  /** `status`: catching_up, and the age of the newest block against that of the first one it knows. */
  z.strictObject({ kind: z.literal('catching-up'), at: z.string().url(), headAgeSeconds: z.number().int().positive() }),
  /** Has nothing to catch up with: it answers, or it does not. */
  z.strictObject({ kind: z.literal('answers'), at: z.string().url(), path: z.string().startsWith('/'), contains: z.string().max(100) }),
])
export type SyncRule = z.infer<typeof syncRuleSchema>

export const backendEntrySchema = z.strictObject({
  id,
  title: z.string().min(3).max(60),
  summary: z.string().min(10).max(300),
  serves: z.array(serviceIdSchema).min(1),
  /** The Pocket node that Hearth runs for the network itself answers for it: it is not started a second time. */
  ownNode: z.literal(true).optional(),
  architectures: z.array(z.enum(['amd64', 'arm64'])).min(1),
  containers: z.array(containerSchema).min(1).max(4),
  /** Where relays of each kind go, as the relay miner's container would reach it. */
  endpoints: z.partialRecord(rpcType, z.string().url()),
  needs: z.strictObject({
    diskGb: gigabytes,
    /** What a month adds; null where nobody measured it. */
    diskGbPerMonth: gigabytes.nullable(),
    memoryGb: gigabytes,
    cpuCores: z.number().int().min(1).max(256),
    downMbps: z.number().positive().nullable(),
    upMbps: z.number().positive().nullable(),
  }),
  firstSync: z.string().min(3).max(120),
  sync: syncRuleSchema,
  /** `none` where the software fetches its own start from other nodes. A file is taken only with its hash. */
  snapshot: z.union([
    z.strictObject({ kind: z.literal('none'), why: z.string().min(10).max(300) }),
    z.strictObject({
      kind: z.literal('file'),
      url: z.string().url().startsWith('https://'),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      bytes: z.number().int().positive(),
      into: z.string().regex(/^[a-z][a-z0-9-]*:[a-z0-9/._-]*$/),
    }),
    /** Where files lie that change each day: their hash is not in the catalogue, so the user gives it from a source of their own. */
    z.strictObject({ kind: z.literal('listing'), url: z.string().url().startsWith('https://'), into: z.string().max(100) }),
  ]),
  /** What keeps callers from administering the node: the flags above, said in words. */
  ownMethodRule: z.string().min(10).max(300),
  difficulty: z.enum(DIFFICULTIES),
  licence: z.string().min(2).max(100),
  /** `ran`: it ran under Hearth's tests. `read`: taken from its documentation, not run here. */
  evidence: z.enum(['ran', 'read']),
  sourceDate: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  sources: z.array(z.string().min(5).max(200)).min(1),
})
export type BackendEntry = z.infer<typeof backendEntrySchema>

/** Name and SHA-256 of each file. What is not in it is not read. */
export const catalogIndexSchema = z.strictObject({
  format: z.literal(1),
  /** Grows with each signing: an older index in the place of a newer one is seen. */
  serial: z.number().int().positive(),
  madeAt: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(/^(?:services|entries\/[a-z][a-z0-9-]{1,59})\.json$/),
        bytes: z.number().int().positive().max(1_000_000),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(2)
    .max(500),
})
export type CatalogIndex = z.infer<typeof catalogIndexSchema>
