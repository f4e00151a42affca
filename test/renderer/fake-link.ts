import type { ApiResult } from '#shared/api/errors.ts'
import type { Change, Patch, Resumed } from '#shared/api/patches.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Link, LinkStatus } from '#renderer/bridge/link.ts'
import { LINK_LOST } from '#renderer/bridge/link.ts'

/** A main that a test drives: it answers `state.get` from `state` and everything else from `answers`, and pushes when told to. */
export interface FakeLink extends Link {
  state: AppState
  seq: number
  /** Patches that main still has. */
  recent: Patch[]
  calls: { name: string; input: unknown }[]
  /** What was called off before it was answered. */
  cancelled: string[]
  answers: Record<string, (input: unknown) => ApiResult<unknown> | Promise<ApiResult<unknown>>>
  /** Applies a change to main's own state and pushes it. @param lost leaves the push out, as a broken line would */
  change(change: Change, value: Partial<AppState>, lost?: boolean): void
  push(message: unknown): void
  status(next: LinkStatus): void
}

/** As main does it: what was missed when it is known, else everything. */
function resumed(link: FakeLink, input: unknown): Resumed {
  const { startedAtMs, seq } = input as { startedAtMs: number; seq: number }
  const missed = link.recent.filter((patch) => patch.seq > seq)
  if (startedAtMs !== link.state.app.startedAtMs || missed.length !== link.seq - seq)
    return { kind: 'snapshot', seq: link.seq, state: link.state }
  return { kind: 'patches', patches: missed }
}

export function fakeLink(state: AppState): FakeLink {
  const pushes = new Set<(message: unknown) => void>()
  const statuses = new Set<(status: LinkStatus) => void>()
  let status: LinkStatus = 'open'
  const link: FakeLink = {
    state,
    seq: 1,
    recent: [],
    calls: [],
    cancelled: [],
    answers: {},
    async call(name, input, signal) {
      link.calls.push({ name, input })
      if (status !== 'open') return LINK_LOST
      const own = link.answers[name]
      if (own) {
        let isOver = false
        const ended = new Promise<ApiResult<unknown>>((resolve) =>
          signal?.addEventListener('abort', () => {
            if (isOver) return
            link.cancelled.push(name)
            resolve({ ok: false, error: { code: 'cancelled', ref: '' } })
          }),
        )
        const answer = own(input)
        if (!(answer instanceof Promise)) return answer
        return Promise.race([answer, ended]).finally(() => (isOver = true))
      }
      if (name === 'state.resume') return { ok: true, value: structuredClone(resumed(link, input)) }
      if (name === 'state.get') return { ok: true, value: structuredClone({ seq: link.seq, state: link.state }) }
      return { ok: false, error: { code: 'not-allowed', ref: 'fake' } }
    },
    onPush(listener) {
      pushes.add(listener)
      return () => pushes.delete(listener)
    },
    onStatus(listener) {
      statuses.add(listener)
      listener(status)
      return () => statuses.delete(listener)
    },
    change(change, value, lost = false) {
      link.state = { ...link.state, ...value }
      link.seq += 1
      const patch = { seq: link.seq, changes: [change] }
      link.recent.push(patch)
      if (!lost) link.push(patch)
    },
    push(message) {
      for (const listener of pushes) listener(structuredClone(message))
    },
    status(next) {
      status = next
      for (const listener of statuses) listener(next)
    },
  }
  return link
}

/** Lets promises that are already settled run on. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
