import { z } from 'zod'

/** Volumes on disk that containers of Hearth had, and those of them that are gone. */

const ms = z.number().int().nonnegative()
/** As many as the session clock shows. */
const MAX_SESSIONS = 8
/** What the state tells of at most; nobody has so many that matter. */
export const MAX_LOST = 4

/**
 * A volume that was there and is not any more, taken away by somebody else.
 * `risk`: of the relay miner, last heights of the sessions whose relays or proofs lay on it; null while the chain was not read since.
 */
export const lostVolumeSchema = z.strictObject({
  nodeId: z.string().max(60),
  atMs: ms,
  risk: z.array(ms).max(MAX_SESSIONS).nullable(),
})
export type LostVolume = z.infer<typeof lostVolumeSchema>

/** What the record keeps of one network: on which engine, which node each volume is of, and which are gone, by name. */
export const keptVolumesSchema = z.strictObject({
  /** `id`: the engine's own name for itself, where it has a lasting one. `place`: fingerprint of this machine and its data folder. */
  at: z.strictObject({ endpoint: z.string(), id: z.string().optional(), place: z.string() }),
  made: z.record(z.string(), z.string()),
  lost: z.record(z.string(), lostVolumeSchema),
})
export type KeptVolumes = z.infer<typeof keptVolumesSchema>

/**
 * Whether volumes that were on the one must be on the other. The same address with another name is an engine that was set up anew, or another one at its place: what was kept is
 * out of reach either way. Another machine has an engine of its own, which never had them.
 */
export const isSameEngine = (one: KeptVolumes['at'], other: KeptVolumes['at']): boolean =>
  (one.id !== undefined && one.id === other.id) || (one.endpoint === other.endpoint && one.place === other.place)
