import { expect, it } from 'vitest'
import type { ClockLane } from '#shared/model/clock-schema.ts'
import { expectedAt, isDue, momentOf, refusesRelays, type StopWish } from '#shared/model/stop-wish.ts'
import { firstChoice, momentsOf } from '#renderer/ui/stop-words.ts'

const lanes = [{ start: 91, end: 100, settle: 110 } as ClockLane]
const clock = (fields: Partial<Parameters<typeof momentOf>[1]> = {}) => ({
  lanes,
  verdict: 'wait' as const,
  facts: {},
  height: 95,
  atMs: 0,
  blockTimeMs: 1,
  medianBlockMs: 1_000,
  ...fields,
})
const wish = (fields: Partial<StopWish> = {}): StopWish => ({
  nodeId: 'miner',
  action: 'stop',
  when: 'quiet',
  by: 'user',
  askedAtMs: 0,
  life: '',
  lastServed: null,
  settled: null,
  ...fields,
})

it('settled means: this session is the last that is served, and its payment the moment', () => {
  const settled = wish({ when: 'settled', ...momentOf('settled', clock()) })
  expect(settled).toMatchObject({ lastServed: 100, settled: 110 })
  expect([100, 101].map((height) => refusesRelays(settled, height))).toEqual([false, true])
  expect([109, 110].map((height) => isDue(settled, clock({ height })))).toEqual([false, true])
  expect(isDue(settled, clock({ height: 120, verdict: 'cannot-tell' }))).toBe(false)
  expect(expectedAt(settled, clock({ facts: { settledHeight: '110', settledMs: '777' } }))).toEqual({ height: 110, atMs: 777 })
  expect(expectedAt(settled, clock({ facts: { settledHeight: '120', settledMs: '777' } }))).toEqual({ height: 110, atMs: null })
})
it('quiet waits through wait, costs and what nobody can tell, and through a safe moment that is too short', () => {
  for (const verdict of ['wait', 'costs', 'cannot-tell'] as const) expect(isDue(wish(), clock({ verdict }))).toBe(false)
  expect(isDue(wish(), clock({ verdict: 'safe', facts: { quietHeight: '99' } }))).toBe(false)
  expect(isDue(wish(), clock({ verdict: 'safe', facts: { quietHeight: '95' } }))).toBe(true)
  expect(isDue(wish(), clock({ verdict: 'nothing-to-lose' }))).toBe(true)
})
it('nothing is due, and no moment is offered, before a block was read: what stands there is of nobody', () => {
  for (const verdict of ['nothing-to-lose', 'safe'] as const) {
    expect(isDue(wish(), clock({ verdict, height: 0 }))).toBe(false)
    expect(momentOf('quiet', clock({ verdict, height: 0 }))).toBeUndefined()
  }
  expect(isDue(wish({ when: 'now' }), clock({ height: 0 }))).toBe(true)
})
it('quiet waits for a miner that is down and owes something', () => {
  const down = (facts: Record<string, string>) => clock({ verdict: 'safe', facts: { miner: 'stopped', ...facts } })
  expect(isDue(wish(), down({ dueHeight: '99' }))).toBe(false)
  expect(isDue(wish(), down({}))).toBe(true)
  // Where sessions are too short for a quiet stretch, safe is all that there is.
  expect(isDue(wish(), clock({ verdict: 'safe', facts: { miner: 'running', dueHeight: '99' } }))).toBe(true)
})
it('offers what there is, and chooses the safe moment while now costs something', () => {
  const costs = clock({ verdict: 'costs', facts: { quietHeight: '108' } })
  expect([momentsOf(costs), firstChoice(costs)]).toEqual([['now', 'quiet', 'settled'], 'quiet'])
  const short = clock({ verdict: 'costs' })
  expect([momentsOf(short), firstChoice(short)]).toEqual([['now', 'settled'], 'now'])
  const quiet = clock({ verdict: 'safe', facts: { quietHeight: '95' } })
  expect([momentsOf(quiet), firstChoice(quiet)]).toEqual([['now', 'settled'], 'now'])
  expect(momentsOf(clock({ verdict: 'nothing-to-lose' }))).toEqual(['now'])
  expect(momentsOf(clock({ verdict: 'cannot-tell' }))).toEqual(['now'])
})
