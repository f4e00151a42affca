import type { ClaimView } from '#shared/api/requests.ts'
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

/**
 * The same for one of several suppliers, whose lanes are those of all: a session that is claimed is listed only if one of the claims is of this one, with what that comes to. What is
 * served or open may be anybody's and stays: what another one has claimed of it is no value of this one's.
 * @param claims of this supplier
 */
export function fatesOf(all: Fate[], claims: readonly Pick<ClaimView, 'sessionEndHeight' | 'claimedUpokt'>[]): Fate[] {
  return all.flatMap((fate): Fate[] => {
    const { lane } = fate
    const own = claims.filter((claim) => claim.sessionEndHeight === lane.end)
    if (own.length === 0)
      return lane.stage === 'serving' || lane.stage === 'open' ? [{ ...fate, lane: { ...lane, claimedUpokt: null } }] : []
    const sum = own.reduce((upokt, claim) => upokt + BigInt(claim.claimedUpokt), 0n)
    return [{ ...fate, lane: { ...lane, claimedUpokt: sum.toString() } }]
  })
}
