import type { Scenario } from './world.ts'

/** A few transactions. */
const LEFT_UPOKT = 12n
const FEE_UPOKT = 1n

/** The operator has nothing left to pay claims and proofs with. */
export const emptyOperatorWallet: Scenario = {
  id: 'empty-operator-wallet',
  needsKeys: true,
  build(world) {
    const { owner, operator } = world.keys()
    world.stake()
    world.sessions(3, { relays: 900 })
    const amountUpokt = world.ledger.balance(operator) - LEFT_UPOKT - FEE_UPOKT
    world.act(operator, { kind: 'send', fromAddress: operator, toAddress: owner, amountUpokt })
  },
  shouldSee: { check: 'operator-low', key: 'operator-low', fix: 'supplier' },
}
