import { z } from 'zod'
import { handOverSchema } from '../model/hand-over.ts'
import { stopWhenSchema } from '../model/stop-wish.ts'
import { done, none, row } from './request-row.ts'

/** Rows of the request table for going on without Hearth. All but `eject.takeBack` reject `eject-folder` where there is nothing to go on with. */
export const ejectRequests = {
  /** What would be written where, before it is. */
  'eject.preview': row(
    none,
    z.strictObject({
      /** In which new folders are made. */
      parent: z.string(),
      /** Names that are there already. */
      taken: z.array(z.string()),
      /** `secret`: made for credentials. Its text is not shown, and of long ones the beginning. */
      files: z.array(z.strictObject({ name: z.string(), bytes: z.number(), secret: z.boolean(), text: z.string() })),
      containers: z.array(z.strictObject({ nodeId: z.string(), title: z.string(), image: z.string() })),
      /** What the user's own endpoints are asked with. */
      secrets: z.array(
        z.strictObject({ serviceId: z.string(), host: z.string(), what: z.enum(['token', 'header', 'login', 'path', 'query']) }),
      ),
      withMiner: z.boolean(),
      /** The folder that was written last, and whether what runs is another since. */
      written: z.strictObject({ path: z.string(), atMs: z.number(), isStale: z.boolean() }).nullable(),
      handOver: handOverSchema.nullable(),
    }),
  ),
  /** @param withSecrets credentials of the user's own endpoints are written as well, readable by the user's account alone */
  'eject.write': row(
    z.strictObject({ name: z.string().max(200), withSecrets: z.boolean().default(false) }),
    z.strictObject({
      path: z.string(),
      files: z.array(z.string()),
      withMiner: z.boolean(),
      /** Places that the user has to fill in. */
      toFillIn: z.number().int(),
    }),
    { writes: true },
  ),
  /** Stops all containers for the files that were written last, and starts them no more. Rejects `eject-not-written`, `eject-stale`, `handed-over`, `not-now`, and `backend-busy` while nodes are made or removed. */
  'eject.handOver': row(z.strictObject({ when: stopWhenSchema }), done, { writes: true }),
  /** Runs them again under Hearth. Rejects `eject-still-runs` (detail.containers), `not-handed-over`, `engine-…` while the engine does not answer. */
  'eject.takeBack': row(none, done, { writes: true, waits: true }),
} as const
