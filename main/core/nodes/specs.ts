import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { assertNever } from '#shared/lib/assert-never.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { ContainerSpec } from '../ports/engine.ts'
import type { NodeRow } from '../ports/store.ts'
import { MINER_PATHS } from '../relays/miner-config.ts'
import type { MinerStart } from '../relays/miner-setup.ts'
import { INGRESS_PATHS, ingressCommand } from './ingress.ts'
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

/** By what name the others on a network know it: among the containers of its own entry by its short one. */
const aliasOn = (entry: CatalogEntry, network: string): string =>
  entry.alias !== undefined && network.startsWith('own-') ? entry.alias : entry.nodeId

/** Configurations that containers are started with; undefined while one cannot be made. */
export interface Rendered {
  miner?: MinerStart | undefined
  /** Text of the ingress's file. */
  ingress?: string | undefined
}

/** The file that a container reads at its start, and what is in it; undefined for one without, or while it cannot be made. */
export function configOf(entry: CatalogEntry, rendered: Rendered): { path: string; text: string } | undefined {
  if (entry.kind === 'relay-miner' && rendered.miner) return { path: MINER_PATHS.config, text: rendered.miner.yaml }
  if (entry.kind === 'ingress' && rendered.ingress !== undefined) return { path: INGRESS_PATHS.config, text: rendered.ingress }
  return undefined
}

/** What runs in the container, by kind of node. */
function program(entry: CatalogEntry, { miner, ingress }: Rendered): Pick<ContainerSpec, 'entrypoint' | 'command'> | undefined {
  switch (entry.kind) {
    case 'chain-node':
      return { entrypoint: ['/bin/sh', '-c'], command: [CHAIN_COMMAND] }
    case 'backend':
      if (entry.program) return entry.program
      return { entrypoint: ['/bin/sh', '-c'], command: ['exec anvil --host 0.0.0.0 --port 8545 --block-time 2'] }
    case 'keeper':
      return { entrypoint: ['/bin/sh', '-c'], command: [WAIT_COMMAND] }
    case 'relay-miner':
      return miner === undefined ? undefined : { command: miner.command }
    case 'ingress':
      return ingress === undefined ? undefined : { command: ingressCommand() }
    default:
      return assertNever(entry.kind)
  }
}

/**
 * The wanted container of a node, or undefined while something that it is made of is not known (image not resolved, no configuration yet).
 * The hash covers all that a change of would need another container, the rendered configuration included.
 */
export function specOf(entry: CatalogEntry, row: NodeRow, names: Names, rendered: Rendered): ContainerSpec | undefined {
  const runs = program(entry, rendered)
  if (row.imagePin === undefined || !runs) return undefined
  const spec = {
    name: names.container(entry.nodeId),
    nodeId: entry.nodeId,
    image: row.imagePin,
    ...runs,
    ...(entry.user === undefined ? {} : { user: entry.user }),
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
    networks: entry.networks.map((network) => ({ name: names.network(network), aliases: [aliasOn(entry, network)] })),
    restart: entry.restart,
    memoryBytes: entry.memoryBytes,
    stopGraceSeconds: entry.stopGraceSeconds,
    logDriver: entry.logDriver,
    ...(entry.capAdd.length === 0 ? {} : { capAdd: entry.capAdd }),
  }
  const config = configOf(entry, rendered)?.text ?? ''
  return { ...spec, specHash: hashOf(spec.name, JSON.stringify(spec) + config) }
}

/** What was hashed last for each container: it is asked for at every look, changes rarely, and hashing was a tenth of what looking costs. */
const lastHashed = new Map<string, { text: string; hash: string }>()

function hashOf(name: string, text: string): string {
  const last = lastHashed.get(name)
  if (last?.text === text) return last.hash
  const hash = bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 24)
  lastHashed.set(name, { text, hash })
  return hash
}
