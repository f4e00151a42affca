import { describe, expect, it } from 'vitest'
import { createPracticeClock } from '#main/adapters/practice/time/practice-clock.ts'
import { createFakeRealTime } from './fake-real-time.ts'

const START = 1_800_000_000_000
const invalid = (problem: string) => expect.objectContaining({ code: 'invalid-request', detail: expect.objectContaining({ problem }) })

function setUp() {
  const real = createFakeRealTime()
  return { real, clock: createPracticeClock({ startMs: START, real }) }
}
/** Says when a sleep was over. */
function watchSleep(sleep: Promise<void>): { over: boolean } {
  const seen = { over: false }
  void sleep.then(() => (seen.over = true))
  return seen
}

/** A small seeded source of numbers under 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('practised time', () => {
  it('runs with the real one, faster when told, and stands while paused', async () => {
    const { real, clock } = setUp()
    await real.advance(1_000)
    expect(clock.now()).toBe(START + 1_000)
    clock.setSpeed(600)
    await real.advance(1_000)
    expect(clock.now()).toBe(START + 601_000)
    clock.setPaused(true)
    await real.advance(60_000)
    expect(clock.now()).toBe(START + 601_000)
    clock.setPaused(false)
    await real.advance(10)
    expect(clock.now()).toBe(START + 607_000)
  })

  it('jumps forward, while paused too, and never back', async () => {
    const { clock } = setUp()
    clock.setPaused(true)
    clock.jumpTo(START + 5)
    expect(clock.now()).toBe(START + 5)
    expect(() => clock.jumpTo(START + 4)).toThrow(invalid('backwards'))
    clock.jumpTo(START + 5)
    expect(clock.now()).toBe(START + 5)
  })

  it.each([0, 0.99, -1, 601, Number.NaN, Infinity, -Infinity])('refuses the speed %s and keeps the one it had', (speed) => {
    const { clock } = setUp()
    clock.setSpeed(7)
    expect(() => clock.setSpeed(speed)).toThrow(invalid('speed'))
    expect(clock.speed).toBe(7)
  })
  it.each([Number.NaN, Infinity, -1, 1.5, 2 ** 53])('refuses the moment %s', (ms) => {
    const { clock } = setUp()
    expect(() => clock.jumpTo(ms)).toThrow(invalid('moment'))
    expect(() => createPracticeClock({ startMs: ms })).toThrow(invalid('moment'))
    expect(clock.now()).toBe(START)
  })
  it('refuses a sleep of no length', async () => {
    await expect(setUp().clock.sleep(Number.NaN)).rejects.toThrow(invalid('duration'))
  })

  it('goes on after a restart where it was left, with its speed, and the time between does not count', async () => {
    const { real, clock } = setUp()
    clock.setSpeed(60)
    await real.advance(1_000)
    const saved: unknown = JSON.parse(JSON.stringify(clock.save()))
    expect(saved).toEqual({ atMs: START + 60_000, speed: 60, paused: false })
    await real.advance(999_999)
    const again = createPracticeClock({ startMs: clock.save().atMs > 0 ? (saved as never) : 0, real })
    expect(again.now()).toBe(START + 60_000)
    await real.advance(1_000)
    expect(again.now()).toBe(START + 120_000)
  })
})

describe('a sleep', () => {
  it('lasts its practised time', async () => {
    const { real, clock } = setUp()
    clock.setSpeed(10)
    const sleep = watchSleep(clock.sleep(60_000))
    await real.advance(5_999)
    expect(sleep.over).toBe(false)
    await real.advance(1)
    expect(sleep.over).toBe(true)
  })

  it('is never shorter than 50 ms of real time, at any speed', async () => {
    const { real, clock } = setUp()
    clock.setSpeed(600)
    const sleeps = [0, -5, 1, 2_000].map((ms) => watchSleep(clock.sleep(ms)))
    await real.advance(49)
    expect(sleeps.map(({ over }) => over)).toEqual([false, false, false, false])
    await real.advance(1)
    expect(sleeps.map(({ over }) => over)).toEqual([true, true, true, true])
  })

  it('does not spin: a loop of 1 ms sleeps turns twenty times in a real second', async () => {
    const { real, clock } = setUp()
    clock.setSpeed(600)
    let turns = 0
    const abort = new AbortController()
    const loop = (async () => {
      while (!abort.signal.aborted) {
        await clock.sleep(1, abort.signal)
        turns += 1
      }
    })()
    await real.advance(1_000)
    expect(turns).toBe(20)
    abort.abort()
    await loop
    expect(real.waiting).toBe(0)
  })

  it('stands while paused, even over an hour, and goes on where it stood', async () => {
    const { real, clock } = setUp()
    const sleep = watchSleep(clock.sleep(1_000))
    await real.advance(400)
    clock.setPaused(true)
    await real.advance(3_600_000)
    expect(sleep.over).toBe(false)
    expect(real.waiting).toBe(0)
    clock.setPaused(false)
    await real.advance(599)
    expect(sleep.over).toBe(false)
    await real.advance(1)
    expect(sleep.over).toBe(true)
  })

  it('is over when a jump passes it', async () => {
    const { real, clock } = setUp()
    clock.setPaused(true)
    const early = watchSleep(clock.sleep(1_000_000))
    const late = watchSleep(clock.sleep(1_000_002))
    clock.jumpTo(START + 1_000_001)
    await real.advance(50)
    expect([early.over, late.over]).toEqual([true, false])
  })

  it('follows a change of speed in the middle', async () => {
    const { real, clock } = setUp()
    const sleep = watchSleep(clock.sleep(100_000))
    await real.advance(40_000)
    clock.setSpeed(100)
    await real.advance(599)
    expect(sleep.over).toBe(false)
    await real.advance(1)
    expect(sleep.over).toBe(true)
  })

  it('ends at once when aborted, before and during, and leaves no timer', async () => {
    const { real, clock } = setUp()
    const abort = new AbortController()
    const sleeps = [1_000, Infinity].map((ms) => watchSleep(clock.sleep(ms, abort.signal)))
    abort.abort()
    await real.advance(0)
    expect(sleeps.map(({ over }) => over)).toEqual([true, true])
    expect(real.waiting).toBe(0)
    await clock.sleep(1_000, abort.signal)
    expect(real.waiting).toBe(0)
  })

  it('lasts months without waking every few minutes', async () => {
    const { real, clock } = setUp()
    const sleep = watchSleep(clock.sleep(90 * 86_400_000))
    await real.advance(89 * 86_400_000)
    expect(sleep.over).toBe(false)
    await real.advance(86_400_000)
    expect(sleep.over).toBe(true)
    expect(real.fired).toBeLessThan(8)
  })
})

describe('whatever is done to it', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('time never goes back and every sleep lasts at least as long as asked (seed %i)', async (seed) => {
    const random = seeded(seed)
    const { real, clock } = setUp()
    let last = clock.now()
    let realNow = real.now()
    const broken: string[] = []
    const sleeps: Promise<void>[] = []
    const abort = new AbortController()
    for (let step = 0; step < 400; step += 1) {
      const kind = Math.floor(random() * 7)
      if (kind === 0) clock.setSpeed(1 + random() * 599)
      if (kind === 1) clock.setPaused(random() < 0.5)
      if (kind === 2) clock.jumpTo(clock.now() + Math.floor(random() * 100_000))
      if (kind === 3) {
        const before = { practised: clock.now(), real: real.now() }
        const ms = random() * 200_000
        sleeps.push(
          clock.sleep(ms, abort.signal).then(() => {
            if (abort.signal.aborted) return
            if (clock.now() + 1 < before.practised + ms) broken.push(`woke ${before.practised + ms - clock.now()} ms early`)
            if (real.now() < before.real + 50) broken.push('woke before the floor')
          }),
        )
      }
      // The source goes back; floors are then measured in its own terms, so only the practised time is looked at.
      if (kind === 4 && sleeps.length === 0) real.set(real.now() - Math.floor(random() * 5_000))
      if (kind > 4) await real.advance(Math.floor(random() * 400))
      const now = clock.now()
      if (now < last) broken.push(`${last} -> ${now}`)
      const ran = Math.max(0, real.now() - realNow) * 600
      if (kind !== 2 && now - last > ran + 1) broken.push(`ran ${now - last} in ${ran}`)
      last = now
      realNow = real.now()
    }
    abort.abort()
    await Promise.all(sleeps)
    expect(sleeps.length).toBeGreaterThan(20)
    expect(broken).toEqual([])
    expect(real.waiting).toBe(0)
  })
})
