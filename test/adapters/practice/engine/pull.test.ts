import { describe, expect, it } from 'vitest'
import type { PullProgress } from '#main/core/ports/engine.ts'
import { PRACTICE_IMAGES } from '#main/adapters/practice/engine/images.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { createEngineScene, IMAGE, IMAGE_BYTES, MB, refusal, type EngineScene } from './engine-scene.ts'

const BIG = { reference: 'registry.test/big:2', sizeBytes: 200 * MB, layerBytes: [10 * MB, 20 * MB, 30 * MB, 60 * MB] }
const signal = (): AbortSignal => new AbortController().signal

/** A pull under way: what it told, and how it ended. */
function pulling(scene: EngineScene, reference = BIG.reference, abort = new AbortController()) {
  const told: PullProgress[] = []
  const done = scene.engine.pull(reference, (progress) => told.push(structuredClone(progress)), abort.signal)
  let isOver = false
  const settled = done.then(
    () => (isOver = true),
    () => (isOver = true),
  )
  return { told, done, abort, settled, isOver: () => isOver }
}

/** Moves time until the pull is over. @returns practised ms that it took */
async function untilOver(scene: EngineScene, pull: { isOver(): boolean }, limitMs = 4 * 3_600_000): Promise<number> {
  const startedAtMs = scene.clock.now()
  await scene.clock.advance(0)
  while (!pull.isOver() && scene.clock.now() - startedAtMs < limitMs) await scene.clock.advance(250)
  return scene.clock.now() - startedAtMs
}

