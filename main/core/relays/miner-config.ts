import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { SETTINGS } from '#shared/settings/table.ts'
import { renderTemplate } from './render-template.ts'

/** Name of the template under resources/templates. */
export const MINER_TEMPLATE = 'relay-miner/config.yaml'

/** Where things lie in the relay miner's container (official image: user 1025, home /home/pocket). */
export const MINER_PATHS = {
  /** A volume that outlives the container. Mounted on the home because an empty volume takes over its owner; the store is a folder in it. */
  dataVolume: '/home/pocket',
  smtStore: '/home/pocket/smt',
  config: '/home/pocket/relayminer.yaml',
  /** The memory-only volume with the keyring, read-only here. */
  keys: '/keys',
  /** What `--home` is set to; nothing of value is in it. */
  scratch: '/tmp/h',
} as const

/** Inside the container. */
export const MINER_PORTS = { relays: 8545, metrics: 9090 } as const

export interface MinerServiceFacts {
  serviceId: string
  /** As the miner's container reaches it: http, https, ws or wss. What has no way of its own goes here. */
  backendUrl: string
  /** Where relays of one kind go, chosen by their header `Rpc-Type` (offchain facts 2.2). Each kind once. */
  rpcTypes?: { rpcType: MinerRpcType; backendUrl: string }[]
}
/** Kinds that the miner routes by, as the chain names them. Whether it takes GRPC is not known, so it is never named. */
export type MinerRpcType = CatalogEntry['rpcTypes'][number]

export interface MinerFacts {
  /** Names of the operator keys in the keyring, one for each supplier. The miner does not start while one of them is not there. */
  signingKeyNames: readonly string[]
  /** As the miner's container reaches them, scheme `tcp`, `http` or `https`. */
  nodeRpcUrl: string
  nodeGrpcUrl: string
  /** How long a backend may take for one relay. */
  requestTimeoutSeconds?: number
  /** Whether a relay is judged before it is served; it is unless told. */
  eagerValidation?: boolean
  /** One entry for each service of the supplier on chain. */
  services: MinerServiceFacts[]
}

const NODE_SCHEMES = ['tcp:', 'http:', 'https:']
const BACKEND_SCHEMES = ['http:', 'https:', 'ws:', 'wss:']

/**
 * Writes the stock miner's configuration (offchain facts 2.2).
 * @param template text of `MINER_TEMPLATE`
 * @returns YAML. Rejects `invalid-request` when there is no service or key, two of one id or name, or an address of a scheme that the miner cannot use
 */
export function renderMinerConfig(facts: MinerFacts, template: string): string {
  if (facts.services.length === 0) throw new HearthError('invalid-request', { field: 'services' })
  const ids = facts.services.map((service) => service.serviceId)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new HearthError('invalid-request', { field: 'services', serviceId: twice })
  const names = facts.signingKeyNames
  if (names.length === 0 || new Set(names).size !== names.length) throw new HearthError('invalid-request', { field: 'signingKeyNames' })
  mustHaveScheme('nodeRpcUrl', facts.nodeRpcUrl, NODE_SCHEMES)
  mustHaveScheme('nodeGrpcUrl', facts.nodeGrpcUrl, NODE_SCHEMES)
  for (const { serviceId, backendUrl, rpcTypes = [] } of facts.services) {
    mustHaveScheme(`backend of ${serviceId}`, backendUrl, BACKEND_SCHEMES)
    for (const way of rpcTypes) mustHaveScheme(`${way.rpcType} backend of ${serviceId}`, way.backendUrl, BACKEND_SCHEMES)
    if (new Set(rpcTypes.map((way) => way.rpcType)).size !== rpcTypes.length)
      throw new HearthError('invalid-request', { field: 'rpcTypes', serviceId })
  }
  return renderTemplate(template, {
    signingKeys: names.map((keyName) => ({ keyName })),
    smtStorePath: MINER_PATHS.smtStore,
    requestTimeoutSeconds: facts.requestTimeoutSeconds ?? SETTINGS.relayTimeoutSeconds.standard,
    eagerValidation: facts.eagerValidation ?? true,
    nodeRpcUrl: facts.nodeRpcUrl,
    nodeGrpcUrl: facts.nodeGrpcUrl,
    metricsAddress: `:${MINER_PORTS.metrics}`,
    services: facts.services.map(({ serviceId, backendUrl, rpcTypes = [] }) => ({
      serviceId,
      listenUrl: `http://0.0.0.0:${MINER_PORTS.relays}`,
      backendUrl,
      byRpcType:
        rpcTypes.length === 0 ? [] : [{ ways: rpcTypes.map((way) => ({ rpcType: way.rpcType.toLowerCase(), wayUrl: way.backendUrl })) }],
    })),
  })
}

function mustHaveScheme(field: string, url: string, schemes: string[]): void {
  let protocol = ''
  try {
    protocol = new URL(url).protocol
  } catch {
    // Told below.
  }
  if (!schemes.includes(protocol)) throw new HearthError('invalid-request', { field, url })
}

/**
 * Arguments for the official image, whose entry point is `pocketd`. Nothing in it is secret.
 * @param facts `gasPrice` in upokt per gas, from `minerGasPrice`; `nodeGrpcUrl` as in the configuration: over TLS where it says `https`
 */
export function minerCommand(facts: { chainId: string; gasPrice: string; nodeGrpcUrl: string }): string[] {
  const files = ['--config', MINER_PATHS.config, '--home', MINER_PATHS.scratch]
  // Always named: the program's own default depends on the order in which it builds its commands (offchain facts 2.1).
  const keyring = ['--keyring-backend', 'test', '--keyring-dir', MINER_PATHS.keys]
  // The program's own default is plain text, whatever the address says (offchain facts 2.1).
  const insecure = `--grpc-insecure=${!facts.nodeGrpcUrl.startsWith('https:')}`
  const chain = ['--chain-id', facts.chainId, insecure, '--gas-prices', `${facts.gasPrice}upokt`, '--gas-adjustment', '1.5']
  return ['relayminer', 'start', ...files, ...keyring, ...chain]
}

/** Least price that real operators use; a network that asks for less than a tenth of it gets it all the same. */
const LEAST_GAS_PRICE = { digits: 1n, scale: 5 }

/**
 * The gas price for claims and proofs: ten times the node's own minimum, at least 0.00001. Higher ones cost more than small claims bring; at the minimum itself a
 * node with a slightly higher one refuses (offchain facts 2.1).
 * @param minimum exact decimal text, upokt per gas @param times what the user chose in place of ten @returns exact decimal text
 */
export function minerGasPrice(minimum: string, times: number = SETTINGS.minerGasPriceTimes.standard): string {
  const match = /^(\d{1,20})(?:\.(\d{1,30}))?$/.exec(minimum)
  if (!match) throw new HearthError('internal', { minimum })
  const fraction = match[2] ?? ''
  const scale = Math.max(fraction.length, LEAST_GAS_PRICE.scale)
  const wanted = BigInt(times) * BigInt((match[1] ?? '0') + fraction.padEnd(scale, '0'))
  const least = LEAST_GAS_PRICE.digits * 10n ** BigInt(scale - LEAST_GAS_PRICE.scale)
  const digits = (wanted > least ? wanted : least).toString().padStart(scale + 1, '0')
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return text.replace(/\.?0+$/, '')
}
