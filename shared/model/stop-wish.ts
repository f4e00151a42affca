import { z } from 'zod'
import type { ClockView } from './clock-schema.ts'

/** When a stop or restart may be carried out: at once, when the session clock says that nothing unsent is near, or when all that is under way is paid. */
export const stopWhenSchema = z.enum(['now', 'quiet', 'settled'])
export type StopWhen = z.infer<typeof stopWhenSchema>

/** The part of the clock that wishes look at. */
type Sessions = Pick<ClockView, 'lanes' | 'verdict' | 'facts' | 'height'>

const heightSchema = z.number().int().nonnegative()

/** A stop or restart that was asked for and is not done yet. Kept in the store: it is carried out also when no page is open, and after Hearth started anew. */
export const stopWishSchema = z.strictObject({
  nodeId: z.string(),
  action: z.enum(['stop', 'restart']),
  when: stopWhenSchema,
  by: z.enum(['user', 'hearth']),
  askedAtMs: z.number(),
  /** Which start of the container it was about: one that has started since is left alone. Empty for a stop. */
  life: z.string(),
  /** Of `settled`: relays are taken up to this block, and the stop comes at the other. */
  lastServed: heightSchema.nullable(),
  settled: heightSchema.nullable(),
})
export type StopWish = z.infer<typeof stopWishSchema>

/** What waits for its moment, as the page is shown it. Height and time are null where nobody can say. */
export interface ShownWish {
  action: StopWish['action']
  when: 'quiet' | 'settled'
  askedAtMs: number
  height: number | null
  atMs: number | null
}

/**
 * What a wish of this kind waits for, as the clock stands.
 * @returns undefined when there is no such moment: nothing is under way (then now is as good), or sessions are too short for a quiet stretch
 */
export function momentOf(when: StopWhen, clock: Sessions): Pick<StopWish, 'lastServed' | 'settled'> | undefined {
  if (when === 'now') return { lastServed: null, settled: null }
  if (!tells(clock)) return undefined
  if (when === 'quiet') {
    const isOffered = clock.verdict === 'safe' || clock.verdict === 'nothing-to-lose' || clock.facts['quietHeight'] !== undefined
    return isOffered ? { lastServed: null, settled: null } : undefined
  }
  const serving = clock.lanes.find((lane) => lane.start <= clock.height && clock.height <= lane.end)
  return serving ? { lastServed: serving.end, settled: serving.settle } : undefined
}

/** Before a block was read, as after a start of Hearth, nobody can tell, whatever stands there. */
const tells = (clock: Sessions): boolean => clock.height > 0 && clock.verdict !== 'cannot-tell'

/** Whether it is time. A clock that cannot tell is waited for. */
export function isDue(wish: StopWish, clock: Sessions): boolean {
  if (wish.when === 'now') return true
  if (!tells(clock)) return false
  if (wish.when === 'settled') return wish.settled === null || clock.height >= wish.settled
  if (clock.verdict !== 'safe' && clock.verdict !== 'nothing-to-lose') return false
  const quiet = clock.facts['quietHeight']
  // A miner that is down and owes something is about to begin, or should: nothing is done beside that.
  if (quiet === undefined) return clock.facts['miner'] !== 'stopped' || clock.facts['dueHeight'] === undefined
  // Safe now and no longer quiet in a block or two is no moment for something that takes longer.
  return Number(quiet) <= clock.height
}

/** Where relays are refused already, so that what was served until then can be claimed, proven and paid. */
export const refusesRelays = (wish: StopWish, height: number): boolean =>
  wish.when === 'settled' && wish.lastServed !== null && height > wish.lastServed

/** Block and time at which it is thought to come; null where nobody can say. */
export function expectedAt(wish: StopWish, clock: Sessions): { height: number | null; atMs: number | null } {
  const { facts } = clock
  if (wish.when === 'quiet') return { height: numberOf(facts['quietHeight']), atMs: numberOf(facts['quietMs']) }
  const isSame = wish.settled !== null && facts['settledHeight'] === String(wish.settled)
  return { height: wish.settled, atMs: isSame ? numberOf(facts['settledMs']) : null }
}

const numberOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text))
