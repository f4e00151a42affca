import type { Check, Finding } from './check.ts'

const UNPAID_YET = ['claimed', 'proof-due', 'proven']

/** After an unstake the services are off when the last sessions settle, and the chain drops their claims (onchain facts 2.4): said before it happens, and after. */
export const claimsDiscarded: Check = {
  id: 'claims-discarded',
  look(state): Finding | undefined {
    const { supplier, clock, health } = state
    const open = clock.lanes.filter((lane) => UNPAID_YET.includes(lane.stage) && lane.settle > supplier.unstakeSessionEndHeight)
    if (supplier.status === 'unstaking' && open.length > 0) {
      return {
        level: 'warn',
        key: 'unstake-open-claims',
        facts: {
          count: String(open.length),
          claimedUpokt: open.reduce((sum, lane) => sum + BigInt(lane.claimedUpokt ?? '0'), 0n).toString(),
          height: String(Math.max(...open.map((lane) => lane.settle))),
        },
        fix: 'supplier',
      }
    }
    const loss = health.losses.discarded
    if (!loss) return undefined
    return {
      level: 'bad',
      key: 'claims-discarded',
      facts: { claims: String(loss.claims), upokt: loss.upokt, serviceId: loss.serviceId, height: String(loss.height) },
      fix: 'earnings',
    }
  },
}
