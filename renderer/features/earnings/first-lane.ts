import type { ClockLane } from '#shared/model/clock-schema.ts'

const LOST = new Set<ClockLane['stage']>(['expired', 'discarded', 'not-claimed', 'idle'])

/** The session that can be the first to pay: the oldest that has a claim, else the oldest that counted relays, else the one that is served now. */
export function firstLane({ lanes }: { lanes: ClockLane[] }): ClockLane | undefined {
  const alive = lanes.filter((lane) => !LOST.has(lane.stage)).sort((a, b) => a.number - b.number)
  const claimed = alive.find((lane) => lane.claimHeight !== null || lane.claimedUpokt !== null)
  const counted = alive.find((lane) => lane.relays !== null && lane.relays !== '0')
  return claimed ?? counted ?? alive.find((lane) => lane.stage === 'serving')
}
