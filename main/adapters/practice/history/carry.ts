import { EASIEST_TARGET } from '#shared/model/claim-value.ts'
import { BalanceLog } from '../chain/balance-log.ts'
import { balanceOf, module, openAccount, setBalance } from '../chain/bank.ts'
import type { ModuleName } from '../chain/addresses.ts'
import { putSupplier, type ChainState } from '../chain/state.ts'
import type { Sums } from './count.ts'
import type { People } from './txs.ts'

/** Between the numbers of a counted past and the state of the chain: taken out before counting, put back whenever the chain's own code runs. */

/** What modules hold besides what is counted: fees of the beginning. */
export interface Bases {
  supplier: bigint
  proof: bigint
  distribution: bigint
}

export function readSums(state: ChainState, people: People): { sums: Sums; bases: Bases } {
  const held = (address: string): bigint => balanceOf(state, address)
  const supplierStake = state.suppliers.get(people.operator)?.stakeUpokt ?? 0n
  return {
    bases: {
      supplier: held(module(state, 'supplier')) - supplierStake,
      proof: held(module(state, 'proof')),
      distribution: held(module(state, 'distribution')),
    },
    sums: {
      owner: held(people.owner),
      operator: held(people.operator),
      supplierStake,
      applicationStakes: people.applications.map((address) => state.applications.get(address)?.stakeUpokt ?? 0n),
      supply: state.counters.get('supply') ?? 0n,
      distribution: 0n,
      proofFees: 0n,
      dao: held(state.genesis.daoAddress),
      serviceOwner: held(people.serviceOwner),
      validators: new Map(state.genesis.validators.map(({ address }) => [address, held(address)])),
      averages: people.applications.map(() => undefined),
    },
  }
}

export function writeSums(state: ChainState, people: People, sums: Sums, bases: Bases): void {
  setBalance(state, people.owner, sums.owner)
  setBalance(state, people.operator, sums.operator)
  setBalance(state, state.genesis.daoAddress, sums.dao)
  setBalance(state, people.serviceOwner, sums.serviceOwner)
  for (const [address, upokt] of sums.validators) setBalance(state, address, upokt)
  for (const [service, address] of people.applications.entries()) {
    const application = state.applications.get(address)
    if (application) state.applications.set(address, { ...application, stakeUpokt: sums.applicationStakes[service] ?? 0n })
  }
  // Modules open with their first coin, in the order of a session's life.
  open(state, 'proof', sums.proofFees)
  open(state, 'tokenomics', sums.averages.some((average) => average !== undefined) ? 1n : 0n)
  setBalance(
    state,
    module(state, 'application'),
    sums.applicationStakes.reduce((sum, stake) => sum + stake, 0n),
  )
  setBalance(state, module(state, 'supplier'), bases.supplier + sums.supplierStake)
  setBalance(state, module(state, 'proof'), bases.proof + sums.proofFees)
  if (state.accounts.has(module(state, 'tokenomics'))) setBalance(state, module(state, 'tokenomics'), 0n)
  setBalance(state, module(state, 'distribution'), bases.distribution + sums.distribution)
  state.counters.set('supply', sums.supply)
  const supplier = state.suppliers.get(people.operator)
  if (supplier) putSupplier(state, { ...supplier, stakeUpokt: sums.supplierStake })
}

function open(state: ChainState, name: ModuleName, used: bigint): void {
  const address = module(state, name)
  if (used > 0n && !state.accounts.has(address)) openAccount(state, address, name)
}

/** Takes over what a block that the chain's own code made has changed. */
export function takeOver(state: ChainState, people: People, sums: Sums, bases: Bases): void {
  const fresh = readSums(state, people).sums
  Object.assign(sums, {
    owner: fresh.owner,
    operator: fresh.operator,
    applicationStakes: fresh.applicationStakes,
    supply: fresh.supply,
    dao: fresh.dao,
    serviceOwner: fresh.serviceOwner,
    validators: fresh.validators,
    distribution: balanceOf(state, module(state, 'distribution')) - bases.distribution,
  })
}

/** The moving average of a service's relays from a height on. */
export interface Average {
  height: number
  relays: bigint
}
/** As many as the chain keeps. */
const AVERAGES_KEPT = 64

export function writeAverages(state: ChainState, averages: readonly Average[][]): void {
  for (const [service, list] of averages.entries()) {
    const id = state.genesis.services[service]?.id
    if (id === undefined || list.length === 0) continue
    const entries = list.slice(-AVERAGES_KEPT)
    state.difficulties.set(
      id,
      entries.map(({ height, relays }) => ({ height, relaysAverage: relays, targetHash: EASIEST_TARGET })),
    )
  }
}

/** The state without the past's balances of ours, which are asked for elsewhere: one entry at its end. */
export function endState(state: ChainState, people: People): ChainState {
  const balanceLogs = new Map(state.balanceLogs)
  for (const address of [people.owner, people.operator]) {
    const log = new BalanceLog()
    log.add(state.height, balanceOf(state, address))
    balanceLogs.set(address, log)
  }
  return { ...state, balanceLogs }
}
