import { z } from 'zod'

/** Requests for what nodes write and what was measured of them. */

const count = z.number().int()

/**
 * A log by pages. `after` and `before` are numbers of lines in the `book` of the last answer; without them, or when that book is gone, the newest lines come, with the book that
 * they are numbered in. At most 100,000 lines of a node are held. Long lines make an answer shorter than `limit`.
 */
export const logQuestion = z.strictObject({
  nodeId: z.string().min(1).max(80),
  book: z.string().min(1).max(80).optional(),
  after: count.optional(),
  before: count.optional(),
  limit: count.min(1).max(10_000),
})
export const logPage = z.strictObject({
  book: z.string(),
  lines: z.array(
    z.strictObject({
      number: count,
      timeMs: z.number(),
      stream: z.enum(['out', 'err']),
      level: z.enum(['debug', 'info', 'warn', 'error']),
      text: z.string(),
    }),
  ),
  /** Whether there are, or may be, lines before the first one. */
  older: z.boolean(),
  /** Whether there are lines after the last one already. */
  newer: z.boolean(),
  /** Before these numbers, lines were lost. */
  gaps: z.array(count),
})

/**
 * A figure over time: `node.<id>.cpu-percent`, `node.<id>.memory-bytes`, `miner.relays-per-minute`. Seconds reach back ten minutes, minutes a week, hours three years. Places
 * without a measurement are not there. At most 2,000 places.
 */
export const seriesQuestion = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,90}$/),
  fromMs: z.number(),
  toMs: z.number(),
  step: z.enum(['second', 'minute', 'hour']),
})
export const seriesAnswer = z.strictObject({
  points: z.array(z.strictObject({ atMs: z.number(), mean: z.number(), min: z.number(), max: z.number() })),
})

/** What the relay miner says it did in the last hours, over restarts; `services` since its own start. */
export const minerQuestion = z.strictObject({
  hours: count.min(1).max(24 * 31),
})
export const minerAnswer = z.strictObject({
  state: z.enum(['ok', 'not-running', 'no-answer', 'not-a-page', 'too-large']),
  readAtMs: z.number().nullable(),
  /** When the first of these counts was taken: later than the hours asked for when Hearth has not watched that long. */
  countedFromMs: z.number(),
  /** Figures on the page that are no numbers. */
  unreadable: count,
  requests: z.number(),
  served: z.number(),
  refused: z.number(),
  dropped: z.number(),
  failedLater: z.number(),
  backendFailures: z.number(),
  services: z.array(
    z.strictObject({
      serviceId: z.string(),
      requests: z.number(),
      successes: z.number(),
      errors: z.number(),
      dropped: z.number(),
      delayedFailures: z.number(),
    }),
  ),
})
