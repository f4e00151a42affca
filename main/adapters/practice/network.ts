import { HearthError } from '#shared/api/errors.ts'
import type { Chain, UpgradePlan } from '#main/core/ports/chain.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { MODULES, moduleAddress, validatorAddress } from './chain/addresses.ts'
import { createMainnetPast, type PastOptions } from './history/mainnet-past.ts'
import type { History } from './history/history.ts'
import { withPast } from './history/with-past.ts'
import { createLedger, restoreLedger } from './chain/ledger.ts'
import type { SendAnswer } from './engine/programs/pocketd-send.ts'
import { fromJsonText, toJsonText } from './node/json-text.ts'
import { createOwnEvents } from './own-events.ts'
import { createChainNode, type ChainNode } from './node/chain-node.ts'
import { connectPracticeChain } from './node/chain-port.ts'
import type { Ledger, PracticeClock, PracticeGenesis } from './parts.ts'
import { createGateways, type Gateways, type Link, type ServingMiner } from './traffic/gateways.ts'
import { buildPopulation, type Population } from './traffic/population.ts'

/** So many of the newest blocks can be asked for again: a day at x1, two and a half minutes at x600. */
export const KEEP_BLOCKS = 15_000

/** The practised network that is there now: its chain, and who lives on it. */
export interface PracticeNetwork {
  readonly id: string
  /** Its first block as it was founded; scenarios begin from it, whatever was played before. */
  readonly base: PracticeGenesis
  readonly ledger: Ledger
  readonly node: ChainNode
  readonly gateways: Gateways
  readonly population: Population
  chain(): Chain
  /** An upgrade that it has agreed on. */
  readonly upgrade: UpgradePlan | undefined
  /** The one that it stands before. */
  needed(): UpgradePlan | undefined
  /** Sends play money from an account of the network. Answers as the chain does. */
  give(from: string, to: string, upokt: bigint): SendAnswer
  save(): SavedNetwork
  stop(): void
}

export interface SavedNetwork {
  id: string
  ledger: string
  node: string
  gateways: string
  /** As JSON with bigint. */
  base: string
  /** Of a world that began with years behind it, as JSON with bigint. */
  past?: string | undefined
  upgrade?: UpgradePlan | undefined
}

/** What a network may have that did not begin at its first block. */
export interface Inheritance {
  past?: PastOptions | undefined
  history?: History | undefined
  upgrade?: UpgradePlan | undefined
}

export interface NetworkParts {
  clock: PracticeClock
  codec: TxCodec
  addressPrefix: AddressPrefix
  served: () => readonly ServingMiner[]
  link?: (operatorAddress: string, serviceId: string) => Link
  /** Whether the node here runs the software that an upgrade asks for; the chain stands before its height until then. */
  hasSoftwareOf?: (plan: UpgradePlan) => boolean
}

/** What tells one practised network from another. */
export const networkId = (genesis: PracticeGenesis): string => `${genesis.chainId}/${genesis.genesisTimeMs}`

/** A network that has just made its first block, with everybody on their way to stake. */
export function foundNetwork(parts: NetworkParts, genesis: PracticeGenesis): PracticeNetwork {
  const id = networkId(genesis)
  const population = populationOf(parts, genesis, id)
  const known = new Set(genesis.accounts.map((account) => account.address))
  const ledger = createLedger(
    {
      ...genesis,
      services: [...genesis.services, ...population.services.filter((one) => !genesis.services.some((other) => other.id === one.id))],
      accounts: [...genesis.accounts, ...population.accounts.filter((account) => !known.has(account.address))],
      params: { ...genesis.params, targetNumRelays: population.targetNumRelays },
    },
    { keepBlocks: KEEP_BLOCKS },
  )
  const network = joinNetwork(parts, { id, base: ledger.genesis, population }, ledger.save())
  for (const tx of population.opening) network.node.submit(tx)
  return network
}

/** A network as it was saved. @throws when the text is none */
export function restoreNetwork(parts: NetworkParts, saved: SavedNetwork): PracticeNetwork {
  const base = fromJsonText(saved.base) as PracticeGenesis
  const past = saved.past === undefined ? undefined : (fromJsonText(saved.past) as PastOptions)
  const inherited = { past, history: past && createMainnetPast(past), upgrade: saved.upgrade }
  return joinNetwork(parts, { id: saved.id, base, population: populationOf(parts, base, saved.id) }, saved.ledger, inherited, saved)
}

