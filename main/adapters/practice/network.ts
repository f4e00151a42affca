import { HearthError } from '#shared/api/errors.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { MODULES, moduleAddress, validatorAddress } from './chain/addresses.ts'
import { createLedger, restoreLedger } from './chain/ledger.ts'
import type { ChainHost } from './engine/programs/node.ts'
import { createOwnEvents } from './own-events.ts'
import { createChainNode, type ChainNode } from './node/chain-node.ts'
import { connectPracticeChain } from './node/chain-port.ts'
import type { Ledger, PracticeClock, PracticeGenesis } from './parts.ts'
import { createGateways, type Gateways, type Link, type ServedSupplier } from './traffic/gateways.ts'
import { buildPopulation, type Population } from './traffic/population.ts'

/** So many of the newest blocks can be asked for again: a day at x1, two and a half minutes at x600. */
const KEEP_BLOCKS = 15_000

/** The practised network that is there now: its chain, and who lives on it. */
export interface PracticeNetwork {
  readonly id: string
  readonly ledger: Ledger
  readonly node: ChainNode
  readonly gateways: Gateways
  readonly population: Population
  chain(): Chain
  /** What the node's container shows of it. */
  host(faucetAddress: string): ChainHost
  save(): SavedNetwork
  stop(): void
}

export interface SavedNetwork {
  id: string
  ledger: string
  node: string
  gateways: string
}

export interface NetworkParts {
  clock: PracticeClock
  codec: TxCodec
  addressPrefix: AddressPrefix
  served: () => readonly ServedSupplier[]
  link?: (operatorAddress: string, serviceId: string) => Link
}

/** What tells one practised network from another. */
export const networkId = (genesis: PracticeGenesis): string => `${genesis.chainId}/${genesis.genesisTimeMs}`

/** A network that has just made its first block, with everybody on their way to stake. */
export function foundNetwork(parts: NetworkParts, genesis: PracticeGenesis): PracticeNetwork {
  const population = populationOf(parts, genesis)
  const known = new Set(genesis.accounts.map((account) => account.address))
  const ledger = createLedger(
    {
      ...genesis,
      services: [...genesis.services, ...population.services.filter((one) => !genesis.services.some((other) => other.id === one.id))],
      accounts: [...genesis.accounts, ...population.accounts.filter((account) => !known.has(account.address))],
      params: { ...genesis.params, targetNumRelays: population.targetNumRelays },
    },
    { keepBlocks: KEEP_BLOCKS, keepAs: keepAsOf(genesis, population) },
  )
  const network = joinNetwork(parts, networkId(genesis), ledger, population)
  for (const tx of population.opening) network.node.submit(tx)
  return network
}

/** A network as it was saved. @throws when the text is none */
export function restoreNetwork(parts: NetworkParts, saved: SavedNetwork): PracticeNetwork {
  const { genesis } = restoreLedger(saved.ledger)
  const population = populationOf(parts, genesis)
  const ledger = restoreLedger(saved.ledger, { keepAs: keepAsOf(genesis, population) })
  return joinNetwork(parts, saved.id, ledger, population, saved)
}

function populationOf({ codec }: NetworkParts, genesis: PracticeGenesis): Population {
  const { params } = genesis
  return buildPopulation({
    seed: networkId(genesis),
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

function joinNetwork(parts: NetworkParts, id: string, ledger: Ledger, population: Population, saved?: SavedNetwork): PracticeNetwork {
  const { clock, codec } = parts
  const { validators } = ledger.genesis
  const node = createChainNode({
    ledger,
    clock,
    codec,
    seed: id,
    proposer: (height) => validators[height % validators.length]?.address ?? '',
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
  const chain = connectPracticeChain(node)
  return {
    id,
    ledger,
    node,
    gateways,
    population,
    chain: () => chain,
    host: (faucetAddress) => {
      node.setRunning(true)
      return {
        faucetSend(address, upokt) {
          const messages = [{ kind: 'send' as const, fromAddress: faucetAddress, toAddress: address, amountUpokt: upokt }]
          const trial = ledger.tryRun({
            hash: '',
            messages,
            feePayer: faucetAddress,
            feeUpokt: 1n,
            gasWanted: 200_000n,
            gasUsed: 0n,
            pubKeyHex: undefined,
          })
          if (trial.code !== 0)
            return Promise.resolve({ code: trial.code, codespace: trial.codespace, raw_log: trial.log, txhash: '0'.repeat(64) })
          return Promise.resolve({ code: 0, raw_log: '', txhash: node.submit({ messages, feePayer: faucetAddress, feeUpokt: 1n }) })
        },
        stop: () => node.setRunning(false),
        height: () => ledger.height,
        txCount: (height) => ledger.block(height)?.txs.length ?? 0,
        usage: () => ({
          cpuPercent: Math.min(100, 3 + clock.speed / 20),
          memoryBytes: 210 * 2 ** 20,
          diskBytes: ledger.height * BLOCK_BYTES,
          netBytes: ledger.height * BLOCK_BYTES,
        }),
      }
    },
    save: () => ({ id, ledger: ledger.save(), node: node.save(), gateways: gateways.save() }),
    stop() {
      node.setRunning(false)
      abort.abort()
      end()
    },
  }
}

/** What a block with its results takes on the disk of a node. */
const BLOCK_BYTES = 24_000

/** For questions while there is no network. */
export function noNetwork(): HearthError {
  return new HearthError('chain-unreachable', { endpoint: 'practice', reason: 'no network is practised' })
}
