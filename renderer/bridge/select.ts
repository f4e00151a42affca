import type { AppState, IntentState, NodeState, TaskState } from '#shared/api/state.ts'
import type { IntentKind } from '#shared/model/intent.ts'
import { networkOf } from '#shared/networks/index.ts'

/** Questions that several features ask of the state. Pure. */

export type KeyState = AppState['keys'][string]

/** Whether the chain in use was made by Hearth on this machine: its faucet, its rehearsals and its removal are the user's. */
export const isMadeHere = (state: AppState): boolean => networkOf(state.app.network).madeHere

/** Whether the relay miner of the network in use is on this machine: always beside a chain of one's own, on Mainnet and Beta once it was set up here. Else it runs elsewhere, or nowhere. */
export const isServedHere = (state: AppState): boolean => isMadeHere(state) || state.bundle !== null

/** The key in use for a role: the one of the supplier in view, else the newest whose words were confirmed. No operator key is a stand-in for that of the one in view, which may be only watched or not among the published ones. */
export function keyFor(state: AppState, role: KeyState['role']): KeyState | undefined {
  const keys = Object.values(state.keys).filter(
    (key) => key.role === role && key.network === state.app.network && key.wordsConfirmedAtMs !== null,
  )
  const inUse = addressInUse(state, role)
  const found = keys.find((key) => key.address === inUse)
  if (found || (role === 'operator' && inUse !== '')) return found
  return keys.sort((a, b) => b.createdAtMs - a.createdAtMs)[0]
}

/** The same, or else an address of that role that is only watched: its wallet signs outside of Hearth. */
export function partyFor(state: AppState, role: KeyState['role']): KeyState | undefined {
  const watched = watchedFor(state, role).sort((a, b) => b.createdAtMs - a.createdAtMs)
  const inUse = addressInUse(state, role)
  const found = keyFor(state, role) ?? watched.find((key) => key.address === inUse)
  return found ?? (role === 'operator' && inUse !== '' ? undefined : watched[0])
}

function addressInUse({ supplier, suppliers, keys }: AppState, role: KeyState['role']): string {
  if (role === 'operator') return supplier.operatorAddress
  // One that is not staked yet is taken to get the owner of those that are.
  const others = isStaked(supplier.status) ? [] : Object.values(suppliers).filter((each) => isStaked(each.status))
  const own = others.find((each) => Object.values(keys).some((key) => key.address === each.ownerAddress && key.role === role))
  return own?.ownerAddress ?? supplier.ownerAddress
}

const watchedFor = (state: AppState, role: KeyState['role']): KeyState[] =>
  Object.values(state.keys).filter((key) => key.kind === 'watch' && key.role === role && key.network === state.app.network)

export const nodeOfKind = (state: AppState, kind: NodeState['kind']): NodeState | undefined =>
  Object.values(state.nodes).find((node) => node.kind === kind)

/** The newest task of a kind. */
export const taskOfKind = (state: AppState, kind: TaskState['kind']): TaskState | undefined =>
  Object.values(state.tasks)
    .filter((task) => task.kind === kind)
    .sort((a, b) => b.startedAtMs - a.startedAtMs)[0]

/** Prepared, signed or sent: not over yet. */
export const isUnderWay = (intent: IntentState): boolean =>
  intent.status === 'prepared' || intent.status === 'signed' || intent.status === 'broadcast'

/** Intents, newest first. */
export const intentsOf = (state: AppState, kind?: IntentKind): IntentState[] =>
  Object.values(state.intents)
    .filter((intent) => kind === undefined || intent.kind === kind)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)

/** Whether the chain has a record of our supplier that still stands. */
export const isStaked = (status: AppState['supplier']['status']): boolean =>
  status === 'starts-next-session' ||
  status === 'staked-no-services' ||
  status === 'active' ||
  status === 'active-differs' ||
  status === 'below-minimum' ||
  status === 'unstaking'
