import { HearthError } from '#shared/api/errors.ts'
import { siteOf } from './members.ts'

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

/** Thirds of a voice do not add up exactly. */
const ROUNDING = 1e-9

/**
 * SECURITY: S22 owners vote, hosts do not: each owner (`siteOf`) has one voice, which its hosts share. More hosts of one owner are no more of a word.
 * @returns the answer that more than half of the voices give, and who gave another; undefined when there is none
 */
export function majority<T>(said: Said<T>[]): { value: T; against: string[] } | undefined {
  const hostsOf = new Map<string, number>()
  for (const { host } of said) hostsOf.set(siteOf(host), (hostsOf.get(siteOf(host)) ?? 0) + 1)
  const votes = new Map<string, Said<T>[]>()
  for (const one of said) votes.set(canonical(one.value), [...(votes.get(canonical(one.value)) ?? []), one])
  for (const group of votes.values()) {
    const [first] = group
    const voices = group.reduce((sum, { host }) => sum + 1 / (hostsOf.get(siteOf(host)) ?? 1), 0)
    if (first !== undefined && voices * 2 > hostsOf.size + ROUNDING) {
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

/** The error where one owner alone says something that nobody takes from one. */
export function unseconded(what: string, host: string): HearthError {
  return new HearthError('chain-unreachable', { endpoint: host, reason: `${what}: it alone says so`, alone: 'yes' })
}
/** Whether a question failed for want of a second owner, or because owners say different things: what is true is not known yet. */
export function isDoubt(error: unknown): boolean {
  return error instanceof HearthError && (error.code === 'chain-disagrees' || error.detail['alone'] !== undefined)
}

/** The middle of some numbers, the lower one of two: one endpoint that names a price too high decides nothing. */
export function lowerMedian<T>(values: T[], compare: (a: T, b: T) => number): T | undefined {
  return [...values].sort(compare)[Math.floor((values.length - 1) / 2)]
}
