import { whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** After an unstake the services are off when the last sessions settle, and the chain drops their claims (onchain facts 2.4): said before it happens, and after. */
export const claimsDiscarded: Check = {
  id: 'claims-discarded',
  look(state): Finding | undefined {
    const { unstakedOpen, losses } = state.health
    const [most] = unstakedOpen ?? []
    if (most) {
      return {
        level: 'warn',
        key: 'unstake-open-claims',
        facts: {
          count: String(most.claims),
          claimedUpokt: most.claimedUpokt,
          height: String(most.settleHeight),
          ...whichSupplier(state, most.operatorAddress, (unstakedOpen ?? []).length - 1),
        },
        fix: 'supplier',
      }
    }
    const loss = losses.discarded
    if (!loss) return undefined
    return {
      level: 'bad',
      key: 'claims-discarded',
      facts: {
        claims: String(loss.claims),
        upokt: loss.upokt,
        serviceId: loss.serviceId,
        height: String(loss.height),
        ...whichSupplier(state, loss.operatorAddress, (loss.operators ?? 1) - 1),
      },
      fix: 'earnings',
    }
  },
}
