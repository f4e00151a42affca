import { z } from 'zod'
import { catalogEntrySchema } from '../schema.ts'

/**
 * The gate stands between the relay miner and endpoints that the user attached. It alone holds their credentials, in memory, and refuses methods that no gateway may call.
 * It is made when something is attached, of the ingress's image, and is no row of the catalogue's list: main/core/backends/gate.ts looks after it.
 */
export const gateEntrySchema = catalogEntrySchema.extend({
  kind: z.literal('gate'),
  nodeId: z.literal('gate'),
  /** Hearth's own look through the gate; what comes in there without a token of its making is refused. */
  ports: z.tuple([z.strictObject({ name: z.literal('look'), containerPort: z.literal(9_101), preferredHostPort: z.number().int() })]),
  volumes: z.tuple([
    z.strictObject({ name: z.literal('gate'), path: z.literal('/gate'), memory: z.literal(true), readOnly: z.literal(false) }),
  ]),
  networks: z.tuple([z.literal('backend')]),
  /** SECURITY: S16 may reach this PC under one name, because a node of the user's own may run there. No other container may. */
  reachesHost: z.literal(true),
})
export type GateEntry = z.infer<typeof gateEntrySchema>

export const gate: GateEntry = {
  id: 'gate',
  nodeId: 'gate',
  title: 'Backend gate',
  kind: 'gate',
  image: { reference: 'docker.io/library/caddy:2.6.2', version: '2.6.2', digest: 'pin-on-first-use' },
  memoryBytes: 256 * 1024 ** 2,
  ports: [{ name: 'look', containerPort: 9_101, preferredHostPort: 8_561 }],
  volumes: [{ name: 'gate', path: '/gate', memory: true, readOnly: false }],
  networks: ['backend'],
  dependsOn: [],
  environment: {},
  stopGraceSeconds: 15,
  // Its credentials are gone with its memory: started without Hearth it would have nothing to do.
  restart: 'no',
  logDriver: 'default',
  user: '1025:1025',
  capAdd: ['NET_BIND_SERVICE'],
  serves: [],
  rpcTypes: [],
  reachesHost: true,
}
