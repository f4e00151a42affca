/** Words of the supplier pages. */
export const supplier = {
  stake: { title: 'Stake' },
  services: { title: 'Services' },
  first: { title: 'First session', dialTop: 'First session in', dialUnit: 'blocks' },
  relays: { title: 'Test relays' },
  funds: { title: 'Funds' },
  leave: { title: 'Leave' },
} as const
