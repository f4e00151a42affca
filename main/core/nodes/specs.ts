import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { assertNever } from '#shared/lib/assert-never.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { ContainerSpec } from '../ports/engine.ts'
import type { NodeRow } from '../ports/store.ts'
import type { MinerStart } from '../relays/miner-setup.ts'
import { CHAIN_COMMAND } from './make-chain.ts'

/** Names of everything on the engine that belongs to this installation. */
export interface Names {
  container(nodeId: string): string
  volume(name: string): string
  network(name: string): string
}

export function namesOf(installId: string): Names {
  return {
    container: (nodeId) => `hearth-${installId}-${nodeId}`,
    volume: (name) => `hearth-${installId}-${name}`,
    network: (name) => `hearth-${installId}-${name}-net`,
  }
}

/** Waits for its end and answers SIGTERM at once: a shell alone would sit out the grace time. */
const WAIT_COMMAND = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"

/** What runs in the container, by kind of node. */
function program(entry: CatalogEntry, miner: MinerStart | undefined): Pick<ContainerSpec, 'entrypoint' | 'command'> | undefined {
  switch (entry.kind) {
    case 'chain-node':
      return { entrypoint: ['/bin/sh', '-c'], command: [CHAIN_COMMAND] }
    case 'backend':
      return { entrypoint: ['/bin/sh', '-c'], command: ['exec anvil --host 0.0.0.0 --port 8545 --block-time 2'] }
    case 'keeper':
      return { entrypoint: ['/bin/sh', '-c'], command: [WAIT_COMMAND] }
    case 'relay-miner':
      return miner === undefined ? undefined : { command: miner.command }
    default:
      return assertNever(entry.kind)
  }
}

/**
 * The wanted container of a node, or undefined while something that it is made of is not known (image not resolved, no configuration yet).
 * The hash covers all that a change of would need another container, the rendered configuration included.
 */
export function specOf(entry: CatalogEntry, row: NodeRow, names: Names, miner: MinerStart | undefined): ContainerSpec | undefined {
  const runs = program(entry, miner)
  if (row.imagePin === undefined || !runs) return undefined
  const spec = {
    name: names.container(entry.nodeId),
    nodeId: entry.nodeId,
    image: row.imagePin,
    ...runs,
    env: entry.environment,
    ports: entry.ports.map((port) => ({
      containerPort: port.containerPort,
      hostPort: row.ports[String(port.containerPort)] ?? port.preferredHostPort,
    })),
    mounts: entry.volumes.map((volume) => ({
      kind: 'volume' as const,
      volume: names.volume(volume.name),
      path: volume.path,
      readOnly: volume.readOnly,
    })),
    networks: entry.networks.map((network) => ({ name: names.network(network), aliases: [entry.nodeId] })),
    restart: entry.restart,
    memoryBytes: entry.memoryBytes,
    stopGraceSeconds: entry.stopGraceSeconds,
    logDriver: entry.logDriver,
  }
  const config = entry.kind === 'relay-miner' ? (miner?.yaml ?? '') : ''
  const specHash = bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(spec) + config))).slice(0, 24)
  return { ...spec, specHash }
}
