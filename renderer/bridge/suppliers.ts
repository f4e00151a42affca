import type { AppState, IntentState, OwnSupplierState } from '#shared/api/state.ts'
import { isStaked, type KeyState } from './select.ts'

/** Questions about all own suppliers of the network in use. Most users have one. Pure. */

/** One of them, under a name that no other one bears. */
export interface OwnSupplier extends OwnSupplierState {
  operatorAddress: string
  name: string
  /** The one that the pages speak of. */
  isInView: boolean
}
type Suppliers = Pick<AppState, 'supplier' | 'suppliers' | 'keys' | 'leftOut'> & { app: Pick<AppState['app'], 'network'> }

/** All own suppliers, staked or not, that of the oldest key first; the one in view as it is known whole. Empty while there is no operator. */
export function ownSuppliers(state: Suppliers): OwnSupplier[] {
  const { supplier } = state
  const operators = operatorKeys(state)
  const unshown = (state.leftOut['suppliers'] ?? 0) > 0 ? [...operators.keys()] : []
  const addresses = new Set([supplier.operatorAddress, ...Object.keys(state.suppliers), ...unshown].filter((address) => address !== ''))
  const made = (address: string): number => operators.get(address)?.createdAtMs ?? Infinity
  const sorted = [...addresses].sort((a, b) => made(a) - made(b) || a.localeCompare(b))
  const taken = new Map<string, number>()
  return sorted.map((operatorAddress) => {
    const given = operators.get(operatorAddress)?.name ?? ''
    const plain = given === '' ? `${operatorAddress.slice(0, 9)}…${operatorAddress.slice(-4)}` : given
    const nth = (taken.get(plain) ?? 0) + 1
    taken.set(plain, nth)
    const isInView = operatorAddress === supplier.operatorAddress
    const known = isInView ? inShort(supplier) : (state.suppliers[operatorAddress] ?? NOT_SHOWN)
    return { ...known, operatorAddress, name: nth === 1 ? plain : `${plain} (${nth})`, isInView }
  })
}

/** Keys of operators by address; one that is here goes before an address that is only watched. */
function operatorKeys(state: Suppliers): Map<string, KeyState> {
  const found = new Map<string, KeyState>()
  for (const key of Object.values(state.keys)) {
    if (key.role !== 'operator' || key.network !== state.app.network || key.kind === 'morse') continue
    if (key.kind === 'key' || !found.has(key.address)) found.set(key.address, key)
  }
  return found
}

/** What the state leaves out is not known here; it can be brought into view all the same. */
const NOT_SHOWN: OwnSupplierState = {
  ownerAddress: '',
  status: 'unknown',
  stakeUpokt: '0',
  services: [],
  notServed: [],
  unstakeSessionEndHeight: 0,
  height: 0,
}

function inShort(supplier: AppState['supplier']): OwnSupplierState {
  const ids = [...supplier.services, ...supplier.pending.map((entry) => entry.service)].map((service) => service.serviceId)
  return {
    ownerAddress: supplier.ownerAddress,
    status: supplier.status,
    stakeUpokt: supplier.stakeUpokt,
    services: [...new Set(ids)],
    notServed: supplier.differences.map((difference) => difference.serviceId),
    unstakeSessionEndHeight: supplier.unstakeSessionEndHeight,
    height: supplier.asOf?.height ?? 0,
  }
}

/** Whether pages have to say which supplier they speak of. */
export const hasSeveral = (state: Pick<Suppliers, 'supplier' | 'suppliers' | 'leftOut'>): boolean =>
  new Set([state.supplier.operatorAddress, ...Object.keys(state.suppliers)].filter((address) => address !== '')).size +
    (state.leftOut['suppliers'] ?? 0) >
  1

/** Those that Home is judged by: all that are staked; before the first stake the one in view. One that is being added takes nothing from those that serve. */
export function judgedSuppliers(state: Suppliers): OwnSupplier[] {
  const own = ownSuppliers(state)
  const staked = own.filter((each) => isStaked(each.status))
  return staked.length > 0 ? staked : own.filter((each) => each.isInView)
}

/** Whether any own supplier is staked, whichever is in view. */
export const hasAnyStake = (state: Pick<AppState, 'supplier' | 'suppliers'>): boolean =>
  isStaked(state.supplier.status) || Object.values(state.suppliers).some((each) => isStaked(each.status))

/** Whose supplier a transaction is about: the operator that it names, else whoever signs. */
export const operatorOf = (intent: Pick<IntentState, 'facts' | 'signerAddress'>): string =>
  intent.facts['operatorAddress'] ?? intent.signerAddress

/** The own supplier that facts of main name, where it is another one than the pages speak of. */
export function otherNamedIn(own: readonly OwnSupplier[], facts: Record<string, string>): OwnSupplier | undefined {
  const address = facts['supplierAddress'] ?? facts['operatorAddress'] ?? facts['address']
  return own.find((each) => each.operatorAddress === address && !each.isInView)
}

/** A name for one more key: as it stands, or with the first number that no key here bears. */
export function freeName(keys: AppState['keys'], wanted: string): string {
  const taken = new Set(Object.values(keys).map((key) => key.name))
  for (let nth = 1; ; nth += 1) {
    const name = nth === 1 ? wanted : `${wanted} ${nth}`
    if (!taken.has(name)) return name
  }
}
