import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Store } from '../ports/store.ts'
import { isOnlyWatched } from '../state/served-suppliers.ts'

/** More than sessions and services under way can make. */
const CLAIMS_COUNTED = 1_000

/** What is claimed and not settled is lost with the volume that the relay miner keeps it on. Claims of a supplier that is only watched lie on another. */
export interface OpenClaims {
  /** Rejects `claims-open` (detail.claims, detail.upokt) while there is one. */
  mustBeNone(): Promise<void>
}

export function createOpenClaims(
  store: Pick<Store, 'claims'>,
  network: string | null,
  state: { readonly state: Pick<AppState, 'keys' | 'app' | 'nodes'> },
): OpenClaims {
  return {
    async mustBeNone() {
      const all = await store.claims({ network: network ?? '', stages: ['claimed', 'proven'], limit: CLAIMS_COUNTED })
      const open = all.filter((claim) => !isOnlyWatched(state.state, claim.operatorAddress))
      if (open.length === 0) return
      const upokt = open.reduce((total, claim) => total + claim.claimedUpokt, 0n)
      throw new HearthError('claims-open', { claims: String(open.length), upokt: upokt.toString() })
    },
  }
}
