import type { ChainEvent } from '#main/core/ports/chain.ts'
import { balanceOf, module, send } from './bank.ts'
import { DECIMAL_UNIT as UNIT, decimalText, decimalUnits } from './decimals.ts'
import { emit, liveSession, type Frame } from './frame.ts'
import type { ChainState } from './state.ts'

/** What every block begins with: the mint of the SDK (which mints nothing here), the fees of the block before, and services that become active. */

/** The community's part of all fees; never changed on any network. */
const COMMUNITY_TAX = decimalUnits('0.02')
/** Stake that one vote stands for. */
const STAKE_PER_VOTE = 1_000_000n

const timesCut = (a: bigint, b: bigint): bigint => (a * b) / UNIT

/** Begin events of a block without fees: the same until somebody mints or burns. */
export class QuietBegin {
  private supply: bigint | undefined
  private events: readonly ChainEvent[] = []

  /** The events of such a block; nothing when this one is no such block. */
  of(frame: Frame): readonly ChainEvent[] | undefined {
    const { state, height } = frame
    if (height <= 2 || balanceOf(state, module(state, 'fee_collector')) !== 0n) return undefined
    const supply = state.counters.get('supply')
    if (supply !== this.supply) {
      const quiet: Frame = { ...frame, events: [] }
      moveFees(quiet)
      for (const event of quiet.events) Object.freeze(Object.freeze(event).attributes)
      this.supply = supply
      this.events = quiet.events
    }
    return this.events
  }
}

export function beginBlock(frame: Frame, quiet: QuietBegin): void {
  const known = quiet.of(frame)
  if (known) frame.events.push(...known)
  else moveFees(frame)
  activateServices(frame)
}

function moveFees(frame: Frame): void {
  mintNothing(frame)
  if (frame.height > 1) distributeFees(frame)
}

function mintNothing(frame: Frame): void {
  const { state } = frame
  send(frame, module(state, 'mint'), module(state, 'fee_collector'), 0n)
  const bonded = state.genesis.validators.reduce((sum, validator) => sum + validator.stakeUpokt, 0n)
  const supply = state.counters.get('supply') ?? 0n
  const bondedRatio = supply === 0n ? 0n : (bonded * UNIT) / supply
  const nothing = decimalText(0n)
  emit(frame, 'mint', { bonded_ratio: decimalText(bondedRatio), inflation: nothing, annual_provisions: nothing, amount: '0' })
}

function distributeFees(frame: Frame): void {
  const { state } = frame
  const collector = module(state, 'fee_collector')
  const fees = balanceOf(state, collector)
  send(frame, collector, module(state, 'distribution'), fees)
  const votes = votesOf(state)
  const total = votes.reduce((sum, { power }) => sum + power, 0n)
  for (const { validator, power, commission } of votes) {
    const share = total === 0n ? 0n : (power * UNIT) / total
    const reward = timesCut(timesCut(fees * UNIT, UNIT - COMMUNITY_TAX), share)
    const part = (reward * commission) / UNIT
    emit(frame, 'commission', { amount: decimalAmount(part), validator })
    emit(frame, 'rewards', { amount: decimalAmount(reward), validator })
  }
}

const decimalAmount = (units: bigint): string => (units === 0n ? '' : `${decimalText(units)}upokt`)

function votesOf(state: ChainState): { validator: string; power: bigint; commission: bigint }[] {
  const { validators } = state.genesis
  return validators
    .map(({ stakeUpokt, commission }, index) => ({
      validator: state.fixed.validators[index] ?? '',
      power: stakeUpokt / STAKE_PER_VOTE,
      commission: decimalUnits(commission),
    }))
    .sort((a, b) => (a.power === b.power ? 0 : a.power > b.power ? -1 : 1))
}

function activateServices(frame: Frame): void {
  const { state, height } = frame
  if (liveSession(frame).start !== height) return
  const starting: { serviceId: string; operator: string }[] = []
  for (const [operator, supplier] of state.suppliers.map) {
    for (const config of supplier.configs) {
      if (config.activationHeight === height) {
        starting.push({ serviceId: config.service.serviceId, operator })
      }
    }
  }
  starting.sort((a, b) => (`${a.serviceId}/${a.operator}` < `${b.serviceId}/${b.operator}` ? -1 : 1))
  for (const { serviceId, operator } of starting) {
    emit(frame, 'pocket.supplier.EventSupplierServiceConfigActivated', {
      activation_height: String(height),
      operator_address: operator,
      service_id: serviceId,
    })
  }
}
