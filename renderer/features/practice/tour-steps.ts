import type { AppState } from '#shared/api/state.ts'
import { keyFor, nodeOfKind } from '#renderer/bridge/select.ts'
import { hasAnyStake, judgedSuppliers } from '#renderer/bridge/suppliers.ts'
import type { TextKey } from '#renderer/text/text.ts'

export type TourStepId =
  | 'network'
  | 'keys'
  | 'funds'
  | 'stake'
  | 'services'
  | 'miner'
  | 'relays'
  | 'claim'
  | 'proof'
  | 'settlement'
  | 'stop'
  | 'trouble'
  | 'leave'
export type TourWord = Extract<TextKey, `practice.words.${string}.word`> extends `practice.words.${infer Word}.word` ? Word : never

export interface TourStep {
  id: TourStepId
  /** The screen on which it is done or seen. */
  href: string
  words: TourWord[]
  isDone: boolean
}

/**
 * The life of a supplier, one step after the other. Ticks are facts of the state, never of the page: what was left half done is half done when the tour is opened again.
 * @param seen steps that ask for nothing but to be looked at, and that were
 */
export function tourSteps(state: AppState, seen: ReadonlySet<string>): TourStep[] {
  const { supplier, chain, clock, earnings, relays } = state
  const owner = keyFor(state, 'owner')
  const operator = keyFor(state, 'operator')
  const has = (address: string | undefined): boolean => address !== undefined && BigInt(state.balances[address]?.upokt ?? '0') > 0n
  const staked = hasAnyStake(state)
  const settled = earnings.claimsSettled > 0
  const stages = new Set(clock.lanes.map((lane) => lane.stage))
  const proven = settled || stages.has('proven')
  const claimed = proven || stages.has('claimed') || stages.has('proof-due')
  const offered = judgedSuppliers(state).some((each) => each.services.length > 0)
  const steps: Omit<TourStep, 'isDone'>[] = [
    { id: 'network', href: '#/', words: ['node', 'block'] },
    { id: 'keys', href: '#/', words: ['owner', 'operator'] },
    { id: 'funds', href: '#/supplier/funds', words: ['upokt', 'fee'] },
    { id: 'stake', href: '#/supplier/stake', words: ['stake', 'slash'] },
    { id: 'services', href: '#/supplier/services', words: ['service', 'supplier', 'session', 'revShare'] },
    { id: 'miner', href: '#/', words: ['miner'] },
    { id: 'relays', href: '#/supplier/test-relays', words: ['relay', 'gateway', 'application'] },
    { id: 'claim', href: '#/supplier/first-session', words: ['claim', 'computeUnits', 'window'] },
    { id: 'proof', href: '#/supplier/first-session', words: ['proof', 'window', 'slash'] },
    { id: 'settlement', href: '#/earnings', words: ['settlement', 'revShare', 'upokt'] },
    { id: 'stop', href: '#/', words: ['session', 'window'] },
    { id: 'trouble', href: '#/practice', words: ['slash', 'fee'] },
    { id: 'leave', href: '#/supplier/leave', words: ['unbonding', 'settlement'] },
  ]
  const done: Record<TourStepId, boolean> = {
    network: chain.status === 'ready' && chain.height > 0,
    keys: owner !== undefined && operator !== undefined,
    funds: staked || (has(owner?.address) && has(operator?.address)),
    stake: staked,
    services: offered,
    miner: nodeOfKind(state, 'relay-miner')?.seen === 'running',
    relays: (relays.last?.verified ?? 0) > 0,
    claim: claimed,
    proof: proven,
    settlement: settled,
    stop: seen.has('stop'),
    trouble: state.practice?.scenario != null || seen.has('trouble'),
    leave: supplier.status === 'unstaking' || supplier.status === 'unstaked' || seen.has('leave'),
  }
  return steps.map((step) => ({ ...step, isDone: done[step.id] }))
}

/** Where the tour goes on: the first step that is not done, else the last. */
export function tourPlace(steps: TourStep[]): number {
  const open = steps.findIndex((step) => !step.isDone)
  return open === -1 ? steps.length - 1 : open
}
