import { describe, expect, it } from 'vitest'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { ageClock, createSessionCounter } from '#main/core/relays/session-clock.ts'
import { createTestClock } from '#test/fakes/clock.ts'

describe('relays by session from a counter since start', () => {
  it('counts a session that was watched from its beginning', () => {
    const counter = createSessionCounter()
    counter.note(10, 5n)
    expect([...counter.note(10, 9n)]).toEqual([])
    counter.note(20, 12n)
    expect([...counter.note(20, 20n)]).toEqual([[20, 11n]])
    expect([...counter.note(30, 20n)]).toEqual([
      [20, 11n],
      [30, 0n],
    ])
  })
  it('does not know a session in which the miner started anew or fell silent', () => {
    const counter = createSessionCounter()
    counter.note(10, 5n)
    counter.note(20, 8n)
    expect(counter.note(20, 1n).has(20)).toBe(false)
    counter.note(30, 2n)
    expect(counter.note(30, undefined).has(30)).toBe(false)
    expect(counter.note(30, 9n).has(30)).toBe(false)
  })
  it('knows a session as empty in which the miner was down from the beginning, and counts its next start from nought', () => {
    const counter = createSessionCounter()
    counter.note(10, undefined, true)
    expect(counter.hasSeenUp).toBe(false)
    expect([...counter.note(10, undefined, true)], 'not watched from its beginning').toEqual([])
    expect([...counter.note(20, undefined, true)]).toEqual([[20, 0n]])
    expect([...counter.note(20, 7n)]).toEqual([[20, 7n]])
    expect(counter.hasSeenUp).toBe(true)
    expect([...counter.note(20, 9n)]).toEqual([[20, 9n]])
  })
  it('does not know a session in which the miner ended: what it answered last was seen by nobody', () => {
    const counter = createSessionCounter()
    counter.note(10, 0n)
    counter.note(20, 0n)
    expect(counter.note(20, undefined, true).has(20)).toBe(false)
    expect(counter.note(20, 3n).has(20), 'nor after it is back').toBe(false)
    expect(counter.note(30, undefined, true).has(30)).toBe(false)
    expect(counter.note(40, undefined, true).get(40)).toBe(0n)
  })
  it('does not know a session in which a start came and went between two looks, or the miner started anew with nought before and after', () => {
    const counter = createSessionCounter()
    counter.note(10, 0n, false, 'a')
    expect(counter.note(20, 0n, false, 'a').get(20)).toBe(0n)
    expect(counter.note(20, 0n, false, 'b').has(20), 'what the life before answered after the last look').toBe(false)
    expect(counter.note(30, 0n, false, 'b').get(30)).toBe(0n)
    counter.note(30, undefined, true, 'b')
    expect(counter.note(40, undefined, true, 'b').get(40)).toBe(0n)
    expect(counter.note(40, undefined, true, 'c').has(40), 'it ends again and again').toBe(false)
    expect(counter.note(50, undefined, true, 'c').get(50)).toBe(0n)
    expect(counter.note(50, 4n, false, 'd').get(50), 'its next start counts from nought').toBe(4n)
  })
  it('does not call a session empty when relays came about its end: they may be of its last block', () => {
    const counter = createSessionCounter()
    counter.note(10, 0n)
    counter.note(20, 0n)
    expect([...counter.note(30, 3n)]).toEqual([[30, 3n]])
    counter.note(40, 3n)
    expect(counter.note(50, undefined).has(40), 'nor when nobody knows whether some came').toBe(false)
  })
})

describe('the age of a verdict', () => {
  const MINUTE = 60_000
  const setup = (clock: Parameters<typeof state.set<'clock'>>[1]) => {
    state.set('clock', clock)
    state.patch('chain', { medianBlockMs: MINUTE })
  }
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null }),
    createTestClock(),
  )
  const safe = { lanes: [], verdict: 'safe' as const, facts: { dueHeight: '9' }, height: 5, atMs: 1_000_000 }

  it('takes it back where no block comes, and tells how old the height is by the minute', () => {
    setup(safe)
    ageClock(state, safe.atMs + 4 * MINUTE, true)
    expect(state.state.clock.verdict).toBe('safe')
    ageClock(state, safe.atMs + 4 * MINUTE + 1, true)
    expect(state.state.clock).toMatchObject({ verdict: 'cannot-tell', facts: { reason: 'height-old', ageMs: '240001' }, height: 5 })
    ageClock(state, safe.atMs + 4.5 * MINUTE, true)
    expect(state.state.clock.facts['ageMs']).toBe('240001')
    ageClock(state, safe.atMs + 6 * MINUTE, true)
    expect(state.state.clock.facts['ageMs']).toBe('360000')
  })
  it('leaves Practice alone, in which minutes pass between two looks', () => {
    setup(safe)
    const practice = state.state.practice
    state.set('practice', { nowMs: 0 } as NonNullable<typeof practice>)
    ageClock(state, safe.atMs + 99 * MINUTE, true)
    expect(state.state.clock.verdict).toBe('safe')
    state.set('practice', practice)
  })
  it('leaves alone what no age changes', () => {
    setup({ ...safe, verdict: 'nothing-to-lose', facts: {} })
    ageClock(state, safe.atMs + 99 * MINUTE, true)
    expect(state.state.clock.verdict).toBe('nothing-to-lose')
  })
  it('promises nothing of a relay miner before a block was read', () => {
    const blank = { lanes: [], verdict: 'nothing-to-lose' as const, facts: {}, height: 0, atMs: 0 }
    setup(blank)
    ageClock(state, 7, false)
    expect(state.state.clock).toEqual(blank)
    ageClock(state, 7, true)
    expect(state.state.clock).toMatchObject({ verdict: 'cannot-tell', facts: { reason: 'supplier-unknown' } })
  })
})
