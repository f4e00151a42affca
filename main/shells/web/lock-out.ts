import { isIPv6 } from 'node:net'
import { z } from 'zod'

/** Wrong tries of one address before it has to wait, and how long: a minute, doubling up to an hour. */
export const FREE_TRIES = 5
export const FIRST_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 3_600_000
/** Wrong tries of all addresses together before everybody waits: five seconds, doubling up to a minute, so that nobody can keep the owner out for long. */
export const FREE_TRIES_OF_ALL = 30
const FIRST_WAIT_OF_ALL_MS = 5_000
const LONGEST_WAIT_OF_ALL_MS = 60_000
/** Without a wrong try for this long, everything is forgotten. */
const FORGET_MS = 24 * 3_600_000
const MAX_ADDRESSES = 500

const missesSchema = z.strictObject({ count: z.number().int().nonnegative(), lastAtMs: z.number() })
/** What is kept over a restart: a lock-out that a restart lifts would be none. */
export const lockOutSchema = z.strictObject({ all: missesSchema, addresses: z.record(z.string(), missesSchema) })
export type LockOutRecord = z.infer<typeof lockOutSchema>
type Misses = z.infer<typeof missesSchema>

/** Growing delays after wrong tries, by address and for all. A try made while locked is not looked at and does not count. */
export interface LockOut {
  /** @param alone leaves out what others did: for links, which nobody can guess @returns ms until the next try of this address is looked at; 0 = now */
  waitMs(address: string, alone?: boolean): number
  wrong(address: string): void
  right(address: string): void
  record(): LockOutRecord
}

/** @param now UTC ms; a clock set back lengthens a wait at most to its whole step @param before what an earlier run noted */
export function createLockOut(now: () => number, before?: LockOutRecord): LockOut {
  let all: Misses = before?.all ?? { count: 0, lastAtMs: 0 }
  const addresses = new Map<string, Misses>(Object.entries(before?.addresses ?? {}))

  const waitOf = ({ count, lastAtMs }: Misses, free: number, firstMs: number, longestMs: number): number => {
    const step = count < free ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(40, count - free))
    return Math.max(0, step - Math.max(0, now() - lastAtMs))
  }
  const after = (misses: Misses | undefined): Misses => ({
    count: misses && now() - misses.lastAtMs < FORGET_MS ? misses.count + 1 : 1,
    lastAtMs: now(),
  })
  return {
    waitMs(address, alone = false) {
      const own = addresses.get(addressKey(address))
      const ownMs = own ? waitOf(own, FREE_TRIES, FIRST_WAIT_MS, LONGEST_WAIT_MS) : 0
      return alone ? ownMs : Math.max(ownMs, waitOf(all, FREE_TRIES_OF_ALL, FIRST_WAIT_OF_ALL_MS, LONGEST_WAIT_OF_ALL_MS))
    },
    wrong(address) {
      const key = addressKey(address)
      const misses = after(addresses.get(key))
      // Put last, so that the one that has been quiet longest is forgotten first.
      addresses.delete(key)
      addresses.set(key, misses)
      all = after(all)
      while (addresses.size > MAX_ADDRESSES) addresses.delete(addresses.keys().next().value ?? '')
    },
    right(address) {
      addresses.delete(addressKey(address))
    },
    record: () => ({ all, addresses: Object.fromEntries(addresses) }),
  }
}

/** Who counts as one: an IPv4 address, or a /64 of IPv6, since a single household or server has a whole one. */
export function addressKey(address: string): string {
  const plain = plainAddress(address)
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? []
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined ? front : [...front, ...Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0'), ...back]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** An IPv4 address that came in through an IPv6 listener, as itself. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
