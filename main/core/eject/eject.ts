import { HearthError } from '#shared/api/errors.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import type { Clock } from '../ports/clock.ts'
import type { EjectFolder } from '../ports/eject-folder.ts'
import type { Store } from '../ports/store.ts'
import { CHAIN_HOME } from '../nodes/make-chain.ts'
import { INGRESS_TEMPLATE, renderIngressConfig } from '../nodes/ingress.ts'
import { configOf, namesOf, specOf } from '../nodes/specs.ts'
import { MINER_PATHS, minerGasPrice } from '../relays/miner-config.ts'
import { OPERATOR_KEY_NAME, type MinerStart } from '../relays/miner-setup.ts'
import { composeFile, SERVE_PROFILE, type EjectedService } from './compose-file.ts'
import { fillText } from './fill.ts'

export const README_TEMPLATE = 'compose/README.md'
const COMPOSE_FILE = 'compose.yaml'
const MINER_FILE = 'relayminer.yaml'
const INGRESS_FILE = 'ingress.json'
/** Inside the chain node's container. */
const NODE_ADDRESS = 'tcp://localhost:26657'

export interface EjectDeps {
  store: Pick<Store, 'nodes' | 'chain'>
  folder: EjectFolder
  template: (name: string) => string
  installId: string
  network: () => NetworkId | null
  catalog: readonly CatalogEntry[]
  imageOverrides: Readonly<Record<string, string>>
  minerConfig: () => Promise<MinerStart | undefined>
  /** The node's own minimum price, exact decimal text; undefined while the chain does not answer. */
  minimumGasPrice: () => Promise<string | undefined>
  state: () => AppState
  clock: Clock
}

/**
 * Writes what is needed to go on without Hearth: a compose file of the same containers, the relay miner's configuration, and a page that says how to run, look, serve
 * and unstake with the stock program alone. SECURITY: S18 no key and no words are in any of it: this room never has one.
 * Rejects `no-network`, `eject-folder` (problem 'name' | 'exists' | 'nothing' | 'practice'), `disk-full`.
 */
export async function eject(deps: EjectDeps, name: string): Promise<RequestOutput<'eject.write'>> {
  const network = deps.network()
  if (network === null) throw new HearthError('no-network')
  // Practice runs inside Hearth: there is nothing that could go on without it.
  if (network === 'practice') throw new HearthError('eject-folder', { problem: 'practice' })
  const miner = await deps.minerConfig().catch(() => undefined)
  const services = await ejectedServices(deps, network, miner)
  if (services.length === 0) throw new HearthError('eject-folder', { problem: 'nothing' })
  const withIngress = services.some((service) => service.entry.kind === 'ingress')
  const withMiner = services.some((service) => service.entry.kind === 'relay-miner')
  const files = [
    { name: COMPOSE_FILE, text: `${HEADER}${composeFile(services, { project: projectName(deps.installId), volumes: volumesOf(deps) })}` },
    ...(withMiner && miner ? [{ name: MINER_FILE, text: miner.yaml }] : []),
    ...(withIngress ? [{ name: INGRESS_FILE, text: renderIngressConfig(deps.template(INGRESS_TEMPLATE)) }] : []),
    { name: 'README.md', text: await readme(deps, network, services, withMiner) },
  ]
  const path = await deps.folder.write(name, files)
  return { path, files: files.map((file) => file.name), withMiner }
}

const HEADER = '# Written by Hearth. It needs nothing of Hearth: read README.md beside it.\n'
const projectName = (installId: string): string => `hearth-${installId}-ejected`

async function ejectedServices(deps: EjectDeps, network: NetworkId, miner: MinerStart | undefined): Promise<EjectedService[]> {
  const names = namesOf(deps.installId)
  const rows = await deps.store.nodes(network)
  return deps.catalog.flatMap((entry) => {
    const row = rows.find((candidate) => candidate.id === entry.nodeId)
    const rendered = { miner, ingress: miner && renderIngressConfig(deps.template(INGRESS_TEMPLATE)) }
    const spec = row ? specOf(entry, row, names, rendered) : undefined
    if (!spec) return []
    const { reference } = entry.image
    // A digest is the same everywhere; a content id is known to one engine alone, so the name is written and the id beside it.
    const imageName = spec.image.includes('@') ? spec.image : (deps.imageOverrides[reference] ?? reference)
    const config = configOf(entry, rendered)
    const file = config ? { file: { name: entry.kind === 'ingress' ? INGRESS_FILE : MINER_FILE, path: config.path } } : {}
    return [{ entry, spec, imageName, ...file }]
  })
}

function volumesOf({ catalog, installId }: EjectDeps): Record<string, { name: string; memory: boolean }> {
  const names = namesOf(installId)
  return Object.fromEntries(
    catalog.flatMap((entry) =>
      entry.volumes.map((volume) => [volume.name, { name: names.volume(volume.name), memory: volume.memory }] as const),
    ),
  )
}

async function readme(deps: EjectDeps, network: NetworkId, services: readonly EjectedService[], withMiner: boolean): Promise<string> {
  const names = namesOf(deps.installId)
  const { supplier } = deps.state()
  const chain = await deps.store.chain(network)
  const node = services.find((service) => service.entry.kind === 'chain-node')
  const nodeId = node?.entry.nodeId ?? 'pocket'
  const { title, chainId } = networkOf(network)
  const isStaked = supplier.operatorAddress !== '' && !['unknown', 'not-staked', 'unstaked'].includes(supplier.status)
  return fillText(deps.template(README_TEMPLATE), {
    written: new Date(deps.clock.now()).toISOString().slice(0, 16).replace('T', ' '),
    networkTitle: title,
    project: projectName(deps.installId),
    chainId: chain?.chainId ?? chainId ?? '',
    block1: chain?.block1Hash ?? 'not known yet',
    node: NODE_ADDRESS,
    nodeId,
    home: CHAIN_HOME,
    chainVolume: names.volume('chain'),
    // In the order in which nothing is left waiting for another.
    containers: [...services]
      .reverse()
      .map((service) => service.spec.name)
      .join(' '),
    volumes: [
      ...new Set(
        services.flatMap((service) => service.entry.volumes.filter((volume) => !volume.memory).map((volume) => names.volume(volume.name))),
      ),
    ].join(' '),
    operatorKey: OPERATOR_KEY_NAME,
    keys: MINER_PATHS.keys,
    profile: SERVE_PROFILE,
    operator: isStaked ? supplier.operatorAddress : 'OPERATOR_ADDRESS',
    owner: isStaked && supplier.ownerAddress !== '' ? supplier.ownerAddress : 'OWNER_ADDRESS',
    services: supplier.services.map((service) => service.serviceId).join(', ') || 'none',
    gasPrice: minerGasPrice((await deps.minimumGasPrice().catch(() => undefined)) ?? '0'),
    withMiner: withMiner ? 'yes' : '',
    withoutMiner: withMiner ? '' : 'yes',
  })
}
