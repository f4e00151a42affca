import type { AppState } from '#shared/api/state.ts'
import { settingIn } from '#shared/settings/read.ts'
import { isOnChain, ownSuppliers, whichSupplier } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** The operator pays for every claim and proof; an empty wallet is missed proofs (onchain facts 5.4). Of several the one that is told ends first. */
export const operatorLow: Check = {
  id: 'operator-low',
  look(state): Finding | undefined {
    const found = ownSuppliers(state)
      .filter((each) => isOnChain(each) || each.status === 'stake-sent')
      .flatMap(({ operatorAddress }) => ofOperator(state, operatorAddress) ?? [])
    const [poorest] = found.filter((each) => each.isLow).sort((a, b) => (a.upokt < b.upokt ? -1 : 1))
    const [shortest] = found.toSorted((a, b) => a.daysLeft - b.daysLeft)
    const worst = poorest ?? shortest
    if (!worst) return undefined
    const { address, finding } = worst
    return { ...finding, facts: { ...finding.facts, ...whichSupplier(state, address, found.length - 1) } }
  },
}

interface Low {
  address: string
  /** Under what is needed for the next claims, whatever the average says. */
  isLow: boolean
  upokt: bigint
  daysLeft: number
  finding: Finding
}

function ofOperator(state: AppState, address: string): Low | undefined {
  const balance = state.balances[address]
  if (!balance) return undefined
  const upokt = BigInt(balance.upokt)
  // Under this many proof fees and transactions the operator cannot pay for its next claims.
  const isLow = upokt < BigInt(settingIn(state.settings, 'operatorTransactionsLeft'))
  const spending = state.health.operatorSpending[address]
  const daysLeft = spending?.daysLeft ?? Infinity
  if (isLow) {
    const facts = { upokt: balance.upokt, address, height: String(balance.asOf.height) }
    return { address, isLow, upokt, daysLeft, finding: { level: 'bad', key: 'operator-low', facts, fix: 'supplier' } }
  }
  const runwayDays = settingIn(state.settings, 'operatorRunwayDays')
  if (!spending || daysLeft >= runwayDays) return undefined
  const facts = { upokt: balance.upokt, days: String(daysLeft), perDayUpokt: spending.upoktPerDay, address }
  const level = daysLeft < runwayDays / 10 ? 'bad' : 'warn'
  return { address, isLow, upokt, daysLeft, finding: { level, key: 'operator-runway', facts, fix: 'supplier' } }
}
