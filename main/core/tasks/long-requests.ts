import { HearthError } from '#shared/api/errors.ts'
import type { RequestName } from '#shared/api/requests.ts'
import type { Clock } from '../ports/clock.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** A request that lasts longer than this is no plain call any more: everybody sees that it is under way, and may end it where that can be done. */
export const LONG_MS = 1_000

/** One request under way. */
export interface WatchedRequest {
  /** Its turn has come: what can wait for nothing more changes something from here on. */
  begun(): void
  ended(): void
}

/** Publishes requests that last, as tasks with two steps: waiting for the ones before, and being done. */
export interface LongRequests {
  /** @param abort ends it; undefined when it cannot be ended once it has begun */
  watch(name: RequestName, parts: { waits: boolean; abort: AbortController }): WatchedRequest
  /** @returns false when no such request is under way */
  cancel(taskId: string): boolean
}

export function createLongRequests(state: StatePublisher, clock: Clock): LongRequests {
  const shown = new Map<string, { abort: AbortController; mayEnd: () => boolean }>()
  let counter = 0
  return {
    watch(name, { waits, abort }) {
      counter += 1
      const id = `request-${clock.now().toString(36)}-${counter}`
      const over = new AbortController()
      const askedAtMs = clock.now()
      let begunAtMs: number | undefined
      const mayEnd = (): boolean => waits || begunAtMs === undefined
      const publish = (): void => {
        const running = { status: 'running', endedAtMs: null, facts: {} } as const
        shown.set(id, { abort, mayEnd })
        state.put('tasks', id, {
          id,
          kind: 'request',
          status: 'running',
          startedAtMs: askedAtMs,
          endedAtMs: null,
          cancellable: mayEnd(),
          steps:
            begunAtMs === undefined
              ? [
                  { key: 'request-turn', ...running, startedAtMs: askedAtMs },
                  { key: 'request-runs', ...running, status: 'waiting', startedAtMs: null },
                ]
              : [
                  { key: 'request-turn', status: 'done', startedAtMs: askedAtMs, endedAtMs: begunAtMs, facts: {} },
                  { key: 'request-runs', ...running, startedAtMs: begunAtMs },
                ],
          pulls: [],
          done: 0,
          total: 0,
          lastLine: '',
          facts: { request: name },
          error: null,
        })
      }
      void clock.sleep(LONG_MS, over.signal).then(
        () => {
          if (!over.signal.aborted) publish()
        },
        () => undefined,
      )
      return {
        begun() {
          begunAtMs = clock.now()
          if (shown.has(id)) publish()
        },
        ended() {
          over.abort()
          if (shown.delete(id)) state.remove('tasks', id)
        },
      }
    },
    cancel(taskId) {
      const request = shown.get(taskId)
      if (!request) return false
      // What has begun to change something is not torn.
      if (!request.mayEnd()) throw new HearthError('not-now', { problem: 'begun' })
      request.abort.abort()
      return true
    },
  }
}