describe('a pull in Practice', () => {
  it('takes the time of a household line, with three layers at a time and each one unpacked after those below it', async () => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    const pull = pulling(scene)
    const tookMs = await untilOver(scene, pull)
    // 120 MB at 12 MB/s, and unpacking.
    expect(tookMs).toBeGreaterThan(9_000)
    expect(tookMs).toBeLessThan(16_000)
    expect(await pull.done).toMatchObject({ sizeBytes: BIG.sizeBytes, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string })
    for (const { layers } of pull.told) {
      expect(layers.filter((layer) => layer.status === 'fetching').length).toBeLessThanOrEqual(3)
      const open = layers.findIndex((layer) => layer.status !== 'ready')
      if (open >= 0) expect(layers.slice(open).some((layer) => layer.status === 'ready')).toBe(false)
    }
    const bytesTold = pull.told.map(({ layers }) => layers.reduce((sum, layer) => sum + layer.currentBytes, 0))
    expect(bytesTold).toEqual(bytesTold.toSorted((a, b) => a - b))
    expect(pull.told[0]?.layers.map((layer) => [layer.status, layer.totalBytes])).toEqual(BIG.layerBytes.map(() => ['waiting', 0]))
    expect(pull.told.at(-1)?.layers.map((layer) => layer.currentBytes)).toEqual(BIG.layerBytes)
  })

  it('knows every image of the catalogue', () => {
    const known = PRACTICE_IMAGES.map((image) => image.reference)
    for (const entry of CATALOG) expect(known).toContain(entry.image.reference)
  })

  it('finds what was pulled by tag, by pinned digest and by content, and the same image has the same pin in every Practice', async () => {
    const scene = createEngineScene()
    const info = await scene.engine.image(IMAGE)
    expect(await scene.engine.image(`registry.test/box@${info?.digest}`)).toEqual(info)
    expect(await scene.engine.image(info?.imageId ?? '')).toEqual(info)
    expect(await scene.engine.image(`registry.test/other@${info?.digest}`)).toBeUndefined()
    expect(await createEngineScene().engine.image(IMAGE)).toEqual(info)
  })

  it('is over at once for an image that is there', async () => {
    const scene = createEngineScene()
    const told: string[] = []
    await scene.engine.pull(IMAGE, ({ lastLine }) => told.push(lastLine), signal())
    expect(told).toEqual([`Status: Image is up to date for ${IMAGE}`])
  })

  it('keeps whole layers of a try that was cancelled, and gives the room of the others back', async () => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    const before = scene.practice.freeDiskBytes()
    const first = pulling(scene)
    while (!first.told.at(-1)?.layers.some((layer) => layer.status === 'ready')) await scene.clock.advance(250)
    first.abort.abort()
    await scene.clock.advance(0)
    expect((await refusal(first.done)).code).toBe('cancelled')
    const whole = first.told.at(-1)?.layers.filter((layer) => layer.status === 'ready') ?? []
    expect(whole.length).toBeGreaterThan(0)
    expect(before - scene.practice.freeDiskBytes()).toBe(Math.floor((BIG.sizeBytes * 10) / 120) * whole.length)
    const second = pulling(scene)
    await untilOver(scene, second)
    expect(second.told[0]?.layers.filter((layer) => layer.status === 'ready').map((layer) => layer.id)).toEqual(
      whole.map((layer) => layer.id),
    )
    expect(before - scene.practice.freeDiskBytes()).toBe(BIG.sizeBytes)
  })

  it('ends as disk-full when the room runs out in the middle, gives it back, and works once there is room', async () => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    scene.practice.setDisk(100 * MB)
    const pull = pulling(scene)
    await untilOver(scene, pull)
    const error = await refusal(pull.done)
    expect(error.code).toBe('disk-full')
    expect(error.detail['reason']).toMatch(/no space left on device/)
    expect(pull.told.some(({ layers }) => layers.some((layer) => layer.currentBytes > 0))).toBe(true)
    expect(await scene.engine.image(BIG.reference)).toBeUndefined()
    scene.practice.images.drop(BIG.reference)
    expect(scene.practice.freeDiskBytes()).toBe(100 * MB)
    scene.practice.setDisk(400 * MB)
    await untilOver(scene, pulling(scene))
    expect(await scene.engine.image(BIG.reference)).toBeDefined()
    expect(scene.practice.freeDiskBytes()).toBe(200 * MB)
  })

  it('that falls silent in the middle counts as stalled after a minute without a byte; a byte in between starts the minute anew', async () => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    const pull = pulling(scene)
    await scene.clock.advance(2_000)
    scene.practice.setRegistryMood('stall')
    await scene.clock.advance(50_000)
    expect(pull.isOver()).toBe(false)
    scene.practice.setRegistryMood('honest')
    await scene.clock.advance(500)
    scene.practice.setRegistryMood('stall')
    await scene.clock.advance(50_000)
    expect(pull.isOver()).toBe(false)
    await scene.clock.advance(20_000)
    expect(await refusal(pull.done)).toMatchObject({ code: 'image-unavailable', detail: { reason: 'stalled', reference: BIG.reference } })
  })

  it.each([
    ['refuse', /denied/],
    ['absent', /no such host/],
  ] as const)('says what a registry that is in the mood "%s" says', async (mood, words) => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    scene.practice.setRegistryMood(mood)
    const error = await refusal(scene.engine.pull(BIG.reference, () => undefined, signal()))
    expect(error).toMatchObject({ code: 'image-unavailable', detail: { reference: BIG.reference } })
    expect(error.detail['reason']).toMatch(words)
  })

  it('ends with the engine', async () => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    const pull = pulling(scene)
    await scene.clock.advance(1_000)
    scene.practice.setDown(true)
    await scene.clock.advance(1_000)
    expect((await refusal(pull.done)).code).toBe('engine-not-started')
  })

  it('takes no more room when two ask for the same image', async () => {
    const scene = createEngineScene()
    scene.practice.images.publish(BIG)
    const [one, two] = [pulling(scene), pulling(scene)]
    await untilOver(scene, one)
    await untilOver(scene, two)
    expect(await one.done).toEqual(await two.done)
    expect(scene.practice.freeDiskBytes()).toBe(1_000 * MB - IMAGE_BYTES - BIG.sizeBytes)
  })

  it.each(['', 'two words', 'registry.test/../x', '-rm', 'a'.repeat(500)])('refuses the garbage reference %j', async (reference) => {
    const error = await refusal(createEngineScene().engine.pull(reference, () => undefined, signal()))
    expect(error.code).toBe('image-unavailable')
  })
})
