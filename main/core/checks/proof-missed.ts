import { whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** A claim whose proof was missing or wrong: not paid, and stake was burned for it (onchain facts 5.4, 1). */
export const proofMissed: Check = {
  id: 'proof-missed',
  look(state): Finding | undefined {
    const loss = state.health.losses.slashed
    if (!loss) return undefined
    return {
      level: 'bad',
      key: 'proof-missed',
      facts: {
        claims: String(loss.claims),
        upokt: loss.upokt,
        claimedUpokt: loss.claimedUpokt,
        serviceId: loss.serviceId,
        height: String(loss.height),
        ...whichSupplier(state, loss.operatorAddress, (loss.operators ?? 1) - 1),
      },
      fix: 'earnings',
    }
  },
}
