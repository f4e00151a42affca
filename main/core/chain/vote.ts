import { HearthError } from '#shared/api/errors.ts'

/** Whose word counts when endpoints answer differently. */

/** What one endpoint answered. */
export interface Said<T> {
  /** Host of the endpoint. */
  host: string
  value: T
}

/** Text that is the same for the same value, whatever the order in which fields came. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return `${each}n`
    if (each === undefined) return '∅'
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/**
 * @returns the answer that more than half give, and who gave another; undefined when there is none
 */
export function majority<T>(said: Said<T>[]): { value: T; against: string[] } | undefined {
  const votes = new Map<string, Said<T>[]>()
  for (const one of said) votes.set(canonical(one.value), [...(votes.get(canonical(one.value)) ?? []), one])
  for (const group of votes.values()) {
    const [first] = group
    if (first !== undefined && group.length * 2 > said.length) {
      const hosts = new Set(group.map((one) => one.host))
      return { value: first.value, against: said.map((one) => one.host).filter((host) => !hosts.has(host)) }
    }
  }
  return undefined
}

/** Room in an error's facts for one endpoint's words. */
const WORDS = 160

/** The error that says which endpoint says what. @param what the question, such as "balance" */
export function disagreement(what: string, said: Said<unknown>[]): HearthError {
  const words = said.map(({ host, value }) => {
    const text = canonical(value)
    return `${host} says ${text.length > WORDS ? `${text.slice(0, WORDS)}...` : text}`
  })
  return new HearthError('chain-disagrees', { what, said: words.join('; ').slice(0, 590) })
}

/** The middle of some numbers, the lower one of two: one endpoint that names a price too high decides nothing. */
export function lowerMedian<T>(values: T[], compare: (a: T, b: T) => number): T | undefined {
  return [...values].sort(compare)[Math.floor((values.length - 1) / 2)]
}
