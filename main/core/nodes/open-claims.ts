import { HearthError } from '#shared/api/errors.ts'
import type { Store } from '../ports/store.ts'

/** More than sessions and services under way can make. */
const CLAIMS_COUNTED = 1_000

/** What is claimed and not settled is lost with the volume that the relay miner keeps it on. */
export interface OpenClaims {
  /** Rejects `claims-open` (detail.claims, detail.upokt) while there is one. */
  mustBeNone(): Promise<void>
}

export function createOpenClaims(store: Pick<Store, 'claims'>, network: string | null): OpenClaims {
  return {
    async mustBeNone() {
      const open = await store.claims({ network: network ?? '', stages: ['claimed', 'proven'], limit: CLAIMS_COUNTED })
      if (open.length === 0) return
      const upokt = open.reduce((total, claim) => total + claim.claimedUpokt, 0n)
      throw new HearthError('claims-open', { claims: String(open.length), upokt: upokt.toString() })
    },
  }
}
