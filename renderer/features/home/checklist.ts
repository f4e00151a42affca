import type { AppState } from '#shared/api/state.ts'
import { isMadeHere, isServedHere, partyFor, nodeOfKind } from '#renderer/bridge/select.ts'
import { judgedSuppliers } from '#renderer/bridge/suppliers.ts'
import { whole, pokt } from '#renderer/text/format.ts'
import type { Line } from './checklist-line.ts'
import { answersLine, bundleLine, knownLine, reachLine, readLine, serveLine, type Serving } from './checklist-real.ts'
import { fundLines, isAnyOffered, isAnyServed, keyLine, servicesLine, stakedLine } from './checklist-supplier.ts'

/** Lines that are steps on the way and are not missed later: they have findings of their own, or the relay miner runs elsewhere on purpose. */
export const ON_THE_WAY: readonly string[] = ['serve', 'bundle', 'answers']

/** The way from nothing to a settled upokt, each line ticked from facts alone. Pure: the same state gives the same list. @param serving null while it is not known */
export function checklist(state: AppState, serving: Serving | null = null): Line[] {
  if (!isMadeHere(state)) {
    return [
      readLine(state),
      knownLine(state),
      serveLine(serving),
      keyLine(state, 'owner'),
      keyLine(state, 'operator'),
      ...fundLines(state),
      stakedLine(state),
      bundleLine(state),
      ...(isServedHere(state) ? [answersLine(state, serving)] : []),
      servicesLine(state),
      ...(isServedHere(state) ? [minerLine(state), reachLine(state)] : []),
      settledLine(state),
    ]
  }
  return [
    engineLine(state),
    chainLine(state),
    backendLine(state),
    keyLine(state, 'owner'),
    keyLine(state, 'operator'),
    ...fundLines(state),
    stakedLine(state),
    servicesLine(state),
    minerLine(state),
    relayLine(state),
    settledLine(state),
  ]
}

/** Whether the dashboard takes over: a session with our relays has settled once. */
export const isEstablished = (state: AppState): boolean => state.earnings.claimsSettled > 0

/** The line that is to be done next: the first that is neither done nor going on by itself. */
export const nextLine = (lines: Line[]): Line | undefined =>
  lines.find((line) => (line.state === 'open' || line.state === 'bad') && line.action !== null) ??
  lines.find((line) => line.state === 'busy') ??
  lines.find((line) => line.state !== 'done')

function engineLine({ engine }: AppState): Line {
  const line = { id: 'engine', title: 'home.check.engine' as const }
  if (engine.kind === 'ready')
    return { ...line, state: 'done', text: 'home.check.engineOk', facts: { name: engine.name, version: engine.version }, action: null }
  if (engine.kind === 'unknown') return { ...line, state: 'busy', text: 'home.check.engineMissing', facts: {}, action: null }
  return {
    ...line,
    state: 'bad',
    text: `setup.engine.${engine.kind}`,
    facts: {},
    action: { kind: 'go', href: '#/setup', text: 'home.check.look' },
  }
}

function chainLine(state: AppState): Line {
  const { chain } = state
  const line = { id: 'chain', title: 'home.check.chain' as const }
  if (chain.status === 'ready' && chain.height > 0)
    return { ...line, state: 'done', text: 'home.check.chainOk', facts: { height: whole(chain.height) }, action: null }
  const isStarting = Object.values(state.tasks).some((task) => task.kind === 'local-chain-start' && task.status === 'running')
  if (isStarting || chain.status === 'starting') {
    return {
      ...line,
      state: 'busy',
      text: 'home.check.chainMissing',
      facts: {},
      action: { kind: 'go', href: '#/start', text: 'home.check.watchStart' },
    }
  }
  if (chain.height > 0) {
    return {
      ...line,
      state: 'bad',
      text: 'home.check.chainStalled',
      facts: { height: whole(chain.height) },
      action: { kind: 'go', href: '#/nodes', text: 'home.check.nodes' },
    }
  }
  return {
    ...line,
    state: 'open',
    text: 'home.check.chainMissing',
    facts: {},
    action: { kind: 'start-chain', text: 'home.check.startChain' },
  }
}

