import type { AppState } from '#shared/api/state.ts'
import { isServing } from '#shared/model/is-serving.ts'
import { isMadeHere, isStaked, partyFor, type KeyState } from '#renderer/bridge/select.ts'
import { hasAnyStake, judgedSuppliers, type OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { pokt, shortAddress, whole } from '#renderer/text/format.ts'
import type { Line, LineAction } from './checklist-line.ts'

/** Lines about keys, money, stake and services. They are judged by all suppliers that are staked, whichever is in view; before the first stake by the one in view. Pure. */

/** What a stake is kept above the minimum, so that one missed proof does not strand it (as supplier.options suggests it). */
const STAKE_MARGIN_UPOKT = 5_000_000n
/** More than the owner's few transactions cost. */
const FEES_UPOKT = 10_000n

/** Undefined where it was not read, or there was no room for it: which is not the same as none. */
function heldBy(state: AppState, address: string | undefined): bigint | undefined {
  const upokt = state.balances[address ?? '']?.upokt
  return upokt === undefined ? undefined : BigInt(upokt)
}

/** Where a line leads that is about one of several. */
const about = (judged: readonly OwnSupplier[], one: OwnSupplier | undefined): string | undefined =>
  judged.length > 1 || one?.isInView === false ? one?.operatorAddress : undefined

/** Services that are on, or start with the next session. */
export const isAnyOffered = (state: AppState): boolean => judgedSuppliers(state).some((each) => each.services.length > 0)

/** Ids of the services that are on, of all suppliers, each once. */
export const servicesServed = (state: AppState): string[] => [
  ...new Set([
    ...state.supplier.services.map((service) => service.serviceId),
    ...judgedSuppliers(state).flatMap((each) => servicesOn(state, each)),
  ]),
]

export const isAnyServed = (state: AppState): boolean => servicesServed(state).length > 0

export function keyLine(state: AppState, role: 'owner' | 'operator'): Line {
  const judged = role === 'operator' ? judgedSuppliers(state) : []
  const key = keyOf(state, judged) ?? partyFor(state, role)
  const line = { id: `${role}-key`, title: `home.check.${role}Key` as const }
  if (judged.length > 1)
    return {
      ...line,
      state: 'done',
      text: 'suppliers.check.keys',
      facts: { names: judged.map((each) => each.name).join(', ') },
      action: null,
    }
  if (key)
    return { ...line, state: 'done', text: 'home.check.keyOk', facts: { name: key.name, address: shortAddress(key.address) }, action: null }
  return {
    ...line,
    state: 'open',
    text: `home.check.${role}KeyMissing`,
    facts: {},
    action: { kind: 'make-key', role, text: role === 'owner' ? 'home.check.makeOwnerKey' : 'home.check.makeOperatorKey' },
  }
}

/** The operator key of the one supplier that is judged, where another one is in view. */
function keyOf(state: AppState, judged: readonly OwnSupplier[]): KeyState | undefined {
  const [one] = judged
  return one === undefined || one.isInView ? undefined : Object.values(state.keys).find((key) => key.address === one.operatorAddress)
}

export function fundLines(state: AppState): Line[] {
  const owner = partyFor(state, 'owner')
  const { params } = state.chain
  const hasStake = hasAnyStake(state)
  const held = heldBy(state, owner?.address)
  const needed = params
    ? BigInt(params.supplierMinStakeUpokt) + BigInt(params.supplierStakingFeeUpokt) + STAKE_MARGIN_UPOKT + FEES_UPOKT
    : null
  const ownerDone = hasStake || (needed !== null && held !== undefined && held >= needed)
  const isHere = isMadeHere(state)
  const can = state.chain.status === 'ready'
  return [
    {
      id: 'owner-funds',
      title: isHere ? 'home.check.ownerFunds' : 'home.check.ownerMoney',
      state: ownerDone ? 'done' : 'open',
      text: hasStake
        ? 'home.check.ownerFundsStaked'
        : ownerDone
          ? 'home.check.ownerFundsOk'
          : needed === null || held === undefined || held === 0n
            ? isHere
              ? 'home.check.ownerFundsUnknown'
              : 'home.check.ownerMoneyUnknown'
            : 'home.check.ownerFundsMissing',
      facts: { pokt: pokt(held ?? 0n), needed: needed === null ? '' : pokt(needed) },
      action: ownerDone || !owner || !can ? null : faucet(isHere, 'owner'),
    },
    feesLine(state),
  ]
}

const faucet = (isHere: boolean, role: string, supplier?: string): LineAction =>
  isHere
    ? { kind: 'go', href: `#/supplier/funds?for=${role}`, text: 'home.check.getFunds', supplier }
    : { kind: 'go', href: '#/wallet', text: 'home.check.receive' }

/** Those whose wallet is known, the poorest first. */
export function byFees(state: AppState, suppliers: readonly OwnSupplier[]): OwnSupplier[] {
  const wallets = suppliers.flatMap((each) => {
    const held = heldBy(state, each.operatorAddress)
    return held === undefined ? [] : [{ each, held }]
  })
  return wallets.toSorted((a, b) => (a.held < b.held ? -1 : a.held > b.held ? 1 : 0)).map(({ each }) => each)
}

/** Each operator pays its claims and proofs from a wallet of its own: the poorest one is told. */
function feesLine(state: AppState): Line {
  const judged = judgedSuppliers(state)
  const operator = partyFor(state, 'operator')
  const isHere = isMadeHere(state)
  const line = { id: 'operator-funds', title: isHere ? ('home.check.operatorFunds' as const) : ('home.check.operatorMoney' as const) }
  const known = byFees(state, judged)
  const poorest = known[0] ?? judged[0]
  const address = poorest?.operatorAddress ?? operator?.address
  const held = heldBy(state, address)
  const isOne = judged.length < 2
  if (held !== undefined && held > 0n)
    return {
      ...line,
      state: 'done',
      text: isOne ? 'home.check.ownerFundsOk' : 'suppliers.check.fees',
      facts: { pokt: pokt(held), count: known.length },
      action: null,
    }
  return {
    ...line,
    state: 'open',
    text: isOne || held === undefined ? 'home.check.operatorFundsMissing' : 'suppliers.check.feesMissing',
    facts: { pokt: pokt(held ?? 0n), name: poorest?.name ?? '' },
    action: address === undefined || state.chain.status !== 'ready' ? null : faucet(isHere, 'operator', about(judged, poorest)),
  }
}

export function stakedLine(state: AppState): Line {
  const { supplier } = state
  const judged = judgedSuppliers(state)
  const line = { id: 'staked', title: 'home.check.staked' as const }
  const below = judged.find((each) => each.status === 'below-minimum')
  if (below) {
    return {
      ...line,
      state: 'bad',
      text: judged.length > 1 ? 'suppliers.check.below' : 'status.supplier.below-minimum',
      facts: judged.length > 1 ? { name: below.name } : {},
      action: { kind: 'go', href: '#/supplier', text: 'home.check.stake', supplier: about(judged, below) },
    }
  }
  if (judged.some((each) => isStaked(each.status))) {
    const sum = judged.reduce((upokt, each) => upokt + BigInt(each.stakeUpokt), 0n)
    // Of the stakes that the state had no room for nothing is known here.
    const isAll = (state.leftOut['suppliers'] ?? 0) === 0
    return {
      ...line,
      state: 'done',
      text: !isAll ? 'suppliers.check.stakedAtLeast' : judged.length > 1 ? 'suppliers.check.staked' : 'home.check.stakedOk',
      facts: { pokt: pokt(sum), height: whole(Math.min(...judged.map((each) => each.height))), count: judged.length },
      action: null,
    }
  }
  if (supplier.status === 'stake-sent')
    return {
      ...line,
      state: 'busy',
      text: 'home.check.stakedSent',
      facts: {},
      action: { kind: 'go', href: '#/supplier/stake', text: 'home.check.wait' },
    }
  const can = state.chain.status === 'ready' && partyFor(state, 'owner') !== undefined && partyFor(state, 'operator') !== undefined
  return {
    ...line,
    state: 'open',
    text: 'home.check.stakedMissing',
    facts: {},
    action: can ? { kind: 'go', href: '#/supplier/stake', text: 'home.check.stake' } : null,
  }
}

export function servicesLine(state: AppState): Line {
  const { supplier } = state
  const judged = judgedSuppliers(state)
  const line = { id: 'services', title: 'home.check.services' as const }
  const on = judged.flatMap((each) => servicesOn(state, each))
  if (on.length > 0) {
    const differs = judged.find((each) => each.status === 'active-differs')
    const isOne = judged.length < 2
    return {
      ...line,
      state: differs ? 'bad' : 'done',
      text: differs && !isOne ? 'suppliers.check.differs' : 'home.check.servicesOk',
      facts: { services: (differs && !isOne ? differs.notServed : [...new Set(on)]).join(', '), name: differs?.name ?? '' },
      action: differs ? { kind: 'go', href: '#/supplier', text: 'home.check.offer', supplier: about(judged, differs) } : null,
    }
  }
  const waiting = judged.find((each) => each.status === 'starts-next-session') ?? judged.find((each) => each.services.length > 0)
  const next = waiting?.isInView === true ? supplier.pending[0] : undefined
  if (waiting) {
    return {
      ...line,
      state: 'busy',
      text: next ? 'home.check.servicesWait' : 'suppliers.check.wait',
      facts: next ? { height: whole(next.activationHeight) } : {},
      action: { kind: 'go', href: '#/supplier/first-session', text: 'home.check.wait', supplier: about(judged, waiting) },
    }
  }
  const can = judged.find((each) => each.status === 'staked-no-services')
  return {
    ...line,
    state: 'open',
    text: 'home.check.servicesMissing',
    facts: {},
    action: can ? { kind: 'go', href: '#/supplier/services', text: 'home.check.offer', supplier: about(judged, can) } : null,
  }
}

/** Ids of what a supplier has on now. Of one that is not in view the state does not tell what only starts with the next session, so that counts once anything is on. */
function servicesOn(state: AppState, one: OwnSupplier): readonly string[] {
  if (one.isInView) return state.supplier.services.map((service) => service.serviceId)
  return isServing(one.status) ? one.services : []
}
