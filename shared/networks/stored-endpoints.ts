import { z } from 'zod'

/** More than this helps nobody and asks every host in the list again and again. */
export const MAX_ADDED_ENDPOINTS = 3

const address = z.string().max(300)

/** What the user chose of a network's endpoints, as it lies in the store. */
export const storedEndpointsSchema = z.object({
  added: z.array(z.object({ rpcUrl: address, restUrl: address, grpcUrl: address.optional() })).max(MAX_ADDED_ENDPOINTS),
  /** RPC addresses of public ones that are not to be asked. */
  removed: z.array(address),
})
export type StoredEndpoints = z.infer<typeof storedEndpointsSchema>

/** Where proofs begin on a real network: a block that was trusted at `atMs`, for the reason that is named. */
export const storedTrustSchema = z.object({
  chainId: z.string(),
  height: z.number().int().positive(),
  hash: z.string().regex(/^[0-9A-F]{64}$/),
  /** Time of that block. */
  timeMs: z.number(),
  why: z.enum(['own-node', 'endpoints-agree', 'followed']),
})
export type StoredTrust = z.infer<typeof storedTrustSchema>

/** Why Hearth changed the relay miner's host: it fell silent, stayed behind, must not be believed, failed again and again for moments, or the one before does well again. */
export const hostChangeWhySchema = z.enum(['silent', 'behind', 'strange', 'flickers', 'back'])
export type HostChangeWhy = z.infer<typeof hostChangeWhySchema>

/** Which endpoint the relay miner of a network asks, by its RPC address, as it lies in the store. */
export const storedMinerHostSchema = z.object({
  /** Empty while there is none. */
  rpcUrl: address,
  /** By the user; else it was the first that would do, or Hearth changed to it. */
  chosen: z.boolean(),
  /** Whether Hearth changes it when it fails; it does unless told. */
  byItself: z.boolean().optional(),
  /** The host of the user's own, or their choice, that Hearth changed away from and goes back to. */
  home: z.object({ rpcUrl: address, chosen: z.boolean() }).optional(),
  /** The last change that Hearth made; none since the user chose. */
  changed: z.object({ from: address, atMs: z.number(), why: hostChangeWhySchema, inARow: z.number().int().positive() }).optional(),
  /** The host before this one, and which start of the miner still asks it: UTC ms, null where none ran. */
  left: z.object({ rpcUrl: address, startedAtMs: z.number().nullable() }).optional(),
})
export type StoredMinerHost = z.infer<typeof storedMinerHostSchema>

/** What the relay miner of a network pays for: the chain's minimum (upokt per gas, exact decimal text) that its price is made of, as it lies in the store. */
export const storedMinerPriceSchema = z.object({
  minimum: z.string().regex(/^\d{1,20}(\.\d{1,30})?$/),
  /** UTC ms of the last change, which restarted the miner; null before the first. */
  raisedAtMs: z.number().nullable(),
})
export type StoredMinerPrice = z.infer<typeof storedMinerPriceSchema>

/** How relays are judged where the miner asks one host, by what was measured there, as it lies in the store. */
export const storedJudgingSchema = z.object({
  mode: z.enum(['eager', 'lazy']),
  nodeMs: z.number().nonnegative(),
})
export type StoredJudging = z.infer<typeof storedJudgingSchema>
