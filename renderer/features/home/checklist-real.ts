import type { AppState } from '#shared/api/state.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import { whole } from '#renderer/text/format.ts'
import type { TextKey } from '#renderer/text/text.ts'
import type { Line, LineAction } from './checklist-line.ts'
import { isAnyOffered, isAnyServed } from './checklist-supplier.ts'

/** Lines that a network of others alone has: it is read and not made, its relay miner is set up apart, and gateways have to find it. Pure. */

/** What the state does not tell and a network of others needs: how many chains are chosen to be served, and the names of those that something here answers. */
export interface Serving {
  chosen: number
  answered: readonly string[]
}

/** A network of others is read, not started. */
export function readLine({ chain }: AppState): Line {
  const isFine = chain.status === 'ready' && chain.height > 0
  const line = { id: 'chain', title: 'home.check.read' as const, facts: { height: whole(chain.height) } }
  if (isFine) return { ...line, state: 'done', text: 'home.check.chainOk', action: null }
  const look: LineAction = { kind: 'go', href: '#/nodes', text: 'home.check.endpoints' }
  if (chain.status === 'starting' || chain.status === 'none') return { ...line, state: 'busy', text: 'home.check.reading', action: look }
  return { ...line, state: 'bad', text: chain.height > 0 ? 'home.check.chainStalled' : 'home.check.reading', action: look }
}

/** Before the first signature the user says that this is the right chain. */
export function knownLine({ chain }: AppState): Line {
  const line = { id: 'known', title: 'home.check.known' as const, facts: {} }
  if (chain.known === 'confirmed' || chain.known === 'recorded') return { ...line, state: 'done', text: 'home.check.knownOk', action: null }
  const isAsked = chain.known === 'first-use'
  return {
    ...line,
    state: 'open',
    text: isAsked ? 'home.check.knownAsk' : 'home.check.knownMissing',
    action:
      chain.status === 'ready' ? { kind: 'go', href: '#/nodes', text: isAsked ? 'home.check.knownLook' : 'home.check.endpoints' } : null,
  }
}

/** What this PC is to answer for. Nothing starts by it. */
export function serveLine(serving: Serving | null): Line {
  const line = { id: 'serve', title: 'home.check.serve' as const }
  if (serving === null) return { ...line, state: 'busy', text: 'home.check.serveMissing', facts: {}, action: null }
  const count = Math.max(serving.chosen, serving.answered.length)
  if (count > 0) return { ...line, state: 'done', text: 'home.check.serveOk', facts: { count }, action: null }
  return {
    ...line,
    state: 'open',
    text: 'home.check.serveMissing',
    facts: {},
    action: { kind: 'go', href: '#/setup/what-to-serve', text: 'home.check.choose' },
  }
}

/** The relay miner of a network of others, as containers on this PC. */
export function bundleLine(state: AppState): Line {
  const line = { id: 'bundle', title: 'home.check.bundle' as const }
  const task = taskOfKind(state, 'bundle-start')
  const look = (text: TextKey): LineAction => ({ kind: 'go', href: '#/start-miner', text })
  if (task?.status === 'running')
    return { ...line, state: 'busy', text: 'home.check.bundleStarts', facts: {}, action: look('home.check.watchStart') }
  if (state.bundle !== null) {
    const { host } = state.bundle
    return host === ''
      ? {
          ...line,
          state: 'bad',
          text: 'home.check.bundleNoHost',
          facts: {},
          action: { kind: 'go', href: '#/nodes', text: 'home.check.endpoints' },
        }
      : { ...line, state: 'done', text: 'home.check.bundleOk', facts: { host }, action: null }
  }
  if (task?.status === 'failed')
    return { ...line, state: 'bad', text: 'home.check.bundleFailed', facts: {}, action: look('home.check.again') }
  const isOffered = isAnyOffered(state)
  const isKnown = state.chain.known === 'confirmed' || state.chain.known === 'recorded'
  return {
    ...line,
    state: 'open',
    text: isOffered ? 'home.check.bundleElsewhere' : 'home.check.bundleMissing',
    facts: {},
    action: isKnown ? { kind: 'go', href: '#/nodes', text: 'home.check.startBundle' } : null,
  }
}

/** An endpoint of the user's own, or a node of the catalogue. */
export function answersLine(state: AppState, serving: Serving | null): Line {
  const line = { id: 'answers', title: 'home.check.answers' as const }
  if (serving === null) return { ...line, state: 'busy', text: 'home.check.answersMissing', facts: {}, action: null }
  const failing = state.health.backendsFailing[0]
  const look: LineAction = { kind: 'go', href: '#/nodes', text: 'home.check.nodes' }
  if (failing) return { ...line, state: 'bad', text: 'home.check.answersBad', facts: { title: failing.title }, action: look }
  if (serving.answered.length > 0)
    return { ...line, state: 'done', text: 'home.check.answersOk', facts: { names: serving.answered.join(', ') }, action: null }
  return {
    ...line,
    state: 'open',
    text: 'home.check.answersMissing',
    facts: {},
    action: { kind: 'go', href: '#/nodes', text: 'home.check.attach' },
  }
}

/** Whether gateways would find the relay miner: the self-test of the address that is staked. */
export function reachLine(state: AppState): Line {
  const last = state.health.selfTests?.last.public
  const line = { id: 'reach', title: 'home.check.reach' as const, facts: {} }
  if (last?.ok === true) return { ...line, state: 'done', text: 'home.check.reachOk', action: null }
  const isTesting = taskOfKind(state, 'self-test')?.status === 'running'
  const action: LineAction | null = isAnyServed(state) ? { kind: 'go', href: '#/supplier/self-test', text: 'home.check.test' } : null
  if (isTesting) return { ...line, state: 'busy', text: 'home.check.reachMissing', action }
  return {
    ...line,
    state: last === undefined ? 'open' : 'bad',
    text: last === undefined ? 'home.check.reachMissing' : 'home.check.reachBad',
    action,
  }
}
