import type { Scenario } from './world.ts'

/** A little above what is told as empty: some weeks of claims and proofs. */
const LEFT_UPOKT = 4_000n
const FEE_UPOKT = 1n

/** Three years under mainnet's rules, with better and worse times, and an operator wallet that nobody looked after. */
export const threeQuietYears: Scenario = {
  id: 'three-quiet-years',
  needsKeys: true,
  build(world) {
    const { owner, operator } = world.keys()
    world.past(3)
    const amountUpokt = world.ledger.balance(operator) - LEFT_UPOKT - FEE_UPOKT
    world.act(operator, { kind: 'send', fromAddress: operator, toAddress: owner, amountUpokt })
  },
  shouldSee: { check: 'operator-low', key: 'operator-runway', fix: 'supplier' },
}
