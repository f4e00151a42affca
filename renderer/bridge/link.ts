import type { ApiResult } from '#shared/api/errors.ts'

/** How the way to main is. `lost` mends itself; `ended` needs a new session. */
export type LinkStatus = 'connecting' | 'open' | 'lost' | 'ended'

/** The way to main: one call, one stream of pushes. Both transports are this, and so is the fake of the tests. */
export interface Link {
  /**
   * Resolves with what main answered. Resolves with `internal` and `reason: link-lost` when the way broke before the answer: whether it ran is then told by the state.
   * @param signal main is told when it aborts; the answer still comes from main, which knows whether the request could be ended
   * @param shown the network that the page shows, said with what changes something: main does it to no other
   */
  call(name: string, input: unknown, signal?: AbortSignal, shown?: string | null): Promise<ApiResult<unknown>>
  /** @returns how to stop */
  onPush(listener: (patch: unknown) => void): () => void
  /** Calls at once with the present status. @returns how to stop */
  onStatus(listener: (status: LinkStatus) => void): () => void
}

/** What a call resolves with when nobody answers. */
export const LINK_LOST: ApiResult<never> = { ok: false, error: { code: 'internal', detail: { reason: 'link-lost' }, ref: '' } }
