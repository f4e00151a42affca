import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { KEPT } from '#main/adapters/docker/ask.ts'
import { createStats } from '#main/adapters/docker/stats.ts'
import type { LiveSamples } from '#main/adapters/docker/live-samples.ts'
import { createTestClock } from '#test/fakes/clock.ts'

/** @param totalMs of a processor, in ms @param atMs of the engine's clock */
const sample = (totalMs: number, atMs: number) => ({
  read: new Date(1_790_000_000_000 + atMs).toISOString(),
  memory_stats: { usage: 50, limit: 100 },
  cpu_stats: { cpu_usage: { total_usage: totalMs * 1e6 }, system_cpu_usage: atMs * 2e6, online_cpus: 2 },
})

/** An engine that sends nothing by itself. */
const NOT_LIVE: LiveSamples = { newest: () => undefined, follow: () => undefined }

/** An engine that tells the samples in their order; what it is asked stands in `asked`. */
function scene(both: object[], ones: (object | Uint8Array | Error)[], live: LiveSamples = NOT_LIVE) {
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
  const stats = createStats(
    (path) => {
      asked.push(path)
      const next = ones.shift()
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
    },
    live,
    clock,
  )
  return { clock, asked, look: () => stats.of(api, 'n-1') }
}
/** Both samples, a second apart. */
const two = (fromMs: number, totalMs: number, atMs: number) => ({
  ...sample(totalMs, atMs),
  precpu_stats: sample(fromMs, atMs - 1_000).cpu_stats,
})
const ONE = '/containers/n-1/stats?stream=false&one-shot=true'

test('the first look takes two samples, the next one more, and a load is the time between two looks', async () => {
  const { look, asked, clock } = scene([two(0, 200, 1_000)], [sample(6_200, 11_000), sample(6_200, 21_000), sample(26_200, 31_000)])
  expect((await look())?.cpuPercent).toBeCloseTo(20)
  const loads: (number | undefined)[] = []
  for (let looks = 0; looks < 3; looks += 1) {
    await clock.advance(10_000)
    loads.push((await look())?.cpuPercent)
  }
  expect(loads).toEqual([60, 0, 200])
  expect(asked).toEqual(['two of n-1', ONE, ONE, ONE])
})

test('a container that was started anew, and a sample of long ago, are asked for two again', async () => {
  const { look, asked, clock } = scene([two(0, 500, 1_000), two(10, 30, 3_000), two(20, 120, 90_000)], [sample(5, 2_000)])
  await look()
  await clock.advance(1_000)
  expect((await look())?.cpuPercent).toBeCloseTo(2)
  await clock.advance(60_001)
  expect((await look())?.cpuPercent).toBeCloseTo(10)
  expect(asked).toEqual(['two of n-1', ONE, 'two of n-1', 'two of n-1'])
})

test('one that does not run any more has no load, and begins anew when it does', async () => {
  const { look, clock } = scene([two(0, 100, 1_000), {}, two(0, 50, 3_000)], [new Uint8Array(0)])
  await look()
  await clock.advance(1_000)
  expect(await look()).toBeUndefined()
  expect((await look())?.cpuPercent).toBeCloseTo(5)
})

test('an engine that does not answer ends the look, and holds up nobody after it', async () => {
  const { look } = scene([two(0, 100, 1_000), two(0, 100, 1_000)], [Object.assign(new Error('late'), { code: 'ETIMEDOUT' })])
  await look()
  await expect(look()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect((await look())?.cpuPercent).toBeCloseTo(10)
})

test('an engine that tells one sample when it is asked for two is asked again half a second later, and its own count of the system is not believed', async () => {
  // As Podman does: the system's time is only the part in which something ran.
  const { look, asked, clock } = scene([{ ...sample(100, 1_000), precpu_stats: { cpu_usage: { total_usage: 0 } } }], [sample(225, 1_500)])
  const looking = look()
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toEqual(['two of n-1'])
  await clock.advance(500)
  expect((await looking)?.cpuPercent).toBe(25)
  expect(asked).toEqual(['two of n-1', ONE])
})

test('two who look at the same moment are told the same load, not one of a moment', async () => {
  const { look, clock } = scene([two(0, 200, 1_000)], [sample(6_200, 11_000), sample(6_210, 11_010), sample(6_700, 12_000)])
  await look()
  await clock.advance(10_000)
  expect((await look())?.cpuPercent).toBe(60)
  await clock.advance(10)
  expect((await look())?.cpuPercent).toBe(60)
  await clock.advance(990)
  expect((await look())?.cpuPercent).toBe(50)
})

test('twenty are asked at once, as an engine takes all samples at its beat of a second; no more at a time than connections are kept', async () => {
  const clock = createTestClock()
  const waiting: (() => void)[] = []
  const api = { getContainer: () => ({ stats: () => Promise.resolve(two(0, 200, 1_000)) }) } as unknown as Docker
  const stats = createStats(
    async () => {
      await new Promise<void>((resolve) => void waiting.push(resolve))
      return sample(6_200, 11_000)
    },
    NOT_LIVE,
    clock,
  )
  const look = (count: number) => Promise.all(Array.from({ length: count }, (_, at) => stats.of(api, `n-${at}`)))
  await look(40)
  await clock.advance(10_000)
  const twenty = look(20)
  await new Promise((resolve) => setImmediate(resolve))
  expect(waiting.length).toBe(20)
  for (const answer of waiting.splice(0)) answer()
  expect((await twenty).map((each) => each?.cpuPercent)).toEqual(Array.from({ length: 20 }, () => 60))
  await clock.advance(10_000)
  const forty = look(40)
  for (let left = 40; left > 0;) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(waiting.length).toBeLessThan(KEPT)
    left -= waiting.length
    for (const answer of waiting.splice(0)) answer()
  }
  expect((await forty).length).toBe(40)
})

test('one that is looked at each second is followed from then on, and asked no more; a sample that was told before is told the same load', async () => {
  const followed: string[] = []
  const sent: (ReturnType<typeof sample> | undefined)[] = [
    undefined,
    sample(1_200, 3_000),
    sample(1_200, 3_000),
    sample(1_700, 4_000),
    undefined,
  ]
  const live: LiveSamples = { newest: () => sent.shift(), follow: (name) => followed.push(name) }
  const { look, asked, clock } = scene([two(0, 200, 1_000)], [sample(700, 2_000), sample(1_800, 5_000)], live)
  await look()
  await clock.advance(1_000)
  expect((await look())?.cpuPercent).toBe(50)
  expect(followed).toEqual(['n-1'])
  const loads: (number | undefined)[] = []
  for (let looks = 0; looks < 4; looks += 1) {
    await clock.advance(1_000)
    loads.push((await look())?.cpuPercent)
  }
  expect(loads).toEqual([50, 50, 50, 10])
  expect(asked).toEqual(['two of n-1', ONE, ONE])
})

test('one that is looked at every ten seconds is asked, not followed', async () => {
  const followed: string[] = []
  const live: LiveSamples = { newest: () => undefined, follow: (name) => followed.push(name) }
  const { look, clock } = scene([two(0, 200, 1_000)], [sample(700, 11_000), sample(1_800, 21_000)], live)
  await look()
  for (let looks = 0; looks < 2; looks += 1) {
    await clock.advance(10_000)
    await look()
  }
  expect(followed).toEqual([])
})
