import { z } from 'zod'

/** One endpoint of the user's own that answers a service, as it is kept in the record: what may be shown, and no secret. */
const attachedSchema = z.strictObject({
  serviceId: z.string(),
  origins: z.strictObject({ http: z.string(), rest: z.string(), websocket: z.string() }),
  credential: z.enum(['none', 'basic', 'bearer', 'header']),
  /** The address goes on after the host; how, is a secret. */
  hasPath: z.boolean(),
  addedAtMs: z.number(),
  updatedAtMs: z.number(),
})
export type Attached = z.infer<typeof attachedSchema>
export const attachedFileSchema = z.array(attachedSchema).max(100)
