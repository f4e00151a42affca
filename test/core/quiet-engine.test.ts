import { expect, test } from 'vitest'
import type { Engine } from '#main/core/ports/engine.ts'
import { quietEngine } from '#main/core/quiet-engine.ts'
import { createTestClock } from '#test/fakes/clock.ts'

test('a container that nobody sees is measured once a minute, one that is seen each time', async () => {
  const clock = createTestClock()
  const asked: string[] = []
  let isSeen = false
  const stats = { cpuPercent: 1, memoryBytes: 2, memoryLimitBytes: 3 }
  const engine = quietEngine(
    {
      stats: (name: string) => {
        asked.push(name)
        return Promise.resolve(stats)
      },
      list: () => Promise.resolve([]),
    } as unknown as Engine,
    () => isSeen,
    clock,
  )
  expect(await engine.stats('miner')).toEqual(stats)
  expect(await engine.stats('miner')).toBeUndefined()
  expect(await engine.stats('ingress')).toEqual(stats)
  await clock.advance(59_000)
  expect(await engine.stats('miner')).toBeUndefined()
  await clock.advance(1_000)
  expect(await engine.stats('miner')).toEqual(stats)
  isSeen = true
  expect(await engine.stats('miner')).toEqual(stats)
  expect(asked).toEqual(['miner', 'ingress', 'miner', 'miner'])
  // Whatever else it does stays as it is.
  expect(await engine.list()).toEqual([])
})
