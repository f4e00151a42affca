import { describe, expect, it } from 'vitest'
import { createLogBooks, LINES_HELD, type LogBooks, type LogPage } from '#main/core/metrics/log-books.ts'
import type { Engine, LogLine } from '#main/core/ports/engine.ts'
import { MAX_RESULT_LENGTH } from '#shared/api/requests.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'

/** An engine that has written lines, and remembers what it was asked for. */
function scene() {
  const clock = createTestClock()
  const written: LogLine[] = []
  const asked: { tail: number; sinceMs?: number }[] = []
  let handed = 0
  const logs: Engine['logs'] = async (_name, options) => {
    asked.push(options)
    const found = written.filter((line) => line.timeMs >= (options.sinceMs ?? -Infinity)).slice(-options.tail)
    handed += found.length
    return found
  }
  const books = createLogBooks({ engine: { logs } as Engine, clock, realClock: clock })
  return {
    clock,
    books,
    asked,
    written,
    handed: () => handed,
    write: (count: number, text = 'line', everyMs = 1): void => {
      for (let at = 0; at < count; at += 1)
        written.push({ timeMs: clock.now() - (count - 1 - at) * everyMs, stream: 'out', text: `${text} ${written.length}` })
    },
    page: (question: Partial<Parameters<LogBooks['page']>[0]> = {}): Promise<LogPage> =>
      books.page({ nodeId: 'miner', container: 'hearth-x-miner', limit: 1_000, ...question }),
  }
}
const texts = (page: LogPage): string[] => page.lines.map((line) => line.text)
const pass = (clock: TestClock): Promise<void> => clock.advance(1_000)

