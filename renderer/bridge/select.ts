import type { AppState, IntentState, NodeState, TaskState } from '#shared/api/state.ts'
import type { IntentKind } from '#shared/model/intent.ts'
import { networkOf } from '#shared/networks/index.ts'

/** Questions that several features ask of the state. Pure. */

export type KeyState = AppState['keys'][string]

/** Whether the chain in use was made by Hearth on this machine: its faucet, its rehearsals and its removal are the user's. */
export const isMadeHere = (state: AppState): boolean => networkOf(state.app.network).madeHere

/** Whether the relay miner of the network in use is on this machine: always beside a chain of one's own, on Mainnet and Beta once it was set up here. Else it runs elsewhere, or nowhere. */
export const isServedHere = (state: AppState): boolean => isMadeHere(state) || state.bundle !== null

/** The key in use for a role: the one on the chain's record, else the newest whose words were confirmed. */
export function keyFor(state: AppState, role: KeyState['role']): KeyState | undefined {
  const keys = Object.values(state.keys).filter(
    (key) => key.role === role && key.network === state.app.network && key.wordsConfirmedAtMs !== null,
  )
  const inUse = role === 'operator' ? state.supplier.operatorAddress : state.supplier.ownerAddress
  return keys.find((key) => key.address === inUse) ?? keys.sort((a, b) => b.createdAtMs - a.createdAtMs)[0]
}

/** The same, or else an address of that role that is only watched: its wallet signs outside of Hearth. */
export function partyFor(state: AppState, role: KeyState['role']): KeyState | undefined {
  const watched = Object.values(state.keys).filter((key) => key.kind === 'watch' && key.role === role && key.network === state.app.network)
  return keyFor(state, role) ?? watched.sort((a, b) => b.createdAtMs - a.createdAtMs)[0]
}

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
