import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'

/** After a fetch that failed. */
const PAUSE_MS = 60_000

/** Fetches images that were on the engine once and were taken away by hand (a cleaning of the disk, mostly). */
export interface MissingImages {
  /**
   * @param reference what a container is to be made of; only what names a digest can be had again as it was
   * @param error with which the engine refused it @returns whether it is being fetched now. Rejects with why it could not be had, or with `error`
   */
  fetch(reference: string, error: HearthError): boolean
  /** Ends what is under way. */
  stop(): Promise<void>
}

/** @param wake told when an image is there, or could not be had */
export function createMissingImages({
  engine,
  clock,
  log,
  wake,
}: {
  engine: Pick<Engine, 'pull'>
  clock: Clock
  log: Log
  wake: () => void
}): MissingImages {
  const abort = new AbortController()
  const running = new Map<string, Promise<void>>()
  const failed = new Map<string, { atMs: number; error: HearthError }>()
  const pull = async (reference: string): Promise<void> => {
    try {
      log.info('an image is gone and is fetched again', { reference })
      await engine.pull(reference, () => undefined, abort.signal)
      failed.delete(reference)
    } catch (error) {
      const known = error instanceof HearthError ? error : new HearthError('image-unavailable', { reference, reason: 'unexpected' })
      failed.set(reference, { atMs: clock.now(), error: known })
    } finally {
      running.delete(reference)
      if (!abort.signal.aborted) wake()
    }
  }
  return {
    fetch(reference, error) {
      if (running.has(reference)) return true
      const last = failed.get(reference)
      if (last && clock.now() < last.atMs + PAUSE_MS) throw last.error
      if (!reference.includes('@') || abort.signal.aborted) throw error
      running.set(reference, pull(reference))
      return true
    },
    async stop() {
      abort.abort()
      await Promise.all(running.values())
    },
  }
}
