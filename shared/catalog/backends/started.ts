import { z } from 'zod'

/**
 * What the user wants of one entry of the catalogue, as it is kept in the record.
 * `starting`: fetched and made, and not there yet. `made`: its containers have rows among the nodes. `removing`: on its way out. `kept`: its data alone is left.
 * `own-node`: no container of its own; the Pocket node that runs here answers for it.
 */
const startedSchema = z.strictObject({
  entryId: z.string(),
  stage: z.enum(['starting', 'made', 'removing', 'kept', 'own-node']),
  /** Where its data comes from at first. */
  snapshot: z.strictObject({ url: z.string(), sha256: z.string() }).nullable(),
  /** Of `starting`: data of an earlier time is there, and stays whatever becomes of this start. */
  hasData: z.boolean(),
  /** Of `removing`. */
  withData: z.boolean(),
})
export type Started = z.infer<typeof startedSchema>
export const startedFileSchema = z.array(startedSchema).max(100)
