import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { createStats } from '#main/adapters/docker/stats.ts'
import { createTestClock } from '#test/fakes/clock.ts'

const sample = (total: number, system: number) => ({
  memory_stats: { usage: 50, limit: 100 },
  cpu_stats: { cpu_usage: { total_usage: total }, system_cpu_usage: system, online_cpus: 2 },
})

/** An engine that tells the samples in their order; what it is asked stands in `asked`. */
function scene(both: object[], ones: (object | Uint8Array | Error)[]) {
  const clock = createTestClock()
  const asked: string[] = []
  const api = {
    getContainer: (name: string) => ({
      stats: () => {
        asked.push(`two of ${name}`)
        return Promise.resolve(both.shift())
      },
    }),
  } as unknown as Docker
  const stats = createStats((path) => {
    asked.push(path)
    const next = ones.shift()
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
  }, clock)
  return { clock, asked, look: () => stats.of(api, 'n-1') }
}
const two = (fromTotal: number, fromSystem: number, total: number, system: number) => ({
  ...sample(total, system),
  precpu_stats: sample(fromTotal, fromSystem).cpu_stats,
})

test('the first look takes two samples, the next one more, and a load is the time between two looks', async () => {
  const { look, asked, clock } = scene([two(0, 0, 100, 1_000)], [sample(400, 2_000), sample(400, 3_000)])
  expect((await look())?.cpuPercent).toBe(20)
  await clock.advance(10_000)
  // 300 of 1,000, of two processors; the second look goes on from the first one's sample.
  expect((await look())?.cpuPercent).toBe(60)
  await clock.advance(10_000)
  expect((await look())?.cpuPercent).toBe(0)
  expect(asked).toEqual(['two of n-1', ...Array.from({ length: 2 }, () => '/containers/n-1/stats?stream=false&one-shot=true')])
})

test('a container that was started anew, and a sample of long ago, are asked for two again', async () => {
  const { look, asked, clock } = scene([two(0, 0, 500, 1_000), two(10, 1_000, 20, 2_000), two(20, 2_000, 120, 3_000)], [sample(5, 2_000)])
  await look()
  expect((await look())?.cpuPercent).toBe(2)
  await clock.advance(60_001)
  expect((await look())?.cpuPercent).toBe(20)
  expect(asked.filter((each) => each.startsWith('two'))).toHaveLength(3)
})

test('one that does not run any more has no load, and begins anew when it does', async () => {
  const { look, clock } = scene([two(0, 0, 100, 1_000), {}, two(0, 2_000, 50, 3_000)], [new Uint8Array(0)])
  await look()
  await clock.advance(1_000)
  expect(await look()).toBeUndefined()
  expect((await look())?.cpuPercent).toBe(10)
})

test('an engine that does not answer ends the look, and holds up nobody after it', async () => {
  const { look } = scene([two(0, 0, 100, 1_000), two(0, 0, 100, 1_000)], [Object.assign(new Error('late'), { code: 'ETIMEDOUT' })])
  await look()
  await expect(look()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect((await look())?.cpuPercent).toBe(20)
})
