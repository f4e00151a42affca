import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { ServiceInfo } from '#main/core/ports/chain.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { InsideTx } from '../node/chain-node.ts'
import { chance, practiceKey } from './random.ts'

/** Who else lives on the practised network: suppliers who compete, applications that pay, gateways that choose. All of it follows from the seed. */

/** How well a supplier serves. */
export interface Quality {
  latencyMs: number
  /** Share of relays that end in an error. */
  errorRate: number
  /** How far its backend is behind, in blocks of the service. */
  lagBlocks: number
  /** Share of its proofs that it misses. */
  missedProofs: number
}

interface Person {
  address: string
  pubKeyHex: string
}

export interface Competitor extends Person {
  name: string
  serviceIds: string[]
  quality: Quality
}

export interface PracticeApplication extends Person {
  serviceId: string
  gatewayAddress: string
  /** On a mean day. */
  relaysPerDay: number
  /** Filled up to this when it gets low. */
  stakeUpokt: bigint
}

export interface PracticeGateway extends Person {
  name: string
  /** Between two health checks of one supplier. */
  checkEveryMs: number
  /** Blocks that a backend may be behind. */
  syncAllowance: number
}

export interface Population {
  competitors: Competitor[]
  applications: PracticeApplication[]
  gateways: PracticeGateway[]
  /** For the genesis. */
  services: ServiceInfo[]
  accounts: { address: string; upokt: bigint }[]
  /** Relays of a service in one session above which not all are mined any more, so that difficulty is there to be seen. */
  targetNumRelays: bigint
  /** To be submitted before the second block. */
  opening: InsideTx[]
}

export interface PopulationOptions {
  seed: string
  codec: TxCodec
  supplierMinStakeUpokt: bigint
  applicationMinStakeUpokt: bigint
  gatewayMinStakeUpokt: bigint
  /** How long a session lasts. */
  sessionMs: number
  competitors?: number
  applications?: number
  gateways?: number
  /** 1 is an ordinary day: a supplier of average quality earns a few dozen POKT. */
  demand?: number
  services?: { id: string; name: string; computeUnitsPerRelay: bigint }[]
}

const SERVICES = [
  { id: 'eth', name: 'Ethereum', computeUnitsPerRelay: 1_900n },
  { id: 'base', name: 'Base', computeUnitsPerRelay: 1_500n },
  { id: 'anvil', name: 'Anvil test chain', computeUnitsPerRelay: 100n },
]
const GATEWAY_NAMES = ['Lighthouse', 'Ferry', 'Causeway', 'Breakwater', 'Quay']
/** Shares of all traffic, by application. */
const DEMAND = [0.4, 0.26, 0.16, 0.1, 0.05, 0.03]
const RELAYS_PER_DAY = 1_500_000
const DAY_MS = 86_400_000
/** Fees, proofs and refills for many years. */
const POCKET_MONEY_UPOKT = 1_000_000_000n
const FUNDS_UPOKT = 10n ** 16n
/** How many times harder than the easiest the busiest service is to be. */
const HARDNESS = 4

