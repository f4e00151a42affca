import { z } from 'zod'

/** How far containers are on their way to somebody else: `waiting` for the moment of the stop, `stopping`, or `out`: run without Hearth, or free to be. */
export const handOverSchema = z.strictObject({
  stage: z.enum(['waiting', 'stopping', 'out']),
  path: z.string(),
  askedAtMs: z.number(),
  outAtMs: z.number().nullable(),
})
export type HandOver = z.infer<typeof handOverSchema>

/** What is kept of one network's way out, also while Hearth is closed. */
export const keptHandOverSchema = z.strictObject({
  /** The folder that was written last. */
  written: z.strictObject({ path: z.string(), atMs: z.number(), fingerprint: z.string(), withMiner: z.boolean() }).nullable(),
  /** `ran`: nodes that were wanted running. */
  handOver: handOverSchema.extend({ ran: z.array(z.string()) }).nullable(),
})
export type KeptHandOver = z.infer<typeof keptHandOverSchema>
