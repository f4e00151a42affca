import { z } from 'zod'

/**
 * One row of the request table. `writes` rows run one at a time. `secret` rows are never logged, only their name and outcome. Every read can be cancelled; of the writes those
 * that `waits`: they ask somebody outside before anything is changed, and until then the user may have enough of it.
 */
export interface Row<I extends z.ZodType, O extends z.ZodType> {
  input: I
  output: O
  writes: boolean
  secret: boolean
  waits: boolean
}

export function row<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  flags: { writes?: boolean; secret?: boolean; waits?: boolean } = {},
): Row<I, O> {
  return { input, output, writes: flags.writes ?? false, secret: flags.secret ?? false, waits: flags.waits ?? false }
}

export const none = z.strictObject({})
export const done = z.strictObject({})
