import type { SessionRules } from '#shared/model/session.ts'
import type { ClockLane } from '#shared/model/session-clock.ts'
import type { Verdict } from '#shared/model/stop-verdict.ts'

/** What the clock is drawn from: the clock slice and the head of the chain. */
export interface ClockView {
  clock: { lanes: ClockLane[]; verdict: Verdict; facts: Record<string, string>; height: number; atMs: number }
  chain: { height: number; blockTimeMs: number; medianBlockMs: number | null; params: Pick<SessionRules, 'numBlocksPerSession'> | null }
}

/** The lane whose session the head is in. */
export function currentLane({ clock, chain }: ClockView): ClockLane | undefined {
  return clock.lanes.find((lane) => chain.height >= lane.start && chain.height <= lane.end) ?? clock.lanes.find((lane) => lane.stage === 'serving')
}

/** Where the head is in its session: block `at` of `all`, and how long it still takes. */
export function place(view: ClockView): { lane: ClockLane; at: number; all: number; leftMs: number | null } | undefined {
  const lane = currentLane(view)
  if (!lane) return undefined
  const all = lane.end - lane.start + 1
  const at = Math.min(all, Math.max(1, view.chain.height - lane.start + 1))
  const { medianBlockMs } = view.chain
  return { lane, at, all, leftMs: medianBlockMs === null ? null : (all - at + 1) * medianBlockMs }
}

/** About when a block is made, or was. UTC ms; null while block times are not known. */
export function timeAt({ chain }: ClockView, height: number): number | null {
  return chain.medianBlockMs === null ? null : chain.blockTimeMs + (height - chain.height) * chain.medianBlockMs
}

/** Chains faster than this are told in seconds. */
export const isFast = ({ chain }: ClockView): boolean => chain.medianBlockMs !== null && chain.medianBlockMs < 20_000
