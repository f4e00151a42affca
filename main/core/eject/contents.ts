import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { gate as gateEntry } from '#shared/catalog/entries/gate.ts'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import { GATE_PATHS } from '../backends/gate-config.ts'
import { gateSpec } from '../backends/gate.ts'
import type { BehindMiner } from '../backends/wire-backends.ts'
import { toGive, type ServingKeys } from '../keys/serving-keys.ts'
import { INGRESS_TEMPLATE, renderIngressConfig } from '../nodes/ingress.ts'
import { configOf, namesOf, specOf, type Names } from '../nodes/specs.ts'
import type { Clock } from '../ports/clock.ts'
import type { EjectedFile, EjectFolder } from '../ports/eject-folder.ts'
import type { NodeRow, Store } from '../ports/store.ts'
import { MINER_PATHS, minerGasPrice } from '../relays/miner-config.ts'
import type { MinerStart } from '../relays/miner-setup.ts'
import { composeFile, type EjectedService, type EjectedVolume } from './compose-file.ts'
import { EJECTED_GATE_COMMAND, ejectedGateFile, type ToFillIn } from './gate-file.ts'
import { LEAVING_VOLUME, readmeText, README_TEMPLATE, TOOL_NAME } from './readme.ts'

export const FILES = {
  compose: 'compose.yaml',
  miner: 'relayminer.yaml',
  ingress: 'ingress.json',
  gate: 'gate.json',
  readme: 'README.md',
} as const

export interface EjectDeps {
  store: Pick<Store, 'nodes' | 'chain'>
  folder: EjectFolder
  template: (name: string) => string
  installId: string
  network: () => NetworkId | null
  catalog: readonly CatalogEntry[]
  imageOverrides: Readonly<Record<string, string>>
  minerConfig: () => Promise<MinerStart | undefined>
  servingKeys: ServingKeys
  /** The node's own minimum price, exact decimal text; undefined while the chain does not answer. */
  minimumGasPrice: () => Promise<string | undefined>
  /** The host that the relay miner asks, where no node of the chain is here. */
  hostRpcUrl: () => string | undefined
  behind: () => Promise<BehindMiner>
  /** Whether users of this PC have other numbers inside of containers. */
  isRootless: () => Promise<boolean>
  state: () => AppState
  clock: Clock
}

/** All that is written, and what is to be said of it beforehand. */
export interface EjectContents {
  files: EjectedFile[]
  services: EjectedService[]
  /** Of the user's own endpoints: what the gate's file lacks, or would lack. */
  secrets: ToFillIn[]
  withMiner: boolean
  /** Of what runs, credentials and the page aside: the same as long as nothing of it changed. */
  fingerprint: string
}

export const projectName = (installId: string): string => `hearth-${installId}-ejected`

const HEADER = '# Written by Hearth. It needs nothing of Hearth: read README.md beside it.\n'

/**
 * Reads what runs for a network and makes the files of it. @returns undefined where there is nothing to go on with
 * @param withSecrets whether credentials of the user's own endpoints are among them
 */
export async function ejectContents(deps: EjectDeps, network: NetworkId, withSecrets: boolean): Promise<EjectContents | undefined> {
  const miner = await deps.minerConfig().catch(() => undefined)
  const behind = await deps.behind()
  const rows = await deps.store.nodes(network)
  const names = namesOf(deps.installId)
  const rendered = { miner, ingress: miner && renderIngressConfig(deps.template(INGRESS_TEMPLATE)) }
  const nodes = [...deps.catalog, ...behind.entries].flatMap((entry) => ejectedNode(deps, entry, rows, names, rendered))
  if (nodes.length === 0) return undefined

  const gate = await ejectedGate(deps, behind, rows, names)
  const gateFile = gate && ejectedGateFile(behind.endpoints, withSecrets)
  const unfilled = gate && ejectedGateFile(behind.endpoints, false)
  const hasNode = nodes.some((service) => service.entry.kind === 'chain-node')
  const tool = hasNode ? [] : ejectedTool(nodes)
  const services = [...nodes, ...(gate ? [gate] : []), ...tool]
  const withMiner = nodes.some((service) => service.entry.kind === 'relay-miner')
  const compose = HEADER + composeFile(services, { project: projectName(deps.installId), volumes: volumesOf(services, names) })
  const configs = [
    { name: FILES.compose, text: compose },
    ...(withMiner && miner ? [{ name: FILES.miner, text: miner.yaml }] : []),
    ...(rendered.ingress === undefined || !withMiner ? [] : [{ name: FILES.ingress, text: rendered.ingress }]),
  ]
  const readme = await readmeOf(deps, network, services, gateFile?.toFillIn ?? [], (unfilled?.toFillIn.length ?? 0) > 0)
  const fixed = [...configs, ...(unfilled ? [{ name: FILES.gate, text: unfilled.text }] : [])]
  return {
    files: [
      ...configs,
      ...(gateFile ? [{ name: FILES.gate, text: gateFile.text, secret: true }] : []),
      { name: FILES.readme, text: readme },
    ],
    services,
    secrets: unfilled?.toFillIn ?? [],
    withMiner,
    fingerprint: bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(fixed)))),
  }
}

