import { describe, expect, it } from 'vitest'
import { createCrashes } from '#main/core/nodes/crashes.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'

const MINUTE = 60_000
const container = (fields: Partial<SeenContainer>): SeenContainer => ({
  id: 'c1',
  name: 'n',
  nodeId: 'n',
  specHash: 'h',
  image: 'i',
  state: 'running',
  exitCode: undefined,
  startedAtMs: 1,
  finishedAtMs: undefined,
  oomKilled: false,
  restartCount: 0,
  ...fields,
})

describe('crashes', () => {
  /** Ends `times` times, one a minute apart or so, seen up again each time. */
  const crash = (times: number, gapMs: number, options: { asked?: boolean; bySelf?: boolean } = {}) => {
    const crashes = createCrashes()
    let now = 1_000_000
    crashes.note('n', container({}), now, false)
    for (let at = 1; at <= times; at += 1) {
      now += gapMs
      crashes.note(
        'n',
        container(options.bySelf ? { restartCount: at, finishedAtMs: now } : { state: 'exited', finishedAtMs: now }),
        now,
        options.asked ?? false,
      )
    }
    return { crashes, now }
  }

  it('gives up at the fifth end within ten minutes, not at the fourth', () => {
    expect(crash(4, MINUTE).crashes.givenUp('n')).toBe(false)
    expect(crash(5, MINUTE).crashes.givenUp('n')).toBe(true)
  })
  it('counts ends that the engine has already made up for', () => {
    expect(crash(5, MINUTE, { bySelf: true }).crashes.givenUp('n')).toBe(true)
  })
  it('does not add up ends that are far apart', () => {
    expect(crash(20, 3 * MINUTE).crashes.givenUp('n')).toBe(false)
  })
  it('does not count what was asked for', () => {
    expect(crash(9, MINUTE, { asked: true }).crashes.givenUp('n')).toBe(false)
  })
  it('counts one end once, however often it is seen', () => {
    const crashes = createCrashes()
    crashes.note('n', container({}), 0, false)
    for (let at = 1; at < 50; at += 1) crashes.note('n', container({ state: 'exited', finishedAtMs: 5 }), at, false)
    expect(crashes.givenUp('n')).toBe(false)
  })
  it('does not count what ended before the first look, or in another container', () => {
    const crashes = createCrashes()
    for (let at = 0; at < 9; at += 1) crashes.note('n', container({ id: `c${at}`, state: 'exited', finishedAtMs: at }), at, false)
    expect(crashes.givenUp('n')).toBe(false)
  })
  it('stays given up however long it lasts, until it is forgiven; then it counts anew', () => {
    const { crashes, now } = crash(5, MINUTE)
    crashes.note('n', container({ state: 'exited', finishedAtMs: now }), now + 24 * 60 * MINUTE, false)
    expect(crashes.givenUp('n')).toBe(true)
    crashes.forgive('n')
    crashes.note('n', container({ state: 'exited', finishedAtMs: now }), now, false)
    expect(crashes.givenUp('n')).toBe(false)
  })
  it('counts an end that comes before the first look after it was forgiven', () => {
    const { crashes, now } = crash(5, MINUTE)
    crashes.forgive('n')
    for (let at = 1; at <= 5; at += 1) {
      expect(crashes.givenUp('n')).toBe(false)
      crashes.note('n', container({ restartCount: at, finishedAtMs: now + at }), now + at, false)
    }
    expect(crashes.givenUp('n')).toBe(true)
  })
  it('keeps nodes apart', () => {
    const { crashes } = crash(5, MINUTE)
    crashes.note('other', container({}), 0, false)
    expect(crashes.givenUp('other')).toBe(false)
  })
  it('does not count what ended with the engine: a moment before it was gone, or until it was back', () => {
    const crashes = createCrashes()
    let now = 1_000_000
    let deaths = 0
    const die = (): void => {
      deaths += 1
      crashes.note('n', container({ state: 'exited', finishedAtMs: deaths }), now, false)
    }
    crashes.note('n', container({}), now, false)
    for (let times = 0; times < 12; times += 1) {
      now += MINUTE
      // Told of before the engine itself is seen to be gone.
      die()
      now += 5_000
      crashes.engineEnded(now)
      deaths += 1
      now += 5_000
      crashes.note('n', container({ finishedAtMs: deaths }), now, false)
    }
    expect(crashes.givenUp('n')).toBe(false)
    // Its own ends count as ever.
    for (let times = 0; times < 5; times += 1) {
      now += MINUTE
      die()
    }
    expect(crashes.givenUp('n')).toBe(true)
    crashes.engineEnded(now + 5_000)
    expect(crashes.givenUp('n'), 'the last of them was the engine’s').toBe(false)
  })
  it('what was given up before stays so when the engine ends', () => {
    const { crashes, now } = crash(5, MINUTE)
    crashes.engineEnded(now + MINUTE)
    expect(crashes.givenUp('n')).toBe(true)
  })
  it('forgets what lies ahead of a clock that was set back', () => {
    const { crashes, now } = crash(4, MINUTE)
    const back = now - 24 * 60 * MINUTE
    crashes.note('n', container({ state: 'exited', finishedAtMs: 7 }), back, false)
    expect(crashes.givenUp('n')).toBe(false)
    for (let at = 0; at < 4; at += 1) crashes.note('n', container({ state: 'exited', finishedAtMs: 8 + at }), back + at, false)
    expect(crashes.givenUp('n')).toBe(true)
  })
  it('knows of a lack of memory as long as one of the counted ends was for it', () => {
    const crashes = createCrashes()
    let now = 1_000_000
    crashes.note('n', container({}), now, false)
    crashes.note('n', container({ state: 'exited', finishedAtMs: 1, oomKilled: true }), now, false)
    crashes.note('n', container({ finishedAtMs: 1 }), now, false)
    expect(crashes.lacksMemory('n')).toBe(true)
    now += 11 * MINUTE
    crashes.note('n', container({ finishedAtMs: 1 }), now, false)
    expect(crashes.lacksMemory('n')).toBe(false)
    crashes.note('n', container({ state: 'exited', finishedAtMs: 2, oomKilled: true }), now, false)
    for (let at = 3; at <= 6; at += 1) crashes.note('n', container({ state: 'exited', finishedAtMs: at }), now, false)
    crashes.note('n', container({ state: 'exited', finishedAtMs: 6 }), now + 60 * MINUTE, false)
    expect([crashes.givenUp('n'), crashes.lacksMemory('n')]).toEqual([true, true])
    crashes.forgive('n')
    expect(crashes.lacksMemory('n')).toBe(false)
  })
})
