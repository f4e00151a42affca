import { HearthError } from '#shared/api/errors.ts'
import { repositoryOf, type UpdateRow } from '#shared/model/update.ts'
import { pinImage } from '../nodes/pin-image.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Tasks } from '../tasks/tasks.ts'

/** An image that cannot be had now may be there later: a release can come after its plan. */
const AGAIN_MS = 60_000

/** Fetches images ahead of their use, one at a time, each as a task with its progress. */
export interface ImageFetch {
  /** Begins, unless this one is being fetched or failed a moment ago. @param onPin told by what it is known from now on @param onCancel the user does not want it */
  fetch(row: UpdateRow, onPin: (pin: string) => Promise<void>, onCancel: () => Promise<void>): Promise<void>
  /** What the last try of this row said. */
  failed(id: string): HearthError | undefined
  /** Resolves when nothing is fetched any more. */
  stop(): Promise<void>
}

/** @param deps.imageOverrides by the catalogue's reference */
export function createImageFetch(deps: {
  engine: Engine
  tasks: Tasks
  clock: Clock
  imageOverrides: Readonly<Record<string, string>>
}): ImageFetch {
  const { engine, tasks, clock } = deps
  const failures = new Map<string, { error: HearthError; atMs: number }>()
  let current: Promise<void> | undefined

  const run = async (row: UpdateRow, onPin: (pin: string) => Promise<void>, onCancel: () => Promise<void>): Promise<void> => {
    const reference = deps.imageOverrides[row.toReference] ?? row.toReference
    // By digest where it is known: what the tag is by then may be another.
    const digest = row.digest ?? (await engine.offeredDigest?.(reference).catch(() => undefined))
    const source = digest === undefined ? reference : `${repositoryOf(reference)}@${digest}`
    const { promise, resolve } = Promise.withResolvers<void>()
    let isBegun = false
    tasks.start('image-fetch', ['images'], async (task) => {
      isBegun = true
      const shown = { title: row.toVersion, reference, layers: [] }
      try {
        task.update({ facts: { version: row.toVersion }, pulls: [{ ...shown, status: 'fetching' }] })
        const pin = await task.step('images', () =>
          pinImage(
            engine,
            reference,
            source,
            ({ layers, lastLine }) => task.update({ pulls: [{ ...shown, layers, status: 'fetching' }], lastLine }),
            task.signal,
          ),
        )
        task.update({ pulls: [{ ...shown, status: 'ready' }] })
        failures.delete(row.id)
        await onPin(pin)
      } catch (error) {
        const known = error instanceof HearthError ? error : new HearthError('image-unavailable', { reference, reason: 'unexpected' })
        const { reason }: { reason?: unknown } = task.signal
        // Ending Hearth is no wish about the image.
        const isUsers = task.signal.aborted && !(reason instanceof HearthError && reason.detail['reason'] === 'ending')
        if (isUsers) await onCancel()
        failures.set(row.id, { error: known, atMs: clock.now() })
        throw error
      } finally {
        resolve()
      }
    })
    // Another network's fetch is still ending: this one never begins, and the next look asks again.
    if (isBegun) await promise
  }

  return {
    fetch(row, onPin, onCancel) {
      const failed = failures.get(row.id)
      const isSoon = failed !== undefined && clock.now() - failed.atMs < AGAIN_MS && clock.now() >= failed.atMs
      if (current || isSoon) return Promise.resolve()
      current = run(row, onPin, onCancel).finally(() => (current = undefined))
      return Promise.resolve()
    },
    failed: (id) => failures.get(id)?.error,
    async stop() {
      await current
    },
  }
}
