import { z } from 'zod'

/** Days that journals are kept. Claims, movements, daily sums and transactions are kept forever: they are the proof of what was earned and paid. */
export const retentionSchema = z.strictObject({
  relayResultsDays: z.number().int().min(1).max(3_650),
  activityDays: z.number().int().min(30).max(3_650),
})
export type Retention = z.infer<typeof retentionSchema>
