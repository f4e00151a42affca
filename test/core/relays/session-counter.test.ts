import { describe, expect, it } from 'vitest'
import { createSessionCounter } from '#main/core/relays/session-clock.ts'

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
})