function backendLine(state: AppState): Line {
  const node = nodeOfKind(state, 'backend')
  const line = { id: 'backend', title: 'home.check.backend' as const }
  if (node?.seen === 'running') return { ...line, state: 'done', text: 'home.check.backendOk', facts: { title: node.title }, action: null }
  if (node?.seen === 'starting') return { ...line, state: 'busy', text: 'home.check.backendMissing', facts: {}, action: null }
  if (node?.seen === 'failing')
    return {
      ...line,
      state: 'bad',
      text: 'home.check.backendMissing',
      facts: {},
      action: { kind: 'go', href: `#/nodes/${node.id}`, text: 'home.check.nodes' },
    }
  return {
    ...line,
    state: 'open',
    text: 'home.check.backendMissing',
    facts: {},
    action:
      node && node.wanted === 'stopped' && node.seen === 'stopped'
        ? { kind: 'start-node', nodeId: node.id, text: 'home.check.nodes' }
        : null,
  }
}

/** No operator key is here that could serve. */
function isOnlyWatched(state: AppState): boolean {
  const judged = judgedSuppliers(state)
  const party = partyFor(state, 'operator')
  if (judged.length === 0 || (judged.length === 1 && judged[0]?.operatorAddress === party?.address)) return party?.kind === 'watch'
  return judged.every(
    ({ operatorAddress }) => !Object.values(state.keys).some((key) => key.address === operatorAddress && key.kind === 'key'),
  )
}

function minerLine(state: AppState): Line {
  const miner = nodeOfKind(state, 'relay-miner')
  const line = { id: 'miner', title: 'home.check.miner' as const, facts: {} }
  if (miner?.seen === 'running') return { ...line, state: 'done', text: 'home.check.minerOk', action: null }
  if (!isMadeHere(state) && isOnlyWatched(state))
    return {
      ...line,
      state: 'bad',
      text: 'home.check.minerKeyElsewhere',
      action: { kind: 'go', href: '#/settings/keys', text: 'home.check.keys' },
    }
  if (state.vault.needed !== null)
    return { ...line, state: 'bad', text: 'reasons.waiting-for-keys', action: { kind: 'go', href: '#/unlock', text: 'home.check.unlock' } }
  if (miner?.seen === 'failing')
    return {
      ...line,
      state: 'bad',
      text: 'status.node.failing',
      action: { kind: 'go', href: `#/nodes/${miner.id}`, text: 'home.check.nodes' },
    }
  // Wanted and without services it waits for them; nothing is under way yet.
  const isOffered = isAnyOffered(state)
  if (miner?.seen === 'starting' || (isOffered && miner?.wanted === 'running' && miner.seen !== 'unknown'))
    return { ...line, state: 'busy', text: 'status.node.starting', action: null }
  const can = miner !== undefined && isOffered
  return {
    ...line,
    state: 'open',
    text: 'home.check.minerMissing',
    action: can ? { kind: 'start-node', nodeId: miner.id, text: 'home.check.startMiner' } : null,
  }
}

function relayLine(state: AppState): Line {
  const { last } = state.relays
  const line = { id: 'relay', title: 'home.check.relay' as const }
  if (last !== null && last.verified > 0)
    return { ...line, state: 'done', text: 'home.check.relayOk', facts: { verified: last.verified, sent: last.sent }, action: null }
  const isSending = Object.values(state.tasks).some((task) => task.kind === 'test-relays' && task.status === 'running')
  const can = nodeOfKind(state, 'relay-miner')?.seen === 'running' && isAnyServed(state)
  return {
    ...line,
    state: isSending ? 'busy' : last === null ? 'open' : 'bad',
    text: last === null ? 'home.check.relayMissing' : 'home.check.relayOk',
    facts: { verified: last?.verified ?? 0, sent: last?.sent ?? 0 },
    action: can || isSending ? { kind: 'go', href: '#/supplier/test-relays', text: 'home.check.sendRelays' } : null,
  }
}

function settledLine(state: AppState): Line {
  const { earnings, clock } = state
  const line = { id: 'settled', title: 'home.check.settled' as const }
  if (earnings.claimsSettled > 0) {
    return {
      ...line,
      state: 'done',
      text: 'home.check.settledOk',
      facts: { pokt: pokt(earnings.settledUpokt), count: earnings.claimsSettled },
      action: null,
    }
  }
  const underWay = clock.lanes.find((lane) => lane.stage === 'claimed' || lane.stage === 'proof-due' || lane.stage === 'proven')
  if (underWay)
    return {
      ...line,
      state: 'busy',
      text: 'home.check.settledWait',
      facts: { height: whole(underWay.settle) },
      action: { kind: 'go', href: '#/earnings', text: 'home.check.earnings' },
    }
  return { ...line, state: 'open', text: 'home.check.settledMissing', facts: {}, action: null }
}
