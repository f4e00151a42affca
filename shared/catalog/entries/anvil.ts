import type { CatalogEntry } from '../schema.ts'

/** A small Ethereum that answers at once: what the Local chain's service is served from. */
export const anvil: CatalogEntry = {
  id: 'anvil',
  nodeId: 'backend',
  title: 'Test backend',
  kind: 'backend',
  image: { reference: 'ghcr.io/foundry-rs/foundry:v1.7.1', version: '1.7.1', digest: 'pin-on-first-use' },
  memoryBytes: 512 * 1024 ** 2,
  ports: [{ name: 'rpc', containerPort: 8545, preferredHostPort: 8545 }],
  volumes: [],
  networks: ['backend'],
  dependsOn: [],
  environment: {},
  stopGraceSeconds: 10,
  restart: 'unless-stopped',
  capAdd: [],
  logDriver: 'default',
  serves: ['anvil'],
  rpcTypes: ['JSON_RPC', 'WEBSOCKET'],
}
