import { z } from 'zod'

/** One row of the request table. `writes` rows run one at a time. `secret` rows are never logged, only their name and outcome. */
export interface Row<I extends z.ZodType, O extends z.ZodType> {
  input: I
  output: O
  writes: boolean
  secret: boolean
}

export function row<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  flags: { writes?: boolean; secret?: boolean } = {},
): Row<I, O> {
  return { input, output, writes: flags.writes ?? false, secret: flags.secret ?? false }
}

export const none = z.strictObject({})
export const done = z.strictObject({})
