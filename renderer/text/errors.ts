import type { ErrorCode } from '#shared/api/errors.ts'
import { readable } from './facts.ts'
import { en } from './en.ts'
import type { TextKey, Words } from './text.ts'

/** What crossed from main, as much of it as a sentence needs. */
export interface ErrorFacts {
  code: ErrorCode
  detail?: Record<string, string>
  ref?: string
}

/** The names in `detail` that choose among several sentences of one code. */
const VARIANT_FACTS = ['problem', 'reason'] as const

/**
 * The sentence and the next step for an error. Codes that cover several causes have a `variants` entry by `detail.problem` or `detail.reason`; others, and causes that
 * nobody has met yet, get the code's own sentence.
 */
export function errorText(t: Words, error: ErrorFacts): { text: string; next: string } {
  const detail = error.detail ?? {}
  const values = { ...readable(detail), ref: error.ref ?? detail['ref'] ?? '' }
  const variants: Record<string, unknown> = en.errorVariants
  for (const name of VARIANT_FACTS) {
    const key = `${error.code}:${detail[name] ?? ''}`
    if (Object.hasOwn(variants, key)) {
      return { text: t(`errorVariants.${key}.text` as TextKey, values), next: t(`errorVariants.${key}.next` as TextKey, values) }
    }
  }
  return { text: t(`errors.${error.code}.text` as TextKey, values), next: t(`errors.${error.code}.next` as TextKey, values) }
}