/** @returns the same for the same options */
export function buildPopulation(options: PopulationOptions): Population {
  const { seed, codec } = options
  const services = options.services ?? SERVICES
  const person = (who: string): Person => {
    const pubKeyHex = bytesToHex(secp256k1.getPublicKey(practiceKey(seed, who), true))
    return { address: codec.addressOf(pubKeyHex), pubKeyHex }
  }
  const sourceOwner = person('source-owner')
  const demand = (options.demand ?? 1) * RELAYS_PER_DAY

  const gateways = times(options.gateways ?? 3, (index): PracticeGateway => {
    const name = GATEWAY_NAMES[index % GATEWAY_NAMES.length] ?? ''
    return { ...person(`gateway ${index}`), name, checkEveryMs: [10_000, 30_000, 60_000][index % 3] ?? 30_000, syncAllowance: 5 }
  })
  const applications = times(options.applications ?? 6, (index): PracticeApplication => {
    const service = services[index % services.length]
    const gateway = gateways[index % gateways.length]
    if (!service || !gateway) throw new Error('a population needs services and gateways')
    return {
      ...person(`application ${index}`),
      serviceId: service.id,
      gatewayAddress: gateway.address,
      relaysPerDay: demand * (DEMAND[index % DEMAND.length] ?? 0),
      stakeUpokt: options.applicationMinStakeUpokt * BigInt(20 + Math.floor(chance(`${seed}/stake/${index}`) * 40)),
    }
  })
  const competitors = times(options.competitors ?? 24, (index): Competitor => {
    const draw = (what: string): number => chance(`${seed}/competitor/${index}/${what}`)
    const served = services.filter((_, at) => at === index % services.length || draw(`service ${at}`) < 0.7)
    // Most are good, some are middling, a few are what PATH is there for.
    const isPoor = index % 8 === 7
    return {
      ...person(`competitor ${index}`),
      name: `competitor-${index + 1}`,
      serviceIds: served.map((service) => service.id),
      quality: {
        latencyMs: Math.round(isPoor ? 900 + draw('latency') * 1_600 : 40 + draw('latency') ** 2 * 420),
        errorRate: isPoor ? 0.02 + draw('errors') * 0.08 : draw('errors') * 0.004,
        lagBlocks: isPoor && draw('lag') < 0.3 ? 8 : 0,
        missedProofs: isPoor ? 0.01 : 0.0005,
      },
    }
  })

  const busiest = Math.max(...services.map((service) => sum(applications.filter((each) => each.serviceId === service.id))))
  return {
    competitors,
    applications,
    gateways,
    services: services.map((service) => ({ ...service, ownerAddress: sourceOwner.address })),
    accounts: [
      { address: sourceOwner.address, upokt: POCKET_MONEY_UPOKT },
      ...gateways.map(({ address }) => ({ address, upokt: options.gatewayMinStakeUpokt + POCKET_MONEY_UPOKT })),
      ...applications.map(({ address }) => ({ address, upokt: FUNDS_UPOKT })),
      ...competitors.map(({ address }) => ({ address, upokt: options.supplierMinStakeUpokt * 2n + POCKET_MONEY_UPOKT })),
    ],
    targetNumRelays: BigInt(Math.max(1, Math.round((busiest * options.sessionMs) / DAY_MS / HARDNESS))),
    opening: [
      ...gateways.map((gateway) =>
        opening(gateway, { kind: 'stake-gateway', address: gateway.address, stakeUpokt: options.gatewayMinStakeUpokt }),
      ),
      ...applications.map((each) =>
        opening(
          each,
          { kind: 'stake-application', address: each.address, stakeUpokt: each.stakeUpokt, serviceIds: [each.serviceId] },
          { kind: 'delegate', applicationAddress: each.address, gatewayAddress: each.gatewayAddress },
        ),
      ),
      ...competitors.map((each, index) => opening(each, stakeOf(each, options, `${seed}/stake/${index}`))),
    ],
  }
}

function opening(who: Person, ...messages: InsideTx['messages']): InsideTx {
  return { messages, feePayer: who.address, pubKeyHex: who.pubKeyHex }
}

function stakeOf(competitor: Competitor, options: PopulationOptions, label: string): InsideTx['messages'][number] {
  const { address, name, serviceIds } = competitor
  return {
    kind: 'stake-supplier',
    signer: address,
    ownerAddress: address,
    operatorAddress: address,
    // Most stake a little above the minimum, so that a missed proof does not send them away.
    stakeUpokt:
      options.supplierMinStakeUpokt + (options.supplierMinStakeUpokt * BigInt(Math.floor(chance(label) * 100))) / 1_000n + 1_000_000n,
    services: serviceIds.map((serviceId) => ({
      serviceId,
      endpoints: [{ url: `https://${serviceId}.${name}.example.net`, rpcType: 'JSON_RPC' as const }],
      revShare: [{ address, percent: 100 }],
    })),
  }
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))
const sum = (applications: PracticeApplication[]): number => applications.reduce((total, each) => total + each.relaysPerDay, 0)
