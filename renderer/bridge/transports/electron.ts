import type { ApiResult } from '#shared/api/errors.ts'
import type { Link } from '../link.ts'

/** What the preload exposes. */
export interface HearthBridge {
  call(name: string, input: unknown): Promise<unknown>
  onPush(listener: (patch: unknown) => void): () => void
}

declare global {
  // eslint-disable-next-line no-var
  var hearth: HearthBridge | undefined
}

/** Electron's channel: always there as long as the window is. */
export function createElectronLink(bridge: HearthBridge): Link {
  return {
    call: async (name, input) => {
      try {
        return (await bridge.call(name, input)) as ApiResult<unknown>
      } catch {
        // The channel rejects when main refuses the sender or is going down.
        return { ok: false, error: { code: 'internal', detail: { reason: 'link-lost' }, ref: '' } }
      }
    },
    onPush: (listener) => bridge.onPush(listener),
    onStatus: (listener) => {
      listener('open')
      return () => undefined
    },
  }
}
