import type { BackendCall, RpcType } from './send-relay.ts'

/** Services whose backend is a Cosmos chain: their JSON-RPC is CometBFT's. As gateways probe them (service list, checks of 2026-08). */
const COSMOS_SERVICES = new Set(
  (
    'akash arkeo atomone babylon celestia cheqd chihuahua cosmoshub dungeon-chain elys-network fetch jackal juno kava kyve neutron nillion osmosis passage ' +
    'persistence pnf-pocket-beta pocket pocket-beta provenance quicksilver router seda shentu side-protocol stargaze stride'
  ).split(' '),
)
const METHODS: Record<string, string> = { solana: 'getHealth', near: 'status', sui: 'sui_getLatestCheckpointSequenceNumber' }
const ETHEREUM_METHOD = 'eth_blockNumber'

const REST_CALLS: Record<string, BackendCall> = {
  tron: { method: 'POST', path: '/wallet/getnowblock', body: '{}' },
  'eth-beacon': { method: 'GET', path: '/eth/v1/node/syncing', body: '' },
  ollama: { method: 'GET', path: '/api/tags', body: '' },
  'ai-inference': { method: 'GET', path: '/v1/models', body: '' },
  deepseek: { method: 'GET', path: '/v1/models', body: '' },
  'text-generation': { method: 'GET', path: '/v1/models', body: '' },
}

/**
 * What a test relay asks: the cheap call that gateways probe the service with. Services that are not listed speak the Ethereum interface.
 * @param serviceId id on chain @param number makes each request of a batch a different one, as a gateway's would be
 */
export function testCall(serviceId: string, rpcType: RpcType, number: number): BackendCall {
  if (rpcType === 'REST') return REST_CALLS[serviceId] ?? { method: 'GET', path: '/', body: '' }
  const method = COSMOS_SERVICES.has(serviceId) || rpcType === 'COMET_BFT' ? 'status' : (METHODS[serviceId] ?? ETHEREUM_METHOD)
  return { method: 'POST', path: '/', body: JSON.stringify({ jsonrpc: '2.0', id: number, method, params: [] }) }
}
