import { POCKETD_IMAGE } from '../images.ts'
import type { CatalogEntry } from '../schema.ts'

/** The one validator of the Local chain. Its volume holds the keys of faucet and validator: they are used by exec and never leave it. */
export const pocketLocal: CatalogEntry = {
  id: 'pocket-local',
  nodeId: 'pocket',
  title: 'Pocket node',
  kind: 'chain-node',
  image: POCKETD_IMAGE,
  memoryBytes: 2 * 1024 ** 3,
  ports: [
    { name: 'rpc', containerPort: 26657, preferredHostPort: 26657 },
    { name: 'rest', containerPort: 1317, preferredHostPort: 1317 },
  ],
  // The whole home: an empty volume takes over its owner, a folder that the image lacks would belong to root.
  volumes: [{ name: 'chain', path: '/home/pocket', memory: false, readOnly: false }],
  networks: ['chain'],
  dependsOn: [],
  environment: {},
  stopGraceSeconds: 35,
  restart: 'unless-stopped',
  capAdd: [],
  logDriver: 'default',
  serves: [],
  rpcTypes: [],
}
