import type { ServiceConfig } from '#main/core/ports/tx.ts'
import type { Genesis } from '../genesis.ts'
import type { Person } from './people.ts'

/** What the transactions of the real chain are about. */

export const POKT = 1_000_000n
/** Of the economy that these chains are made with. */
export const MIN_STAKE = 59_500n * POKT
export const STUCK_STAKE = MIN_STAKE - 40n * POKT

/** A service with two addresses. @param shares percent by address */
export const service = (serviceId: string, shares: Record<string, number>, port = 443): ServiceConfig => ({
  serviceId,
  endpoints: [
    { url: `https://relay.example.net:${port}/${serviceId}`, rpcType: 'JSON_RPC' },
    { url: `wss://relay.example.net:${port}/${serviceId}`, rpcType: 'WEBSOCKET' },
  ],
  revShare: Object.entries(shares).map(([address, percent]) => ({ address, percent })),
})

/** The file that pocketd's stake command reads. */
export function supplierFile(owner: Person, operator: Person, stakeUpokt: bigint | undefined, services: ServiceConfig[]): string {
  return [
    `owner_address: ${owner.address}`,
    `operator_address: ${operator.address}`,
    ...(stakeUpokt === undefined ? [] : [`stake_amount: ${stakeUpokt}upokt`]),
    'default_rev_share_percent:',
    `  ${owner.address}: 100`,
    ...(services.length === 0 ? [] : ['services:']),
    ...services.flatMap((each) => [
      `  - service_id: ${each.serviceId}`,
      '    endpoints:',
      ...each.endpoints.flatMap((one) => [`      - publicly_exposed_url: ${one.url}`, `        rpc_type: ${one.rpcType}`]),
      '    rev_share_percent:',
      ...each.revShare.map((share) => `      ${share.address}: ${share.percent}`),
    ]),
    '',
  ].join('\n')
}

/** Of the supplier module (onchain facts 1). */
export const SUPPLIER_POOL = 'pokt1j40dzzmn6cn9kxku7a5tjnud6hv37vesr5ccaa'

/** What slashing leaves behind: a supplier below the minimum, its stake in the module's pool (onchain facts 2.4 and 5.4). */
export function addStuckSupplier(genesis: Genesis, owner: Person, operator: Person): void {
  const amount = String(STUCK_STAKE)
  const pool = SUPPLIER_POOL
  genesis.app_state['supplier'] = {
    ...genesis.app_state['supplier'],
    supplierList: [
      {
        owner_address: owner.address,
        operator_address: operator.address,
        stake: { denom: 'upokt', amount },
        // A genesis wants one; it counts from no height on.
        services: [
          {
            service_id: 'anvil',
            endpoints: [{ url: 'https://relay.example.net/anvil', rpc_type: 'JSON_RPC', configs: [] }],
            rev_share: [{ address: owner.address, rev_share_percentage: '100' }],
          },
        ],
        unstake_session_end_height: '0',
        service_config_history: [],
      },
    ],
  }
  const bank = genesis.app_state['bank'] as { balances: unknown[]; supply: { denom: string; amount: string }[] }
  bank.balances.push({ address: pool, coins: [{ denom: 'upokt', amount }] })
  for (const coin of bank.supply) if (coin.denom === 'upokt') coin.amount = String(BigInt(coin.amount) + BigInt(amount))
}