function ejectedNode(
  deps: EjectDeps,
  entry: CatalogEntry,
  rows: readonly NodeRow[],
  names: Names,
  rendered: Parameters<typeof specOf>[3],
): EjectedService[] {
  const row = rows.find((candidate) => candidate.id === entry.nodeId)
  const spec = row ? specOf(entry, row, names, rendered) : undefined
  if (!spec) return []
  const { reference } = entry.image
  // A digest is the same everywhere; a content id is known to one engine alone, so the name is written and the id beside it.
  const imageName = spec.image.includes('@') ? spec.image : (deps.imageOverrides[reference] ?? reference)
  const config = configOf(entry, rendered)
  const file = config ? { file: { name: entry.kind === 'ingress' ? FILES.ingress : FILES.miner, path: config.path } } : {}
  return [{ entry, spec, imageName, ...file }]
}

/** The gate with a file in place of its memory. It is run by whom the file belongs to, since nobody else may read it. */
async function ejectedGate(
  deps: EjectDeps,
  behind: BehindMiner,
  rows: readonly NodeRow[],
  names: Names,
): Promise<EjectedService | undefined> {
  const image = rows.find((row) => row.id === 'ingress')?.imagePin
  if (behind.endpoints.length === 0 || image === undefined) return undefined
  const networks: CatalogEntry['networks'] = [...gateEntry.networks, ...(behind.usesOwnNode ? ['chain'] : [])]
  const user = (await deps.isRootless()) ? '0:0' : deps.folder.owner()
  const { reference } = gateEntry.image
  return {
    entry: { ...gateEntry, networks, volumes: [], dependsOn: [] },
    spec: {
      ...gateSpec(gateEntry, names, image, gateEntry.ports[0].preferredHostPort, networks),
      command: [EJECTED_GATE_COMMAND],
      ports: [],
      mounts: [],
      restart: 'unless-stopped',
      ...(user === undefined ? {} : { user }),
    },
    imageName: image.includes('@') ? image : (deps.imageOverrides[reference] ?? reference),
    file: { name: FILES.gate, path: GATE_PATHS.config },
  }
}

/** The stock program of the relay miner's image, to ask and to sign with. Its volume takes over the owner of the image's home. */
function ejectedTool(nodes: readonly EjectedService[]): EjectedService[] {
  const keeper = nodes.find((service) => service.entry.kind === 'keeper')
  if (!keeper) return []
  return [
    {
      entry: {
        nodeId: TOOL_NAME,
        title: `${POCKETD_IMAGE.reference.replace(/^.*\//, '')}, run by hand for one command at a time`,
        kind: 'tool',
        networks: ['chain'],
        volumes: [{ name: LEAVING_VOLUME, path: MINER_PATHS.dataVolume, memory: false, readOnly: false }],
        dependsOn: [],
      },
      spec: {
        name: TOOL_NAME,
        nodeId: TOOL_NAME,
        image: keeper.spec.image,
        command: [],
        // As for the relay miner: without upstream DNS each look-up of this record takes long.
        env: { GRPC_ENABLE_TXT_SERVICE_CONFIG: 'false' },
        ports: [],
        mounts: [],
        networks: [],
        restart: 'no',
        memoryBytes: TOOL_MEMORY_BYTES,
        stopGraceSeconds: 2,
        logDriver: 'none',
        specHash: '',
      },
      imageName: keeper.imageName,
    },
  ]
}
const TOOL_MEMORY_BYTES = 512 * 1024 ** 2

function volumesOf(services: readonly EjectedService[], names: Names): Record<string, EjectedVolume> {
  return Object.fromEntries(
    services.flatMap((service) =>
      service.entry.volumes.map(({ name, memory }): [string, EjectedVolume] => {
        if (service.entry.kind === 'tool') return [name, { kind: 'own' }]
        return [name, memory ? { kind: 'memory' } : { kind: 'there', name: names.volume(name) }]
      }),
    ),
  )
}

async function readmeOf(
  deps: EjectDeps,
  network: NetworkId,
  services: readonly EjectedService[],
  toFillIn: readonly ToFillIn[],
  hasSecrets: boolean,
): Promise<string> {
  const names = namesOf(deps.installId)
  const chain = await deps.store.chain(network)
  const { title, chainId, madeHere } = networkOf(network)
  const state = deps.state()
  const kept = Object.entries(volumesOf(services, names)).flatMap(([name, volume]) =>
    volume.kind === 'there' ? [[name, volume.name]] : [],
  )
  return readmeText(deps.template(README_TEMPLATE), {
    writtenAtMs: deps.clock.now(),
    networkTitle: madeHere ? `the ${title}` : title,
    chainId: chain?.chainId ?? chainId ?? '',
    block1Hash: chain?.block1Hash,
    project: projectName(deps.installId),
    services,
    containerOf: (nodeId) => names.container(nodeId),
    volumes: Object.fromEntries(kept) as Record<string, string>,
    hostRpcUrl: deps.hostRpcUrl(),
    keys: toGive((await deps.servingKeys.read()).keys).map(({ name, address }) => ({ name, address })),
    supplier: state.supplier,
    suppliers: state.suppliers,
    params: state.chain.params,
    medianBlockMs: state.chain.medianBlockMs,
    gasPrice: minerGasPrice((await deps.minimumGasPrice().catch(() => undefined)) ?? '0'),
    toFillIn,
    hasSecrets,
  })
}
