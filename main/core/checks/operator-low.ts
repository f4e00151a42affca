import { settingIn } from '#shared/settings/read.ts'
import type { Check, Finding } from './check.ts'

/** The operator pays for every claim and proof; an empty wallet is missed proofs (onchain facts 5.4). */
export const operatorLow: Check = {
  id: 'operator-low',
  look(state): Finding | undefined {
    const { operatorAddress, status } = state.supplier
    const balance = state.balances[operatorAddress]
    if (!balance || status === 'not-staked' || status === 'unknown' || status === 'unstaked') return undefined
    // Under this many proof fees and transactions the operator cannot pay for its next claims.
    const isLow = BigInt(balance.upokt) < BigInt(settingIn(state.settings, 'operatorTransactionsLeft'))
    const spending = state.health.operatorSpending
    const runwayDays = settingIn(state.settings, 'operatorRunwayDays')
    if (!isLow && spending && spending.daysLeft < runwayDays) {
      return {
        level: spending.daysLeft < runwayDays / 10 ? 'bad' : 'warn',
        key: 'operator-runway',
        facts: { upokt: balance.upokt, days: String(spending.daysLeft), perDayUpokt: spending.upoktPerDay, address: operatorAddress },
        fix: 'supplier',
      }
    }
    if (!isLow) return undefined
    return {
      level: 'bad',
      key: 'operator-low',
      facts: { upokt: balance.upokt, address: operatorAddress, height: String(balance.asOf.height) },
      fix: 'supplier',
    }
  },
}
