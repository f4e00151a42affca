import { describe, expect, test } from 'vitest'
import type { PullProgress } from '#main/core/ports/engine.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { containerSpec, type EngineStage } from './engine-under-test.ts'

/** The part of the engine contract about images. */
export function imagesContract(stage: EngineStage): void {
  describe('images', () => {
    test('a pull tells each layer from waiting to ready and ends with the digest of the registry', async () => {
      await stage.under.dropImage()
      expect(await stage.engine.image(stage.under.image)).toBeUndefined()
      // A fast pull may be over before the engine tells of any byte.
      stage.under.setRegistry('slow')
      const told: PullProgress[] = []
      const info = await stage.pull(stage.under.image, undefined, (progress) => told.push(structuredClone(progress)))
      stage.under.setRegistry('honest')
      expect(info.digest).toBe(stage.under.digest)
      expect(info.imageId).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(info.sizeBytes).toBeGreaterThan(100_000)
      expect(await stage.engine.image(stage.under.image)).toEqual(info)
      const last = told.at(-1)
      expect(last?.layers).toHaveLength(2)
      expect(last?.layers.every((layer) => layer.status === 'ready' && layer.currentBytes === layer.totalBytes)).toBe(true)
      const largest = last?.layers.toSorted((a, b) => b.totalBytes - a.totalBytes)[0]
      expect(largest?.totalBytes).toBeGreaterThan(100_000)
      const stages = told.flatMap((progress) => progress.layers.filter((layer) => layer.id === largest?.id).map((layer) => layer.status))
      expect(stages[0]).toBe('waiting')
      expect(stages).toContain('fetching')
      expect(last?.lastLine).not.toBe('')
    })

    test('what a tag is in its registry is told without fetching it; Podman has no such question', async () => {
      await stage.under.dropImage()
      const probe = await stage.engine.probe()
      const isPodman = probe.kind === 'ready' && /podman/i.test(probe.name)
      expect(await stage.engine.offeredDigest?.(stage.under.image)).toBe(isPodman ? undefined : stage.under.digest)
      expect(await stage.engine.image(stage.under.image)).toBeUndefined()
      const unknown = await stage.engine.offeredDigest?.(stage.under.unknownImage).catch((error: unknown) => error)
      if (isPodman) expect(unknown).toBeUndefined()
      else expect(unknown).toMatchObject({ code: 'image-unavailable' })
    })

    test('an image is removed when no container is made of it, and the same pin can be fetched again', async () => {
      const pinned = `${stage.under.image.replace(/:1$/, '')}@${stage.under.digest}`
      await stage.pull(stage.under.image)
      const name = await stage.running({ image: pinned })
      expect(await stage.engine.removeImage?.(pinned)).toBe(false)
      expect((await stage.engine.image(pinned))?.digest).toBe(stage.under.digest)
      await stage.engine.stop(name, 1)
      expect(await stage.engine.removeImage?.(pinned)).toBe(false)
      await stage.engine.remove(name)
      await stage.under.dropImage()
      await stage.pull(pinned)
      expect(await stage.engine.removeImage?.(pinned)).toBe(true)
      expect(await stage.engine.image(pinned)).toBeUndefined()
      expect(await stage.engine.removeImage?.(pinned)).toBe(false)
      expect((await stage.pull(pinned)).digest).toBe(stage.under.digest)
    })

    test('a pinned digest is pulled like a tag', async () => {
      const pinned = `${stage.under.image.replace(/:1$/, '')}@${stage.under.digest}`
      expect((await stage.pull(pinned)).digest).toBe(stage.under.digest)
    })

    test('an aborted pull rejects as cancelled and leaves no image; the next one works', async () => {
      await stage.under.dropImage()
      stage.under.setRegistry('slow')
      const abort = new AbortController()
      const error = rejection(
        stage.pull(stage.under.image, abort.signal, ({ layers }) => {
          if (layers.some((layer) => layer.status === 'fetching' && layer.currentBytes > 0)) abort.abort()
        }),
      )
      expect((await error).code).toBe('cancelled')
      stage.under.setRegistry('honest')
      expect(await stage.engine.image(stage.under.image)).toBeUndefined()
      expect((await stage.pull(stage.under.image)).digest).toBe(stage.under.digest)
    })

    test('a pull that was aborted before it began asks nobody', async () => {
      expect((await rejection(stage.pull(stage.under.unknownImage, AbortSignal.abort()))).code).toBe('cancelled')
    })

    test('an image that the registry does not have is unavailable, with the reference and a reason', async () => {
      const error = await rejection(stage.pull(stage.under.unknownImage))
      expect(error.code).toBe('image-unavailable')
      expect(error.detail).toMatchObject({ reference: stage.under.unknownImage, reason: expect.stringMatching(/\w{3}/) })
    })

    test('a registry that says nothing counts as stalled', async () => {
      await stage.under.dropImage()
      stage.under.setRegistry('silent')
      const startedAtMs = Date.now()
      const error = await rejection(stage.pull(stage.under.image))
      stage.under.setRegistry('honest')
      expect(error).toMatchObject({ code: 'image-unavailable', detail: { reason: 'stalled', reference: stage.under.image } })
      expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(stage.under.pullStallMs - 50)
      expect((await stage.pull(stage.under.image)).digest).toBe(stage.under.digest)
    })

    test('a layer that comes to a halt in its middle counts as stalled too', async () => {
      await stage.under.dropImage()
      stage.under.setRegistry('slow')
      const error = await rejection(
        stage.pull(stage.under.image, undefined, ({ layers }) => {
          if (layers.some((layer) => layer.status === 'fetching' && layer.currentBytes > 0)) stage.under.setRegistry('silent')
        }),
      )
      stage.under.setRegistry('honest')
      expect(error).toMatchObject({ code: 'image-unavailable', detail: { reason: 'stalled' } })
      expect(await stage.engine.image(stage.under.image)).toBeUndefined()
      expect((await stage.pull(stage.under.image)).digest).toBe(stage.under.digest)
    })

    test('a text that is no name of an image is asked of nobody', async () => {
      for (const text of ['', '../../containers/json', 'a b', '127.0.0.1:1/../x', 'a\nb', 'a?fromSrc=x', '-x', 'ü/x:1']) {
        expect((await rejection(stage.pull(text))).code, text).toBe('image-unavailable')
      }
    })

    test('a container of an image that is not there is refused as such', async () => {
      const error = await rejection(stage.engine.create(containerSpec(stage.under, stage.nextName(), { image: stage.under.unknownImage })))
      expect(error.code).toBe('image-unavailable')
    })
  })
}
