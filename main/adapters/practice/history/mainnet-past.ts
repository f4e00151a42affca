import { practiceAddress } from '../scenarios/practice-address.ts'
import type { PracticeGenesis } from '../parts.ts'
import { createHistory, type History, type HistoryOptions } from './history.ts'
import { MAINNET_LIKE } from './mainnet-rules.ts'

const POKT = 1_000_000n
const BLOCK_MS = 60_000
const YEAR_MS = 365.25 * 86_400_000

/** Three services that many suppliers serve; the last one can also be served from Practice's own backend. */
export const PAST_SERVICES = [
  { id: 'eth', name: 'Ethereum', computeUnitsPerRelay: 1_900n },
  { id: 'base', name: 'Base', computeUnitsPerRelay: 1_500n },
  { id: 'anvil', name: 'Anvil test chain', computeUnitsPerRelay: 100n },
] as const

export interface PastOptions {
  chainId: string
  addressPrefix: string
  seed: string
  owner: string
  operator: string
  /** How much past there is, in years; parts count. */
  years: number
  /** UTC ms at which it ends. */
  endMs: number
  /** Where gateways were told to send relays. */
  endpointUrl: string
  /** Of the owner, in per cent; the rest is the operator's. */
  ownerPercent?: number
  /** More people of the first block: a faucet, a gateway, whoever the live chain needs. */
  accounts?: PracticeGenesis['accounts']
  daoAddress?: string
  validators?: PracticeGenesis['validators']
}

/** What such a past begins with. */
export function mainnetPastOptions(options: PastOptions): HistoryOptions {
  const { addressPrefix } = options
  const of = (role: string): string => practiceAddress(`past/${role}`, addressPrefix)
  const params = MAINNET_LIKE
  const sessions = Math.floor((options.years * YEAR_MS) / (BLOCK_MS * params.numBlocksPerSession))
  const lastHeight = sessions * params.numBlocksPerSession
  const serviceOwner = of('service-owner')
  const applications = PAST_SERVICES.map(({ id }) => of(`application/${id}`))
  const daoAddress = options.daoAddress ?? of('dao')
  const validators = options.validators ?? [
    { address: of('validator/1'), stakeUpokt: 3_000_000n * POKT, commission: '0.1' },
    { address: of('validator/2'), stakeUpokt: 2_000_000n * POKT, commission: '0.05' },
  ]
  const accounts = [
    { address: options.owner, upokt: 65_000n * POKT },
    { address: options.operator, upokt: 5n * POKT },
    { address: serviceOwner, upokt: 100_000n * POKT },
    ...applications.map((address) => ({ address, upokt: 10_000_000n * POKT })),
    { address: daoAddress, upokt: 0n },
    ...validators.map(({ address }) => ({ address, upokt: 0n })),
  ]
  const known = new Set(accounts.map(({ address }) => address))
  return {
    genesis: {
      chainId: options.chainId,
      addressPrefix,
      genesisTimeMs: options.endMs - (lastHeight - 1) * BLOCK_MS,
      blockMs: BLOCK_MS,
      accounts: [...accounts, ...(options.accounts ?? []).filter(({ address }) => !known.has(address))],
      validators,
      daoAddress,
      services: PAST_SERVICES.map((service) => ({ ...service, ownerAddress: serviceOwner })),
      params,
      minimumGasPrice: '0.000001',
    },
    seed: options.seed,
    lastHeight,
    people: { owner: options.owner, operator: options.operator, serviceOwner, applications },
    stakeUpokt: 59_510n * POKT,
    endpointUrl: options.endpointUrl,
    ownerPercent: options.ownerPercent ?? 100,
    applicationStakeUpokt: 20_000n * POKT,
    topUpUpokt: 400n * POKT,
  }
}

/** A supplier's past under mainnet's rules. The same options give the same past, block by block. */
export const createMainnetPast = (options: PastOptions): History => createHistory(mainnetPastOptions(options))
