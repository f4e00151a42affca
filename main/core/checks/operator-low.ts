import type { Check } from './check.ts'

/** Under this many proof fees and transactions the operator cannot pay for its next claims. */
const TRANSACTIONS_LEFT = 1_000n

/** The operator pays for every claim and proof; an empty wallet is missed proofs (onchain facts 5.4). */
export const operatorLow: Check = {
  id: 'operator-low',
  look(state) {
    const { operatorAddress, status } = state.supplier
    const balance = state.balances[operatorAddress]
    if (!balance || status === 'not-staked' || status === 'unknown' || status === 'unstaked') return undefined
    if (BigInt(balance.upokt) >= TRANSACTIONS_LEFT) return undefined
    return {
      level: 'bad',
      key: 'operator-low',
      facts: { upokt: balance.upokt, address: operatorAddress, height: String(balance.asOf.height) },
      fix: 'supplier',
    }
  },
}
