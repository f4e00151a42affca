import type { AppState } from '#shared/api/state.ts'

type Lane = AppState['clock']['lanes'][number]

export interface Fate {
  lane: Lane
  /** What an unstake in the next block would do to it. */
  isDiscarded: boolean
}

const OPEN = new Set<Lane['stage']>(['serving', 'open', 'claimed', 'proof-due', 'proven'])

/**
 * What a bare unstake would discard: every session not yet settled whose settlement comes at or after the next session start, when the services go off.
 * @param lanes of the session clock @param height newest block
 */
export function fates(lanes: Lane[], height: number): Fate[] {
  const current = lanes.find((lane) => lane.start <= height && height <= lane.end)
  const off = current ? current.end + 1 : height + 1
  return lanes
    .filter((lane) => OPEN.has(lane.stage) && lane.settle > height && lane.relays !== '0')
    .map((lane) => ({ lane, isDiscarded: lane.settle >= off }))
}
