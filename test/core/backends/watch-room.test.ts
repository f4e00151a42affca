import { expect, it } from 'vitest'
import { freeForData, watchRoom } from '#main/core/backends/watch-room.ts'

const MB = 1024 ** 2
const GB = 1024 ** 3

/** Pieces of 64 MB, all of them one piece of memory. */
async function* pieces(count: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(64 * MB)
  for (let at = 0; at < count; at += 1) yield piece
}
/** @returns MB that came through, and how it ended */
async function through(count: number, freeBytes: number, look: () => Promise<number | undefined>, now: () => number = () => 0) {
  let passed = 0
  const run = async (): Promise<void> => {
    for await (const piece of watchRoom(pieces(count), { freeBytes, spareBytes: GB, look, clock: { now } })) passed += piece.length / MB
  }
  const error = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { passed, error }
}

it('hands on all that fits, and looks at the disk after every half gigabyte', async () => {
  let looks = 0
  const found = await through(32, 4 * GB, () => Promise.resolve((looks += 1) && 4 * GB))
  expect([found.passed, found.error, looks]).toEqual([2048, undefined, 3])
})

it('ends where the disk becomes full, also when somebody else fills it, and when nobody tells any more', async () => {
  for (const look of [() => Promise.resolve(GB), () => Promise.resolve(0)]) {
    const found = await through(32, 40 * GB, look)
    expect(found).toMatchObject({ passed: 512, error: { code: 'disk-full' } })
  }
  const blind = await through(64, 3 * GB, () => Promise.resolve(undefined))
  expect(blind).toMatchObject({ passed: 2048, error: { code: 'disk-full', detail: { freeBytes: String(GB) } } })
})

it('looks after ten seconds too, and when the clock was set back', async () => {
  for (const step of [10_000, -1]) {
    let now = 0
    let looks = 0
    await through(
      2,
      40 * GB,
      () => Promise.resolve((looks += 1) && 40 * GB),
      () => (now += step),
    )
    expect(looks).toBe(2)
  }
})

it('tells what is free on the engine’s disk, on this PC’s where the engine does not say, and nothing where neither does', async () => {
  const here = { freeDiskBytes: () => Promise.resolve(7) }
  const gone = { freeDiskBytes: () => Promise.reject(new Error('no disk')) }
  const broken = { freeBytes: () => Promise.reject(new Error('no answer')) }
  expect(await freeForData({ freeBytes: () => Promise.resolve(5), disk: () => Promise.reject(new Error('asked')) }, here)).toBe(5)
  expect(await freeForData({ disk: () => Promise.resolve({ freeBytes: 6, usedBytes: 0 }) }, here)).toBe(6)
  expect(await freeForData({ freeBytes: () => Promise.resolve(undefined) }, here)).toBe(7)
  expect(await freeForData(broken, here)).toBe(7)
  expect(await freeForData(broken, gone)).toBeUndefined()
})
