import type { Validation } from '#shared/model/self-test.ts'

export type ValidationChoice = 'auto' | Validation['mode']

/** Judging the first relay of a session takes some questions to the node one after the other; together they should stay well under a second, or gateways see a slow supplier. */
const FAR_MS = 250

/**
 * Which way relays are judged. Eager is safer: an answer then proves that the session held, and nobody is served in vain. A node that is far away makes the first relay of each
 * session slow, and then serving first costs less.
 * @param nodeMs how long the node took for some small questions, in ms
 */
export function validationFor(choice: ValidationChoice, nodeMs: readonly number[]): Validation {
  const sorted = nodeMs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  const measured = median === undefined ? null : Math.round(median)
  if (choice !== 'auto') return { mode: choice, why: 'chosen', nodeMs: measured }
  if (measured === null) return { mode: 'eager', why: 'unknown', nodeMs: null }
  return measured > FAR_MS ? { mode: 'lazy', why: 'far', nodeMs: measured } : { mode: 'eager', why: 'near', nodeMs: measured }
}
