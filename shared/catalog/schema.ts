import { z } from 'zod'

/** One kind of container that Hearth can run. What a container may do is written here, in code that was reviewed, never in a request (hardening S16). */
export const catalogEntrySchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** Name of the node and of its container; also its host name on its networks. */
  nodeId: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(3).max(60),
  kind: z.enum(['chain-node', 'backend', 'keeper', 'relay-miner', 'ingress']),
  image: z.strictObject({
    reference: z.string().regex(/^[a-z0-9.-]+\/[a-z0-9._/-]+:[A-Za-z0-9._-]+$/),
    version: z.string().min(1),
    /** `pin-on-first-use`: the tag is resolved once, its digest is shown, kept and used from then on. */
    digest: z.union([z.literal('pin-on-first-use'), z.string().regex(/^sha256:[0-9a-f]{64}$/)]),
  }),
  memoryBytes: z
    .number()
    .int()
    .min(32 * 1024 * 1024),
  /** All published on 127.0.0.1 only. */
  ports: z.array(
    z.strictObject({ name: z.string(), containerPort: z.number().int(), preferredHostPort: z.number().int().min(1024).max(65_535) }),
  ),
  volumes: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9-]*$/),
      path: z.string().startsWith('/'),
      memory: z.boolean(),
      readOnly: z.boolean(),
    }),
  ),
  /**
   * `front`: ingress and relay miner. `backend`: relay miner and backends. `chain`: relay miner and chain node. `own-…`: the containers of one entry of the signed catalogue among
   * themselves. The ingress is on no network with any other.
   */
  networks: z.array(z.string().regex(/^(?:front|chain|backend|own-[a-z][a-z0-9-]*)$/)),
  /** Another name on the `own-…` network: the one that the other containers of its entry know it by. */
  alias: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional(),
  /** What runs in it, for entries of the signed catalogue; the others' programs are in code. */
  program: z.strictObject({ entrypoint: z.array(z.string()).optional(), command: z.array(z.string()) }).optional(),
  dependsOn: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  stopGraceSeconds: z.number().int().min(1).max(600),
  /** `no` where a start without Hearth would be a start without its key. */
  restart: z.enum(['no', 'unless-stopped']),
  logDriver: z.enum(['default', 'none']),
  /** Numbers of user and group where the image's own would be root. */
  user: z
    .string()
    .regex(/^[1-9]\d{0,5}:[1-9]\d{0,5}$/)
    .optional(),
  /**
   * SECURITY: S16 everything else is dropped, and no request can add one. A program whose file carries a capability does not start without it in its bounds.
   */
  capAdd: z.array(z.enum(['NET_BIND_SERVICE'])).max(1),
  /** Services of the network that this backend answers. */
  serves: z.array(z.string()),
  /** In which ways it answers them, as the chain names them. */
  rpcTypes: z.array(z.enum(['JSON_RPC', 'REST', 'COMET_BFT', 'WEBSOCKET'])),
})
export type CatalogEntry = z.infer<typeof catalogEntrySchema>
