import { POCKETD_IMAGE } from '../images.ts'
import type { CatalogEntry } from '../schema.ts'

/** The stock relay miner. Its volume holds relays that were served and not yet proven: it must not be lost while a claim is open. */
export const relayMiner: CatalogEntry = {
  id: 'relay-miner',
  nodeId: 'miner',
  title: 'Relay miner',
  kind: 'relay-miner',
  image: POCKETD_IMAGE,
  memoryBytes: 1024 ** 3,
  // Relays come through the ingress alone.
  ports: [{ name: 'metrics', containerPort: 9090, preferredHostPort: 9190 }],
  volumes: [
    { name: 'miner', path: '/home/pocket', memory: false, readOnly: false },
    { name: 'keys', path: '/keys', memory: true, readOnly: true },
  ],
  networks: ['front', 'chain', 'backend'],
  dependsOn: ['pocket', 'backend', 'keeper'],
  // Without upstream DNS every look-up of this record waits 20 s and relays are lost; nothing here publishes one.
  environment: { GRPC_ENABLE_TXT_SERVICE_CONFIG: 'false' },
  stopGraceSeconds: 35,
  restart: 'no',
  capAdd: [],
  logDriver: 'default',
  serves: [],
  rpcTypes: [],
}
