import type { PullProgress } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { PracticeClock } from '../parts.ts'
import type { Disk } from './disk.ts'
import { unpackedShare, type PracticeImage } from './image-sizes.ts'
import { hashOf } from './noise.ts'

/** How the practised registry treats pulls: honestly, over a thin line, with silence, with a refusal, or not at all since there is no line. */
export type RegistryMood = 'honest' | 'slow' | 'stall' | 'refuse' | 'absent'

type Layer = PullProgress['layers'][number]

/** How long Practice waits between two looks at a pull; progress is told as often as an engine tells it. */
const TICK_MS = 250
const AT_ONCE = 3
const UNPACK_BYTES_PER_SECOND = 150_000_000

export interface PullContext {
  clock: PracticeClock
  disk: Disk
  /** Complete layers of earlier tries, with the room that they take. */
  kept: Map<string, number>
  mood: () => RegistryMood
  bytesPerSecond: { honest: number; slow: number }
  stallMs: number
  /** Why the engine cannot go on; undefined while it can. */
  gone: () => HearthError | undefined
}

interface Part extends Layer {
  /** What it will take on the disk. */
  unpackedBytes: number
  unpacked: number
  counted: number
}

/**
 * Plays a pull in the practised time. The room of what is fetched is taken from the disk as it comes; whole layers of a pull that failed are kept for the next one.
 * Rejects `cancelled`, `image-unavailable` (detail.reason in the engine's own words, or `stalled`), `disk-full`.
 */
export async function playPull(
  image: PracticeImage,
  reference: string,
  context: PullContext,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, disk, kept } = context
  const parts = image.layerBytes.map((bytes, at): Part => {
    const id = hashOf('layer', image.reference, at).slice(0, 12)
    const unpackedBytes = unpackedShare(image, bytes)
    const room = kept.get(id)
    if (room === undefined) return { id, currentBytes: 0, totalBytes: bytes, status: 'waiting', unpackedBytes, unpacked: 0, counted: 0 }
    return { id, currentBytes: bytes, totalBytes: bytes, status: 'ready', unpackedBytes, unpacked: unpackedBytes, counted: room }
  })
  let lastLine = ''
  const tell = (): void =>
    onProgress({
      // The engine learns a layer's size with its first byte.
      layers: parts.map(({ id, currentBytes, totalBytes, status }) => ({
        id,
        currentBytes,
        totalBytes: status === 'waiting' ? 0 : totalBytes,
        status,
      })),
      lastLine,
    })
  const count = (part: Part, bytes: number): void => {
    disk.take(bytes - part.counted, `layer ${part.id}`)
    part.counted = bytes
  }
  const fetchSome = (budget: number): void => {
    const active = parts.filter((part) => part.status === 'fetching' || part.status === 'waiting').slice(0, AT_ONCE)
    for (const part of active) {
      part.status = 'fetching'
      part.currentBytes = Math.min(part.totalBytes, part.currentBytes + Math.ceil(budget / active.length))
      count(part, part.currentBytes)
      lastLine = `${part.id} Downloading`
    }
  }
  /** In order, as an engine does: each layer lies on the one before. */
  const unpackSome = (budget: number): void => {
    let left = budget
    for (const part of parts) {
      if (part.status === 'ready') continue
      if (part.status !== 'unpacking') break
      const step = Math.min(left, part.unpackedBytes - part.unpacked)
      part.unpacked += step
      left -= step
      count(part, part.totalBytes + part.unpacked)
      lastLine = `${part.id} Extracting`
      if (part.unpacked < part.unpackedBytes) break
      part.status = 'ready'
      count(part, part.unpackedBytes)
      lastLine = `${part.id} Pull complete`
    }
  }

  try {
    let lookedAtMs = clock.now()
    let silentMs = 0
    let isFirst = true
    for (;;) {
      checkLine(context, reference, signal)
      const mood = context.mood()
      if (mood !== 'stall' && isFirst) {
        isFirst = false
        lastLine = `Pulling from ${image.reference}`
        tell()
      }
      if (parts.every((part) => part.status === 'ready')) break
      await clock.sleep(mood === 'stall' ? Math.min(TICK_MS, context.stallMs - silentMs) : TICK_MS, signal)
      checkLine(context, reference, signal)
      const passedMs = Math.max(mood === 'stall' ? 0 : TICK_MS, clock.now() - lookedAtMs)
      lookedAtMs = clock.now()
      if (mood === 'stall') {
        silentMs += Math.max(passedMs, Math.min(TICK_MS, context.stallMs - silentMs))
        if (silentMs >= context.stallMs) throw new HearthError('image-unavailable', { reference, reason: 'stalled' })
        continue
      }
      silentMs = 0
      unpackSome((UNPACK_BYTES_PER_SECOND * passedMs) / 1000)
      fetchSome((context.bytesPerSecond[mood === 'slow' ? 'slow' : 'honest'] * passedMs) / 1000)
      tell()
      for (const part of parts) if (part.status === 'fetching' && part.currentBytes >= part.totalBytes) part.status = 'unpacking'
    }
    lastLine = `Status: Downloaded newer image for ${reference}`
    tell()
    for (const part of parts) kept.delete(part.id)
  } catch (error) {
    for (const part of parts) {
      if (part.status === 'ready') kept.set(part.id, part.counted)
      else count(part, 0)
    }
    throw error
  }
}

/** Throws when the caller, the engine or the registry has ended it. The words are those of an engine. */
export function checkLine(context: Pick<PullContext, 'mood' | 'gone'>, reference: string, signal: AbortSignal): void {
  if (signal.aborted) throw new HearthError('cancelled')
  const gone = context.gone()
  if (gone) throw gone
  const host = reference.includes('/') ? (reference.split('/')[0] ?? '') : 'docker.io'
  const path = reference.slice(reference.indexOf('/') + 1).replace(/[:@][^/]*$/, '')
  if (context.mood() === 'refuse')
    throw new HearthError('image-unavailable', { reference, reason: `Head "https://${host}/v2/${path}/manifests": denied` })
  if (context.mood() === 'absent')
    throw new HearthError('image-unavailable', { reference, reason: `Get "https://${host}/v2/": dial tcp: lookup ${host}: no such host` })
}
