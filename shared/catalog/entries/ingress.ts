import type { CatalogEntry } from '../schema.ts'

/**
 * What stands in front of the relay miner and has the only port for relays. It lets the miner be stopped without a loss: while the miner writes down what it served, the
 * ingress answers 503 and closes (offchain facts 2.7, 5.2). It has no key, no volume and no way to chain or backends.
 */
export const ingress: CatalogEntry = {
  id: 'ingress',
  nodeId: 'ingress',
  title: 'Ingress',
  kind: 'ingress',
  image: { reference: 'docker.io/library/caddy:2.6.2', version: '2.6.2', digest: 'pin-on-first-use' },
  memoryBytes: 128 * 1024 ** 2,
  ports: [{ name: 'relays', containerPort: 8080, preferredHostPort: 8551 }],
  volumes: [],
  networks: ['front'],
  dependsOn: ['miner'],
  environment: {},
  stopGraceSeconds: 15,
  restart: 'unless-stopped',
  user: '1025:1025',
  // The official program's file carries it: without it in the bounds the kernel refuses to start the program, although no port under 1024 is opened here.
  capAdd: ['NET_BIND_SERVICE'],
  logDriver: 'default',
  serves: [],
  rpcTypes: [],
}
