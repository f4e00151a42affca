import type { ApiResult } from '#shared/api/errors.ts'
import type { Link } from '../link.ts'

/** What the preload exposes. */
export interface HearthBridge {
  call(name: string, input: unknown, id?: number, shown?: string | null): Promise<unknown>
  onPush(listener: (patch: unknown) => void): () => void
}

declare global {
  // eslint-disable-next-line no-var
  var hearth: HearthBridge | undefined
}

/** Electron's channel: always there as long as the window is. */
export function createElectronLink(bridge: HearthBridge): Link {
  // Another page in this window began at another time: an id of its calls is never taken for one of ours.
  let lastId = Date.now() * 1_000
  return {
    call: async (name, input, signal, shown) => {
      lastId += 1
      const id = lastId
      const cancel = (): void => void bridge.call('calls.cancel', { id }).catch(() => undefined)
      try {
        const answer = bridge.call(name, input, id, ...(shown === undefined ? [] : [shown]))
        if (signal?.aborted) cancel()
        signal?.addEventListener('abort', cancel, { once: true })
        return (await answer) as ApiResult<unknown>
      } catch {
        // The channel rejects when main refuses the sender or is going down.
        return { ok: false, error: { code: 'internal', detail: { reason: 'link-lost' }, ref: '' } }
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    onPush: (listener) => bridge.onPush(listener),
    onStatus: (listener) => {
      listener('open')
      return () => undefined
    },
  }
}
