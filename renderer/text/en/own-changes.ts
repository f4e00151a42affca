/** What happened to an own address and was not sent by Hearth. */
export const ownChanges = {
  sent: '{{pokt}} POKT sent from {{address}}',
  staked: '{{pokt}} POKT staked by {{address}}',
  transaction: 'Transaction of {{address}}: {{action}}',
  'owner-changed': 'New owner {{newOwnerAddress}}',
  'stake-raised': 'Stake raised by {{pokt}} POKT',
  'stake-lowered': 'Stake lowered by {{pokt}} POKT',
  'services-changed': 'Services changed: {{services}}',
  'unstake-begun': 'Unstake begun',
  'unstake-cancelled': 'Unstake taken back',
  'supplier-created': 'Supplier registered, owner {{ownerAddress}}',
  'supplier-gone': 'Supplier gone',
} as const
