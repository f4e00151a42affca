import type { AppState, OwnSupplierState } from '#shared/api/state.ts'

/** One of the own suppliers in short, with its address. */
export type OwnSupplierFacts = OwnSupplierState & { operatorAddress: string }

type Seen = Pick<AppState, 'supplier' | 'suppliers'>

/** All own suppliers of the network, staked or not, as the state tells them; before the first look the blank one alone, of which nothing is known. */
export function ownSuppliers({ supplier, suppliers }: Seen): OwnSupplierFacts[] {
  const all = Object.entries(suppliers).map(([operatorAddress, short]) => ({ operatorAddress, ...short }))
  if (suppliers[supplier.operatorAddress] !== undefined || (supplier.operatorAddress === '' && all.length > 0)) return all
  return [...all, inFull(supplier)]
}

function inFull(supplier: AppState['supplier']): OwnSupplierFacts {
  const { operatorAddress, ownerAddress, status, stakeUpokt, unstakeSessionEndHeight, services, pending, differences, asOf } = supplier
  return {
    operatorAddress,
    ownerAddress,
    status,
    stakeUpokt,
    services: [...services, ...pending.map((entry) => entry.service)].map((service) => service.serviceId),
    notServed: differences.map((difference) => difference.serviceId),
    unstakeSessionEndHeight,
    height: asOf?.height ?? 0,
  }
}

const NOT_ON_CHAIN: ReadonlySet<OwnSupplierState['status']> = new Set(['unknown', 'not-staked', 'stake-sent', 'unstaked'])

/** Whether the chain has a record of it, one that leaves with them: then its operator may owe proofs. */
export const isOnChain = ({ status }: Pick<OwnSupplierState, 'status'>): boolean => !NOT_ON_CHAIN.has(status)

/** Addresses of the operators of ours. */
export const ownOperators = (state: Seen): string[] =>
  ownSuppliers(state).flatMap(({ operatorAddress }) => (operatorAddress === '' ? [] : [operatorAddress]))

/**
 * Facts that say of which supplier something is told; none where there is but one, which needs no name.
 * @param others to how many more the same applies
 */
export function whichSupplier(
  state: Seen & Pick<AppState, 'keys' | 'app'>,
  operatorAddress: string | undefined,
  others = 0,
): Record<string, string> {
  const known = ownSuppliers(state).filter((each) => isOnChain(each) || each.status === 'unstaked')
  if (known.length < 2 || operatorAddress === undefined || operatorAddress === '') return {}
  const key = Object.values(state.keys).find((each) => each.address === operatorAddress && each.network === state.app.network)
  return {
    supplier: key === undefined || key.name === '' ? shortAddress(operatorAddress) : key.name,
    supplierAddress: operatorAddress,
    ...(others > 0 ? { moreSuppliers: String(others) } : {}),
  }
}

const shortAddress = (address: string): string => (address.length <= 16 ? address : `${address.slice(0, 8)}…${address.slice(-6)}`)
