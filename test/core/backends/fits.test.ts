import { expect, it } from 'vitest'
import { createPcFacts } from '#main/core/backends/fits.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createFakeEngine } from '#test/fakes/engine.ts'

it('asks the engine for its disk once for all who ask within half a minute', async () => {
  const clock = createTestClock()
  const engine = createFakeEngine({ now: () => clock.now() })
  let asked = 0
  engine.disk = () => {
    asked += 1
    return Promise.resolve({ freeBytes: 1_000 * asked, usedBytes: 0 })
  }
  const pc = createPcFacts({ engine, net: { freeDiskBytes: () => Promise.resolve(5) }, clock })
  const [one, other] = await Promise.all([pc(), pc()])
  expect([one.freeDiskBytes, other.freeDiskBytes, asked]).toEqual([1_000, 1_000, 1])
  await clock.advance(29_000)
  expect((await pc()).freeDiskBytes).toBe(1_000)
  await clock.advance(2_000)
  expect((await pc()).freeDiskBytes).toBe(2_000)
})
it('keeps no answer that was given while the engine was away', async () => {
  const clock = createTestClock()
  const engine = createFakeEngine({ now: () => clock.now() })
  const probe = engine.probe.bind(engine)
  engine.probe = () => Promise.resolve({ kind: 'absent', endpoint: '', detail: '' })
  const pc = createPcFacts({ engine, net: { freeDiskBytes: () => Promise.resolve(5) }, clock })
  expect(await pc()).toMatchObject({ freeDiskBytes: 5, memoryBytes: undefined })
  engine.probe = probe
  expect((await pc()).memoryBytes).toBeGreaterThan(0)
})
