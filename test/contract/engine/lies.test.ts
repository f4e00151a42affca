import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engineSocket, makeDocker, makePodman, podmanSocket } from './docker-engine.ts'
import { containerSpec, type EngineUnderTest } from './engine-under-test.ts'
import { CALLS, LIES, startLyingStage, type LyingStage } from './lies.ts'

const ENGINES: [string, () => Promise<EngineUnderTest>, () => Promise<string>][] = [
  ['Docker', makeDocker, engineSocket],
  ['Podman', makePodman, podmanSocket],
]

describe.each(ENGINES)('lies of %s', (_name, make, socketOf) => {
  let under: EngineUnderTest
  let stage: LyingStage
  beforeAll(async () => {
    under = await make()
    await under.engine.pull(under.image, () => undefined, new AbortController().signal)
    stage = await startLyingStage(under, await socketOf())
  })
  afterAll(async () => {
    await stage.close()
    await under.close()
  })

  test.each(Object.keys(LIES))('an engine that %s: each call ends with a clear error', async (lie) => {
    const wrong: string[] = []
    for (const call of CALLS) {
      const problem = await stage.tell(call, lie)
      if (problem !== undefined) wrong.push(`${call.name}: ${problem}`)
    }
    expect(wrong).toEqual([])
  })

  test('an engine that says every event twice: each comes, and the stream goes on after one that was cut in its middle', async () => {
    const abort = new AbortController()
    const events: string[] = []
    let resyncs = 0
    stage.relay.lie = { about: /^GET \/events/, how: 'twice' }
    const following = stage.engine.follow(
      (event) => events.push(`${event.container} ${event.action}`),
      () => (resyncs += 1),
      abort.signal,
    )
    await expect.poll(() => resyncs, { timeout: 10_000 }).toBeGreaterThan(0)
    const name = `${under.prefix}-events`
    await under.engine.create(containerSpec(under, name))
    await expect.poll(() => events.filter((event) => event === `${name} create`).length, { timeout: 10_000 }).toBe(2)
    stage.relay.lie = { about: /^GET \/events/, how: 'cut' }
    const before = resyncs
    stage.relay.cut()
    await under.engine.start(name)
    await expect.poll(() => resyncs, { timeout: 10_000 }).toBeGreaterThan(before)
    stage.relay.lie = undefined
    await expect
      .poll(
        async () => {
          await under.engine.stop(name, 1)
          await under.engine.start(name)
          return events.filter((event) => event === `${name} start`).length
        },
        { timeout: 40_000, interval: 1_000 },
      )
      .toBeGreaterThan(0)
    abort.abort()
    await following
    await under.engine.remove(name)
  })

  test('afterwards all is as it was', async () => {
    expect(await stage.leftOver()).toEqual([])
    expect((await stage.engine.list()).map((entry) => entry.state)).toEqual(['running'])
  })
})
