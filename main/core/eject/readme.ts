import type { AppState } from '#shared/api/state.ts'
import { formatPokt } from '#shared/model/money.ts'
import { CHAIN_HOME } from '../nodes/make-chain.ts'
import { MINER_PATHS } from '../relays/miner-config.ts'
import { SERVE_PROFILE, type EjectedService } from './compose-file.ts'
import { fillText } from './fill.ts'
import type { ToFillIn } from './gate-file.ts'

export const README_TEMPLATE = 'compose/README.md'
/** The stock program by itself, where there is no node of the chain to run it in. */
export const TOOL_NAME = 'pocketd'
/** Its home, for a key that signs once. */
export const LEAVING_VOLUME = 'leaving'
/** Inside the chain node's container. */
const NODE_ADDRESS = 'tcp://localhost:26657'
const FIRST_TO_STOP: readonly EjectedService['entry']['kind'][][] = [
  ['ingress'],
  ['relay-miner'],
  ['keeper'],
  ['gate', 'backend'],
  ['chain-node'],
]
const ADDRESS = /^[a-z]+1[a-z0-9]{1,90}$/
/** What a terminal takes as one word, whatever the system. */
const ONE_WORD = /^[A-Za-z0-9:/._~[\]-]{1,300}$/

export interface ReadmeFacts {
  writtenAtMs: number
  networkTitle: string
  chainId: string
  block1Hash: string | undefined
  project: string
  services: readonly EjectedService[]
  /** Of Hearth's own containers. */
  containerOf: (nodeId: string) => string
  /** Names on the engine of volumes that stay. */
  volumes: Readonly<Record<string, string>>
  /** The host that the relay miner asks, where no node of the chain is among the containers. */
  hostRpcUrl: string | undefined
  /** Of which operators the relay miner signs, by the name of their key; none without a miner. */
  keys: readonly { name: string; address: string }[]
  /** The one in view, and all own ones in short. */
  supplier: AppState['supplier']
  suppliers: AppState['suppliers']
  params: AppState['chain']['params']
  medianBlockMs: number | null
  /** Exact decimal text. */
  gasPrice: string
  toFillIn: readonly ToFillIn[]
  hasSecrets: boolean
}

/** The page that goes with the files: how to let go of Hearth, run, look, serve, stop, unstake and come back, in commands of Docker and of the stock program alone. */
export function readmeText(template: string, facts: ReadmeFacts): string {
  const { services, volumes, project, keys } = facts
  const ofKind = (kind: EjectedService['entry']['kind']): EjectedService | undefined => services.find((each) => each.entry.kind === kind)
  const node = ofKind('chain-node')
  const miner = ofKind('relay-miner')
  const nodeId = node?.entry.nodeId ?? ''
  const suppliers = suppliersOf(facts)
  const pocketd = node ? `docker compose exec ${nodeId} pocketd` : `docker compose run --rm ${TOOL_NAME}`
  const address = node ? NODE_ADDRESS : nodeAddress(facts.hostRpcUrl)
  const operators = suppliers.map((each) => each.operator)
  const asked = (line: string): string => `${pocketd} query ${line} --node ${address} --output json`
  const portOf = (service: EjectedService | undefined): string => String(service?.spec.ports[0]?.hostPort ?? '')
  const yes = (is: boolean): string => (is ? 'yes' : '')
  return fillText(template, {
    written: new Date(facts.writtenAtMs).toISOString().slice(0, 16).replace('T', ' '),
    networkTitle: facts.networkTitle,
    project,
    chainId: word(facts.chainId, ONE_WORD, 'CHAIN_ID'),
    block1: facts.block1Hash ?? 'not known yet',
    ownNode: yes(node !== undefined),
    elsewhere: yes(node === undefined),
    node: address,
    nodeId,
    home: CHAIN_HOME,
    chainVolume: volumes['chain'] ?? '',
    minerVolume: volumes['miner'] ?? '',
    pocketd,
    forget: node ? `docker compose exec ${nodeId} rm -r /home/pocket/leaving` : `docker volume rm ${project}_${LEAVING_VOLUME}`,
    ingressContainer: facts.containerOf('ingress'),
    // In the order in which nothing is left waiting for another: what relays come through, then the miner, then what it needs.
    containers: FIRST_TO_STOP.flatMap((kinds) =>
      services.filter((service) => kinds.includes(service.entry.kind)).map((service) => service.spec.name),
    ).join(' '),
    volumes: Object.values(volumes).join(' '),
    operatorKey: keys[0]?.name ?? 'NAME',
    giveKeys: keys
      .map(
        ({ name }) =>
          `docker compose exec keeper pocketd keys add ${name} --recover --keyring-backend test --keyring-dir ${MINER_PATHS.keys}`,
      )
      .join('\n'),
    keyAddress: keys.map((key) => `\`${key.address}\``).join(', then '),
    oneKey: yes(keys.length <= 1),
    severalKeys: yes(keys.length > 1),
    keyRows: keys.map((key) => `| \`${key.name}\` | \`${key.address}\` |`).join('\n'),
    profile: SERVE_PROFILE,
    operator: suppliers[0]?.operator ?? '',
    owner: suppliers[0]?.owner ?? '',
    severalSuppliers: yes(suppliers.length > 1),
    supplierRows: suppliers
      .flatMap((each) => [
        `| operator address | \`${each.operator}\` |`,
        `| owner address | \`${each.owner}\` |`,
        `| services on chain | ${each.services.map(cell).join(', ') || 'none'} |`,
      ])
      .join('\n'),
    look: [
      ...operators.map((operator) => asked(`supplier show-supplier ${operator}`)),
      ...[...new Set([...operators, ...suppliers.map((each) => each.owner)])].map((each) => asked(`bank balances ${each}`)),
    ].join('\n'),
    claims: operators.map((operator) => asked(`proof list-claims --supplier-operator-address ${operator}`)).join('\n'),
    gasPrice: facts.gasPrice,
    metricsPort: portOf(miner),
    relayPort: portOf(ofKind('ingress')),
    deadline: deadlineText(facts),
    withMiner: yes(miner !== undefined),
    withoutMiner: yes(miner === undefined),
    toFillIn: facts.toFillIn
      .map((each) => `| ${MEANING[each.what]} of ${cell(each.host)} (${each.serviceId}) | \`${each.placeholder}\` |`)
      .join('\n'),
    filledIn: yes(facts.hasSecrets && facts.toFillIn.length === 0),
  })
}

