import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import { gatedCall, refusal } from './request-gate.ts'

export type CallId = string | number

/** The requests of one line (a socket, or the window) that are under way, by the ids that its page gave them. */
export interface LineCalls {
  /** @param id undefined for a call that nobody can cancel @param shown the network that the page shows, where it says one */
  run(id: CallId | undefined, name: string, input: unknown, shown?: string | null): Promise<ApiResult<unknown>>
  /** The line is gone: nobody waits for what was only read. What was to be changed is changed. */
  close(): void
}

const CANCEL: RequestName = 'calls.cancel'

/** @param app asked by way of the gate: name, size and schema are judged as ever */
export function createLineCalls(app: App, log: Log): LineCalls {
  const underWay = new Map<CallId, { name: string; abort: AbortController }>()
  const cancel = (input: unknown): ApiResult<unknown> => {
    const wish = requests['calls.cancel'].input.safeParse(input)
    if (!wish.success) return refusal('invalid-request')
    // SECURITY: S17 ids are those of this line: no page ends what another one asked.
    const call = underWay.get(wish.data.id)
    call?.abort.abort()
    return { ok: true, value: { found: call !== undefined } }
  }
  return {
    async run(id, name, input, shown) {
      if (name === CANCEL) return cancel(input)
      const abort = new AbortController()
      const own = { name, abort }
      // An id that is under way already belongs to the first: the second runs, and cannot be ended.
      const isFree = id !== undefined && !underWay.has(id)
      if (isFree) underWay.set(id, own)
      try {
        return await gatedCall(app, log, name, input, abort.signal, shown)
      } finally {
        if (isFree) underWay.delete(id)
      }
    },
    close() {
      for (const { name, abort } of underWay.values())
        if (Object.hasOwn(requests, name) && !requests[name as RequestName].writes) abort.abort()
    },
  }
}