/** @param seed id of the network: who lives there stays the same when a scenario gives it another past */
function populationOf({ codec }: NetworkParts, genesis: PracticeGenesis, seed: string): Population {
  const { params } = genesis
  return buildPopulation({
    seed,
    codec,
    supplierMinStakeUpokt: params.supplierMinStakeUpokt,
    applicationMinStakeUpokt: params.applicationMinStakeUpokt,
    gatewayMinStakeUpokt: params.gatewayMinStakeUpokt,
    sessionMs: params.numBlocksPerSession * genesis.blockMs,
  })
}

function keepAsOf(genesis: PracticeGenesis, population: Population): ReturnType<typeof createOwnEvents> {
  const strangers = [...population.competitors, ...population.applications, ...population.gateways].map((each) => each.address)
  const owners = population.services.map((service) => service.ownerAddress)
  const modules = MODULES.map((name) => moduleAddress(name, genesis.addressPrefix))
  const validators = genesis.validators.flatMap(({ address }) => [address, validatorAddress(address, genesis.addressPrefix)])
  return createOwnEvents(new Set([...strangers, ...owners, ...modules, ...validators, genesis.daoAddress]))
}

/** A network that goes on from a ledger's text. @param saved of node and gateways, when they lived before */
export function joinNetwork(
  parts: NetworkParts,
  { id, base, population }: Pick<PracticeNetwork, 'id' | 'base' | 'population'>,
  ledgerText: string,
  { past, history, upgrade }: Inheritance = {},
  saved?: SavedNetwork,
): PracticeNetwork {
  const { clock, codec } = parts
  const { genesis } = restoreLedger(ledgerText)
  const ledger = withPast(restoreLedger(ledgerText, { keepAs: keepAsOf(genesis, population) }), history)
  const { validators } = genesis
  // What the network has agreed on is told until its height has come.
  const planned = (): UpgradePlan | undefined => (upgrade && upgrade.height > ledger.height ? upgrade : undefined)
  /** The upgrade that the next block is of, while its software is not here. */
  const needed = (): UpgradePlan | undefined =>
    upgrade && ledger.height + 1 === upgrade.height && parts.hasSoftwareOf?.(upgrade) === false ? upgrade : undefined
  const node = createChainNode({
    ledger,
    clock,
    codec,
    seed: id,
    proposer: (height) => validators[height % validators.length]?.address ?? '',
    stands: () => needed() !== undefined,
    ...(saved === undefined ? {} : { saved: saved.node }),
  })
  const gateways = createGateways({
    node,
    population,
    seed: id,
    served: parts.served,
    ...(parts.link === undefined ? {} : { link: parts.link }),
    ...(saved === undefined ? {} : { saved: saved.gateways }),
  })
  const abort = new AbortController()
  const end = gateways.start()
  node.setRunning(false)
  void node.run(abort.signal)
  const chain: Chain = { ...connectPracticeChain(node), upgradePlan: () => Promise.resolve(planned()) }
  return {
    id,
    base,
    ledger,
    node,
    gateways,
    population,
    chain: () => chain,
    upgrade,
    needed,
    give(from, to, upokt) {
      const messages = [{ kind: 'send' as const, fromAddress: from, toAddress: to, amountUpokt: upokt }]
      const tx = { hash: '', messages, feePayer: from, feeUpokt: 1n, gasWanted: 200_000n, gasUsed: 0n, pubKeyHex: undefined }
      const { code, codespace, log } = ledger.tryRun(tx)
      if (code !== 0) return { code, codespace, raw_log: log, txhash: '0'.repeat(64) }
      return { code: 0, raw_log: '', txhash: node.submit({ messages, feePayer: from, feeUpokt: 1n }) }
    },
    save: () => ({
      id,
      ledger: ledger.save(),
      node: node.save(),
      gateways: gateways.save(),
      base: toJsonText(base),
      past: past && toJsonText(past),
      upgrade: planned(),
    }),
    stop() {
      node.setRunning(false)
      abort.abort()
      end()
    },
  }
}

/** For questions while there is no network. */
export function noNetwork(): HearthError {
  return new HearthError('chain-unreachable', { endpoint: 'practice', reason: 'no network is practised' })
}