/** The staked ones among those that the miner signs for, the one in view first; with placeholders where none is staked. */
function suppliersOf({ keys, supplier, suppliers }: ReadmeFacts): { operator: string; owner: string; services: string[] }[] {
  const isStaked = (address: string, status: string): boolean => address !== '' && !['unknown', 'not-staked', 'unstaked'].includes(status)
  const isServed = keys.length === 0 || keys.some((key) => key.address === supplier.operatorAddress)
  const inView = isServed && isStaked(supplier.operatorAddress, supplier.status) ? supplier : undefined
  const others = keys.flatMap(({ address }) => {
    const other = suppliers[address]
    return other && address !== inView?.operatorAddress && isStaked(address, other.status) ? [{ operatorAddress: address, ...other }] : []
  })
  const first = {
    operator: word(inView?.operatorAddress ?? '', ADDRESS, 'OPERATOR_ADDRESS'),
    owner: word(inView?.ownerAddress ?? '', ADDRESS, 'OWNER_ADDRESS'),
    services: (inView?.services ?? []).map((service) => service.serviceId),
  }
  const rest = others.map((other) => ({
    operator: word(other.operatorAddress, ADDRESS, 'OPERATOR_ADDRESS'),
    owner: word(other.ownerAddress, ADDRESS, 'OWNER_ADDRESS'),
    services: other.services,
  }))
  return inView || rest.length === 0 ? [first, ...rest] : rest
}

/** What hosts say ends up in commands that somebody types: what is not of its kind is left to be filled in. */
const word = (text: string, kind: RegExp, otherwise: string): string => (kind.test(text) ? text : otherwise)

const MEANING: Record<ToFillIn['what'], string> = {
  token: 'the token',
  header: 'the value of the header',
  login: '`name:password` in base64',
  path: 'what stands in the address after the host and the first `/`, up to a `?`,',
  query: 'what stands in the address after the `?`,',
}

const cell = (text: string): string => text.replaceAll(/[|`\r\n]/g, '?')

/** With its port, which the stock program needs; a placeholder for one that a terminal would not take as one word. */
function nodeAddress(rpcUrl: string | undefined): string {
  if (rpcUrl === undefined || !ONE_WORD.test(rpcUrl)) return 'NODE_ADDRESS'
  const match = /^(https?|tcp):\/\/([^/]+)(.*)$/.exec(rpcUrl)
  if (!match) return 'NODE_ADDRESS'
  const [, scheme = '', host = '', path = ''] = match
  const port = /:\d+$/.test(host) ? '' : scheme === 'https' ? ':443' : ':80'
  return `${scheme}://${host}${port}${path === '/' ? '' : path}`
}

/** What comes of a claim that is not proven, and how long there is; empty while the rules are not known. */
function deadlineText({ params, medianBlockMs }: ReadmeFacts): string {
  if (params === null) return ''
  const blocks =
    params.claimWindowOpenOffsetBlocks +
    params.claimWindowCloseOffsetBlocks +
    params.proofWindowOpenOffsetBlocks +
    params.proofWindowCloseOffsetBlocks +
    1
  const minutes = medianBlockMs === null ? null : Math.max(1, Math.round((blocks * medianBlockMs) / 60_000))
  const about =
    minutes === null ? '' : minutes < 120 ? `, which is about ${minutes} minutes` : `, which is about ${Math.round(minutes / 60)} hours`
  const penalty = formatPokt(BigInt(params.proofMissingPenaltyUpokt))
  return `A claim has to be proven within ${blocks} blocks after the end of its session${about}; each one that must be proven and is not costs ${penalty} POKT of stake.`
}
