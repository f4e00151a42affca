import type { Check } from './check.ts'

/** Two separate ways of counting the same money disagree. */
export const ledgerDifferent: Check = {
  id: 'ledger-different',
  look(state) {
    const { ledger } = state.earnings
    const row = ledger.rows.find((candidate) => candidate.differenceUpokt !== '0')
    if (ledger.status !== 'different' || !row) return undefined
    return {
      level: 'bad',
      key: 'ledger-different',
      facts: { address: row.address, label: row.label, differenceUpokt: row.differenceUpokt, height: String(ledger.atHeight) },
      fix: 'earnings',
    }
  },
}
