import { POCKETD_IMAGE } from '../images.ts'
import type { CatalogEntry } from '../schema.ts'

/** Holds the memory-only volume with the operator key open for as long as the relay miner may need it. It has no network and writes no log. */
export const keeper: CatalogEntry = {
  id: 'keeper',
  nodeId: 'keeper',
  title: 'Key keeper',
  kind: 'keeper',
  image: POCKETD_IMAGE,
  memoryBytes: 128 * 1024 ** 2,
  ports: [],
  volumes: [{ name: 'keys', path: '/keys', memory: true, readOnly: false }],
  networks: [],
  dependsOn: [],
  environment: {},
  stopGraceSeconds: 2,
  restart: 'no',
  capAdd: [],
  logDriver: 'none',
  serves: [],
  rpcTypes: [],
}
