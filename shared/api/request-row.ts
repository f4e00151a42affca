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

/**
 * The same, with schemas that are made when they are first looked at. main/build.ts puts it in the place of `row`: the table is long, and a start asks for one row of it.
 */
export function rowLater<I extends z.ZodType, O extends z.ZodType>(
  input: () => I,
  output: () => O,
  flags: { writes?: boolean; secret?: boolean; waits?: boolean } = {},
): Row<I, O> {
  let [madeInput, madeOutput]: [I | undefined, O | undefined] = [undefined, undefined]
  return {
    writes: flags.writes ?? false,
    secret: flags.secret ?? false,
    waits: flags.waits ?? false,
    get input() {
      return (madeInput ??= input())
    },
    get output() {
      return (madeOutput ??= output())
    },
  }
}

export const none = z.strictObject({})
export const done = z.strictObject({})
