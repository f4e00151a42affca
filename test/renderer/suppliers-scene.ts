import type { AppState } from '#shared/api/state.ts'
import { inList } from './in-list.ts'
import { HEIGHT, OPERATOR, OWNER, serving } from './scene.ts'

export const SECOND = 'pokt1h8tq4zs0n6w3vc52exjyd7kmr9aup3l2gfxsec'

/** Two suppliers of one owner behind one relay miner; the first is in view. */
export function twoSuppliers(now: number): AppState {
  const state = serving(now)
  const first = state.keys['k2']!
  return {
    ...state,
    keys: {
      ...state.keys,
      k2: { ...first, name: 'Operator' },
      k3: { ...first, id: 'k3', name: 'Operator 2', address: SECOND, createdAtMs: now - 60_000 },
    },
    balances: { ...state.balances, [SECOND]: { address: SECOND, upokt: '4100000', asOf: { height: HEIGHT, atMs: now } } },
    suppliers: { ...state.suppliers, ...inList(SECOND, OWNER, ['anvil', 'eth'], { stakeUpokt: '60000000000' }) },
  }
}

/** The second one in view, as main publishes it then. */
export function secondInView(state: AppState): AppState {
  const short = state.suppliers[SECOND]!
  return {
    ...state,
    supplier: {
      ...state.supplier,
      status: short.status,
      operatorAddress: SECOND,
      ownerAddress: short.ownerAddress,
      stakeUpokt: short.stakeUpokt,
      services: short.services.map((serviceId) => ({
        serviceId,
        endpoints: [{ url: 'http://127.0.0.1:8645', rpcType: 'JSON_RPC' }],
        revShare: [
          { address: OWNER, percent: 99 },
          { address: SECOND, percent: 1 },
        ],
      })),
      differences: short.notServed.map((serviceId) => ({ serviceId, key: 'staked-not-served', facts: { serviceId } })),
    },
  }
}

/** A second operator key that is not staked, in view, while the first serves. */
export function addingSecond(now: number): AppState {
  const state = twoSuppliers(now)
  const shorts = { ...state.suppliers, ...inList(SECOND, OWNER, []) }
  const empty = { address: SECOND, upokt: '0', asOf: { height: HEIGHT, atMs: now } }
  return secondInView({ ...state, suppliers: shorts, balances: { ...state.balances, [SECOND]: empty } })
}

/** The second one is in trouble: its wallet is empty, and what it staked is not all served here. */
export function secondInTrouble(now: number): AppState {
  const state = twoSuppliers(now)
  const facts = { supplier: 'Operator 2', supplierAddress: SECOND }
  return {
    ...state,
    balances: { ...state.balances, [SECOND]: { address: SECOND, upokt: '0', asOf: { height: HEIGHT, atMs: now } } },
    suppliers: { ...state.suppliers, ...inList(SECOND, OWNER, ['anvil', 'eth'], { status: 'active-differs', notServed: ['eth'] }) },
    attention: {
      'staked-not-served': {
        id: 'staked-not-served',
        level: 'warn',
        key: 'staked-not-served',
        facts: { services: 'eth', ...facts },
        fix: 'supplier',
        sinceMs: now - 60_000,
      },
    },
  }
}

export const SUPPLIER_SCENES = {
  twoSuppliers,
  addingSecond,
  secondInTrouble,
  secondOfTwo: (now: number) => secondInView(twoSuppliers(now)),
}

interface Claims {
  rows: { key: string; operatorAddress: string; serviceId: string; recipients: { address: string; label: string }[] }[]
  more: boolean
}

/** Claims of both: each of the first has one of the second beside it. @param claims the usual answer */
export function claimsOfBoth(claims: unknown): Claims {
  const { rows, more } = claims as Claims
  const ofSecond = (row: Claims['rows'][number]): Claims['rows'][number] => ({
    ...row,
    key: row.key.replace(OPERATOR, SECOND),
    operatorAddress: SECOND,
    serviceId: 'eth',
    recipients: row.recipients.map((each) => (each.address === OPERATOR ? { ...each, address: SECOND, label: 'Operator 2' } : each)),
  })
  return { rows: rows.flatMap((row) => [row, ofSecond(row)]), more }
}