describe('the pages of a log', () => {
  it('begin with the newest lines and go on with what came since, each line once', async () => {
    const { page, write, clock, asked } = scene()
    write(5)
    const first = await page({ limit: 3 })
    expect(texts(first)).toEqual(['line 2', 'line 3', 'line 4'])
    expect(first.older).toBe(true)
    const last = first.lines.at(-1)!.number
    expect((await page({ book: first.book, after: last })).lines).toEqual([])
    await pass(clock)
    write(2, 'new')
    const next = await page({ book: first.book, after: last })
    expect(texts(next)).toEqual(['new 5', 'new 6'])
    expect(next.lines.map((line) => line.number)).toEqual([last + 1, last + 2])
    // What is known is not read again: from the last line on.
    expect(asked.at(-1)?.sinceMs).toBe(first.lines.at(-1)!.timeMs)
  })

  it('keep equal lines of the same millisecond apart', async () => {
    const { page, written, clock } = scene()
    const line: LogLine = { timeMs: clock.now(), stream: 'out', text: 'same' }
    written.push(line, line)
    const first = await page()
    expect(texts(first)).toEqual(['same', 'same'])
    written.push(line)
    expect(texts(await page({ book: first.book, after: first.lines.at(-1)!.number }))).toEqual(['same'])
  })

  it('go back to all that the engine has, read once', async () => {
    const { page, write, asked } = scene()
    write(9_000)
    let at = await page()
    const all = texts(at)
    while (at.older) {
      at = await page({ book: at.book, before: at.lines[0]!.number })
      all.unshift(...texts(at))
    }
    expect(all).toHaveLength(9_000)
    expect(all[0]).toBe('line 0')
    expect(new Set(all).size).toBe(9_000)
    expect(asked.filter(({ tail }) => tail > 20_000)).toHaveLength(1)
  })

  it('hold no more than a hundred thousand lines, however many come', async () => {
    const { page, write, clock } = scene()
    write(LINES_HELD + 500)
    let at = await page({ limit: 10_000 })
    const newest = at.lines.at(-1)!.number
    let count = at.lines.length
    while (at.older) {
      at = await page({ book: at.book, before: at.lines[0]!.number, limit: 10_000 })
      count += at.lines.length
    }
    expect(count).toBe(LINES_HELD)
    await pass(clock)
    write(700, 'later', 0.1)
    const next = await page({ book: at.book, after: newest, limit: 10_000 })
    expect(next.lines).toHaveLength(700)
    const back = await page({ book: at.book, before: newest - 99_500 + 700, limit: 10_000 })
    expect(back.lines[0]?.number).toBe(newest + 700 - LINES_HELD + 1)
  })

  it('say where lines were lost when more was written than can be asked for', async () => {
    const { page, write, clock } = scene()
    write(10)
    const first = await page()
    const last = first.lines.at(-1)!.number
    await pass(clock)
    write(LINES_HELD + 5_000, 'flood', 0.001)
    const next = await page({ book: first.book, after: last, limit: 1_000 })
    expect(next).toMatchObject({ newer: true, gaps: [last + 1] })
    expect(next.lines).toHaveLength(1_000)
    expect(next.lines[0]?.text).toMatch(/^flood/)
    expect((await page({ book: first.book, after: last + 1_000, limit: 10 })).gaps).toEqual([])
  })

  it('lose nothing to a clock that was set back', async () => {
    const { page, written, clock } = scene()
    const start = clock.now()
    await clock.advance(3_600_000)
    written.push({ timeMs: clock.now(), stream: 'out', text: 'before the jump' })
    const books = createLogBooks({
      engine: {
        logs: async (_name, { tail, sinceMs = -Infinity }) => written.filter((line) => line.timeMs >= sinceMs).slice(-tail),
      } as Engine,
      clock: { ...clock, now: () => nowMs },
      realClock: clock,
    })
    let nowMs = clock.now()
    const first = await books.page({ nodeId: 'miner', container: 'c', limit: 10 })
    nowMs = start
    written.push({ timeMs: start, stream: 'err', text: 'after the jump' })
    const next = await books.page({ nodeId: 'miner', container: 'c', book: first.book, after: first.lines.at(-1)!.number, limit: 10 })
    expect(texts(next)).toEqual(['after the jump'])
    expect(await page()).toBeDefined()
  })

  it('start anew when the book is gone, and forget what nobody reads', async () => {
    const { page, write, clock, books, handed } = scene()
    write(4)
    const first = await page()
    await clock.advance(59_000)
    books.sweep()
    expect((await page({ book: first.book, after: first.lines.at(-1)!.number })).book).toBe(first.book)
    await clock.advance(61_000)
    books.sweep()
    const before = handed()
    const again = await page({ book: first.book, after: first.lines.at(-1)!.number })
    expect(again.book).not.toBe(first.book)
    expect(again.lines).toHaveLength(4)
    expect(handed()).toBe(before + 4)
  })

  it('give no line that looks like a private key, and leave hashes and session ids', async () => {
    const { page, written, clock } = scene()
    const hex = 'a1'.repeat(32)
    for (const text of [`key ${hex}`, `tx_hash=${hex}`, `session_id=${hex}`]) written.push({ timeMs: clock.now(), stream: 'out', text })
    expect(texts(await page())).toEqual(['key [64 hex digits taken out]', `tx_hash=${hex}`, `session_id=${hex}`])
  })

  it('give no sign that would make a line look like another', async () => {
    const { page, written, clock } = scene()
    for (const text of ['50 %\r100 %', 'a\tb', 'x\u0007\u0008y\u0000', 'paid \u202e000,1 TKOP\u202c', 'one\u2028two', 'Zoë ✓ 日本'])
      written.push({ timeMs: clock.now(), stream: 'out', text })
    const bad = '\ufffd'
    expect(texts(await page())).toEqual([
      '50 % 100 %',
      'a\tb',
      `x${bad}${bad}y${bad}`,
      `paid ${bad}000,1 TKOP${bad}`,
      `one${bad}two`,
      'Zoë ✓ 日本',
    ])
  })

  it('fit an answer, however long the lines are', async () => {
    const { page, written, clock } = scene()
    for (let at = 0; at < 2_000; at += 1) written.push({ timeMs: clock.now(), stream: 'out', text: `${at} ${'"\\'.repeat(1_990)}` })
    const first = await page({ limit: 10_000 })
    expect(first.lines.length).toBeGreaterThan(50)
    expect(JSON.stringify(first).length).toBeLessThan(MAX_RESULT_LENGTH)
    expect(first.older).toBe(true)
    const back = await page({ book: first.book, before: first.lines[0]!.number, limit: 10_000 })
    expect(back.lines.at(-1)!.number).toBe(first.lines[0]!.number - 1)
  })

  it('ask the engine once for two pages that open at the same time, and pass its refusal on', async () => {
    const { page, write } = scene()
    write(3)
    const [one, two] = await Promise.all([page(), page()])
    expect(one.book).toBe(two.book)
    const broken = createLogBooks({
      engine: { logs: () => Promise.reject(new Error('gone')) } as unknown as Engine,
      clock: createTestClock(),
      realClock: createTestClock(),
    })
    await expect(broken.page({ nodeId: 'miner', container: 'c', limit: 5 })).rejects.toThrow('gone')
  })
})
