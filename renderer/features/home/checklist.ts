import type { AppState } from '#shared/api/state.ts'
import { isMadeHere, isServedHere, isStaked, partyFor, nodeOfKind } from '#renderer/bridge/select.ts'
import { whole, pokt, shortAddress } from '#renderer/text/format.ts'
import type { Line, LineAction } from './checklist-line.ts'
import { answersLine, bundleLine, knownLine, reachLine, readLine, serveLine, type Serving } from './checklist-real.ts'

/** What a stake is kept above the minimum, so that one missed proof does not strand it (as supplier.options suggests it). */
const STAKE_MARGIN_UPOKT = 5_000_000n
/** More than the owner's few transactions cost. */
const FEES_UPOKT = 10_000n

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

function keyLine(state: AppState, role: 'owner' | 'operator'): Line {
  const key = partyFor(state, role)
  const line = { id: `${role}-key`, title: `home.check.${role}Key` as const }
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

function fundLines(state: AppState): Line[] {
  const owner = partyFor(state, 'owner')
  const operator = partyFor(state, 'operator')
  const { params } = state.chain
  const hasStake = isStaked(state.supplier.status)
  const held = owner ? BigInt(state.balances[owner.address]?.upokt ?? '0') : 0n
  const needed = params
    ? BigInt(params.supplierMinStakeUpokt) + BigInt(params.supplierStakingFeeUpokt) + STAKE_MARGIN_UPOKT + FEES_UPOKT
    : null
  const ownerDone = hasStake || (needed !== null && held >= needed)
  const operatorHeld = operator ? BigInt(state.balances[operator.address]?.upokt ?? '0') : 0n
  const isHere = isMadeHere(state)
  const faucet = (role: string): LineAction =>
    isHere
      ? { kind: 'go', href: `#/supplier/funds?for=${role}`, text: 'home.check.getFunds' }
      : { kind: 'go', href: '#/wallet', text: 'home.check.receive' }
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
          : needed === null || held === 0n
            ? isHere
              ? 'home.check.ownerFundsUnknown'
              : 'home.check.ownerMoneyUnknown'
            : 'home.check.ownerFundsMissing',
      facts: { pokt: pokt(held), needed: needed === null ? '' : pokt(needed) },
      action: ownerDone || !owner || !can ? null : faucet('owner'),
    },
    {
      id: 'operator-funds',
      title: isHere ? 'home.check.operatorFunds' : 'home.check.operatorMoney',
      state: operatorHeld > 0n ? 'done' : 'open',
      text: operatorHeld > 0n ? 'home.check.ownerFundsOk' : 'home.check.operatorFundsMissing',
      facts: { pokt: pokt(operatorHeld) },
      action: operatorHeld > 0n || !operator || !can ? null : faucet('operator'),
    },
  ]
}

function stakedLine(state: AppState): Line {
  const { supplier } = state
  const line = { id: 'staked', title: 'home.check.staked' as const }
  if (supplier.status === 'below-minimum') {
    return {
      ...line,
      state: 'bad',
      text: 'status.supplier.below-minimum',
      facts: {},
      action: { kind: 'go', href: '#/supplier', text: 'home.check.stake' },
    }
  }
  if (isStaked(supplier.status)) {
    return {
      ...line,
      state: 'done',
      text: 'home.check.stakedOk',
      facts: { pokt: pokt(supplier.stakeUpokt), height: whole(supplier.asOf?.height ?? 0) },
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

function servicesLine(state: AppState): Line {
  const { supplier } = state
  const line = { id: 'services', title: 'home.check.services' as const }
  if (supplier.services.length > 0) {
    const names = supplier.services.map((service) => service.serviceId).join(', ')
    const differs = supplier.status === 'active-differs'
    return {
      ...line,
      state: differs ? 'bad' : 'done',
      text: 'home.check.servicesOk',
      facts: { services: names },
      action: differs ? { kind: 'go', href: '#/supplier', text: 'home.check.offer' } : null,
    }
  }
  const next = supplier.pending[0]
  if (next) {
    return {
      ...line,
      state: 'busy',
      text: 'home.check.servicesWait',
      facts: { height: whole(next.activationHeight) },
      action: { kind: 'go', href: '#/supplier/first-session', text: 'home.check.wait' },
    }
  }
  const can = supplier.status === 'staked-no-services'
  return {
    ...line,
    state: 'open',
    text: 'home.check.servicesMissing',
    facts: {},
    action: can ? { kind: 'go', href: '#/supplier/services', text: 'home.check.offer' } : null,
  }
}

function minerLine(state: AppState): Line {
  const miner = nodeOfKind(state, 'relay-miner')
  const line = { id: 'miner', title: 'home.check.miner' as const, facts: {} }
  if (miner?.seen === 'running') return { ...line, state: 'done', text: 'home.check.minerOk', action: null }
  if (!isMadeHere(state) && partyFor(state, 'operator')?.kind === 'watch')
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
  const isOffered = state.supplier.services.length + state.supplier.pending.length > 0
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
  const can = nodeOfKind(state, 'relay-miner')?.seen === 'running' && state.supplier.services.length > 0
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
