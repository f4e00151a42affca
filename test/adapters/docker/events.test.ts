import type Docker from 'dockerode'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { followEvents, parseEvent } from '#main/adapters/docker/events.ts'
import type { EngineEvent } from '#main/core/ports/engine.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'

const line = (container: string, action = 'start'): string =>
  `${JSON.stringify({ Action: action, time: 1_700_000_000, timeNano: 1_700_000_000_123_456_800, Actor: { Attributes: { name: container, 'hearth.node': 'pocket' } } })}\n`
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 5)
  })

/** A follower whose streams the test holds. `undefined` in `answers` is an engine that is not there. */
function following(answers: (PassThrough | undefined)[]) {
  const abort = new AbortController()
  const engine = new AbortController()
  const clock = createTestClock()
  const events: EngineEvent[] = []
  const heard: boolean[] = []
  let resyncs = 0
  let asked = 0
  const ended = followEvents({
    connect: async () => {
      const stream = answers[asked]
      asked += 1
      return stream && { docker: { getEvents: async () => stream } as unknown as Docker, until: engine.signal }
    },
    filter: 'hearth.install=x',
    onEvent: (event) => events.push(event),
    onResync: () => (resyncs += 1),
    onHeard: (isHeard) => heard.push(isHeard),
    signal: abort.signal,
    clock,
    log: createQuietLog(),
  })
  return { abort, engine, clock, events, heard, ended, resyncs: () => resyncs, asked: () => asked }
}

describe('followEvents', () => {
  test('events may be cut anywhere, in the middle of a letter too', async () => {
    const stream = new PassThrough()
    const follow = following([stream])
    for (const byte of Buffer.from(line('hearth-ü') + line('hearth-b', 'die'))) stream.write(Buffer.from([byte]))
    await settled()
    expect(follow.events).toEqual([
      { nodeId: 'pocket', container: 'hearth-ü', action: 'start', timeMs: 1_700_000_000_123 },
      { nodeId: 'pocket', container: 'hearth-b', action: 'die', timeMs: 1_700_000_000_123 },
    ])
    follow.abort.abort()
    await follow.ended
  })

  test('a stream cut in the middle of an event drops that half and asks for a resync, then follows the next', async () => {
    const [first, second] = [new PassThrough(), new PassThrough()]
    const follow = following([first, second])
    await settled()
    expect(follow.resyncs()).toBe(1)
    first.write(line('a') + line('b').slice(0, 20))
    await settled()
    first.destroy()
    await settled()
    expect(follow.resyncs()).toBe(2)
    expect(follow.heard).toEqual([true, false])
    expect(follow.asked()).toBe(1)
    await follow.clock.advance(1_000)
    await settled()
    expect(follow.resyncs()).toBe(3)
    expect(follow.heard).toEqual([true, false, true])
    second.write(line('c'))
    await settled()
    expect(follow.events.map((event) => event.container)).toEqual(['a', 'c'])
    follow.abort.abort()
    await follow.ended
    expect(second.destroyed).toBe(true)
  })

  test('an engine that stays away is asked ever more rarely, and at most 36 seconds apart', async () => {
    const follow = following([])
    await settled()
    expect(follow.asked()).toBe(1)
    await follow.clock.advance(60_000)
    const inFirstMinute = follow.asked()
    expect(inFirstMinute).toBeGreaterThanOrEqual(6)
    expect(inFirstMinute).toBeLessThan(10)
    await follow.clock.advance(600_000)
    expect(follow.asked() - inFirstMinute).toBeGreaterThanOrEqual(16)
    expect(follow.asked() - inFirstMinute).toBeLessThan(27)
    expect(follow.resyncs()).toBe(follow.asked())
    follow.abort.abort()
    await follow.ended
  })

  test('when another engine takes its place, that one is followed', async () => {
    const [first, second] = [new PassThrough(), new PassThrough()]
    const follow = following([first, second])
    await settled()
    follow.engine.abort()
    await settled()
    expect(first.destroyed).toBe(true)
    expect(follow.resyncs()).toBe(2)
    follow.abort.abort()
    await follow.ended
  })

  test('what is said again is told again, and nothing else', async () => {
    const stream = new PassThrough()
    const follow = following([stream])
    await settled()
    for (let times = 0; times < 3; times += 1) stream.write(line('a'))
    await settled()
    expect(follow.events).toHaveLength(3)
    expect(follow.resyncs()).toBe(1)
    follow.abort.abort()
    await follow.ended
  })

  test('after the end nothing is told any more', async () => {
    const stream = new PassThrough()
    const follow = following([stream])
    await settled()
    follow.abort.abort()
    stream.write(line('late'))
    await follow.ended
    expect(follow.events).toEqual([])
    expect(follow.resyncs()).toBe(1)
  })
})

describe('parseEvent', () => {
  test("Podman's word for a container that is gone", () => {
    expect(parseEvent('{"Action":"remove","time":17}')).toMatchObject({ action: 'destroy' })
  })

  test('takes the older form, and skips what is no event', () => {
    expect(parseEvent('{"status":"die","time":17}')).toEqual({ nodeId: undefined, container: '', action: 'die', timeMs: 17_000 })
    for (const text of ['', 'null', '{"a":1}', '{"Action":', '[]', '7']) expect(parseEvent(text), text).toBeUndefined()
  })
})
