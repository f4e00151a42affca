import type { ImageInfo, PullProgress } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { ingress } from '#shared/catalog/entries/ingress.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { unpackedShare, type PracticeImage } from './image-sizes.ts'
import { hashOf } from './noise.ts'
import { checkLine, playPull, type PullContext } from './pull.ts'

/** What Practice pulls: about the sizes of the real ones (a Debian base, small things, the program). */
export const PRACTICE_IMAGES: PracticeImage[] = [
  { reference: POCKETD_IMAGE.reference, sizeBytes: 218_000_000, layerBytes: [28_200_000, 3_400_000, 39_100_000] },
  { reference: ingress.image.reference, sizeBytes: 45_400_000, layerBytes: [3_400_000, 300_000, 12_600_000] },
  { reference: anvil.image.reference, sizeBytes: 291_000_000, layerBytes: [29_700_000, 9_800_000, 61_400_000] },
]

export interface ImageShelf {
  /** An image on this engine by tag, `repository@digest` or content id. */
  find(reference: string): ImageInfo | undefined
  pull(reference: string, onProgress: (progress: PullProgress) => void, signal: AbortSignal): Promise<ImageInfo>
  /** What the registry has under a tag now. */
  offered(reference: string): string | undefined
  /** Puts an image into the registry. @returns its digest */
  publish(image: PracticeImage): string
  /** Takes it out of the registry. */
  withdraw(reference: string): void
  /** Puts an image of the registry on the engine without a pull, as one that was there before. */
  load(reference: string): void
  /** Takes it off the engine, with the layers of unfinished pulls. */
  drop(reference: string): void
  /** Takes one image off the engine, by tag, `repository@digest` or content id. */
  remove(reference: string): void
  /** The images on this engine, and back. */
  save(): PracticeImage[]
  restore(images: PracticeImage[]): void
}

const REFERENCE = /^[a-z0-9][a-zA-Z0-9._/:@-]{0,400}$/

export function createImageShelf(registryImages: PracticeImage[], context: Omit<PullContext, 'kept'>): ImageShelf {
  const registry = new Map(registryImages.map((image) => [image.reference, image]))
  const local = new Map<string, ImageInfo>()
  /** What is on the engine although the registry may not have it any more. */
  const known = new Map<string, PracticeImage>()
  const kept = new Map<string, number>()
  const digestOf = (reference: string): string => `sha256:${hashOf('digest', reference)}`
  const infoOf = (image: PracticeImage): ImageInfo => ({
    imageId: `sha256:${hashOf('image', image.reference)}`,
    digest: digestOf(image.reference),
    sizeBytes: image.sizeBytes,
  })
  const isNamed = (image: PracticeImage, reference: string): boolean =>
    image.reference === reference || reference === `${withoutTag(image.reference)}@${digestOf(image.reference)}`
  const put = (image: PracticeImage): void => {
    if (local.has(image.reference)) return
    context.disk.take(image.sizeBytes, `image ${image.reference}`)
    local.set(image.reference, infoOf(image))
    known.set(image.reference, image)
  }
  return {
    find(reference) {
      for (const [tag, info] of local)
        if (tag === reference || info.imageId === reference || reference === `${withoutTag(tag)}@${info.digest}`) return { ...info }
      return undefined
    },
    async pull(reference, onProgress, signal) {
      if (typeof reference !== 'string' || !REFERENCE.test(reference))
        throw new HearthError('image-unavailable', {
          reference: String(reference as unknown).slice(0, 200),
          reason: 'invalid reference format',
        })
      checkLine(context, reference, signal)
      const image = [...registry.values()].find((candidate) => isNamed(candidate, reference))
      if (!image) {
        // Nobody answers in a silence, not even that there is none.
        if (context.mood() === 'stall') {
          await context.clock.sleep(context.stallMs, signal)
          checkLine(context, reference, signal)
          throw new HearthError('image-unavailable', { reference, reason: 'stalled' })
        }
        throw new HearthError('image-unavailable', { reference, reason: `manifest for ${reference} not found: manifest unknown` })
      }
      if (local.has(image.reference) && context.mood() !== 'stall') {
        onProgress({ layers: [], lastLine: `Status: Image is up to date for ${reference}` })
        return infoOf(image)
      }
      await playPull(image, reference, { ...context, kept }, onProgress, signal)
      // The layers counted themselves on the disk; one of two pulls at the same time gives its room back.
      context.disk.take(-image.layerBytes.reduce((sum, bytes) => sum + unpackedShare(image, bytes), 0), '')
      put(image)
      return infoOf(image)
    },
    offered: (reference) => (registry.has(reference) ? digestOf(reference) : undefined),
    publish(image) {
      registry.set(image.reference, image)
      return digestOf(image.reference)
    },
    withdraw: (reference) => void registry.delete(reference),
    load(reference) {
      const image = registry.get(reference)
      if (!image) throw new HearthError('image-unavailable', { reference, reason: 'the practised registry has no such image' })
      put(image)
    },
    drop(reference) {
      for (const bytes of kept.values()) context.disk.take(-bytes, '')
      kept.clear()
      const info = local.get(reference)
      if (info) context.disk.take(-info.sizeBytes, '')
      local.delete(reference)
    },
    remove(reference) {
      for (const [tag, info] of local) {
        if (tag !== reference && info.imageId !== reference && reference !== `${withoutTag(tag)}@${info.digest}`) continue
        context.disk.take(-info.sizeBytes, '')
        local.delete(tag)
      }
    },
    save: () => [...local.keys()].flatMap((reference) => known.get(reference) ?? []),
    restore(images) {
      for (const image of images) put(image)
    },
  }
}

const withoutTag = (reference: string): string => reference.replace(/:[^:/]*$/, '')
