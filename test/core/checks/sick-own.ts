import type { OwnChange } from '#shared/api/health.ts'
import type { AppState } from '#shared/api/state.ts'

/** States in which something happened without Hearth, by key of the sentence; made as the room makes them. */

const FACTS: Record<OwnChange['kind'], Record<string, string>> = {
  sent: { address: 'pokt1owner', upokt: '5000000' },
  staked: { address: 'pokt1owner', upokt: '5000000' },
  transaction: { address: 'pokt1owner', action: '/pocket.application.MsgDelegateToGateway', failed: '' },
  'owner-changed': { ownerAddress: 'pokt1owner', newOwnerAddress: 'pokt1other' },
  'stake-raised': { operatorAddress: 'pokt1operator', upokt: '5000000' },
  'stake-lowered': { ownerAddress: 'pokt1owner', upokt: '5000000' },
  'services-changed': { services: 'anvil, eth', operatorAddress: 'pokt1operator' },
  'unstake-begun': { ownerAddress: 'pokt1owner', upokt: '59500000000' },
  'unstake-cancelled': { operatorAddress: 'pokt1operator' },
  'supplier-created': { operatorAddress: 'pokt1operator', ownerAddress: 'pokt1other' },
  'supplier-gone': { operatorAddress: 'pokt1operator' },
}

const intent = (readBack: string): AppState['intents'][string] => ({
  id: 'tx-1',
  kind: 'stake-services',
  status: 'included',
  signerAddress: 'pokt1operator',
  facts: { readBack, services: 'anvil' },
  txHash: 'AB',
  timeoutHeight: 40,
  includedHeight: 20,
  error: null,
  createdAtMs: 1,
  updatedAtMs: 1,
})

const leaving = (s: AppState, door: string): void => {
  s.tasks = {
    'safe-unstake': {
      id: 'safe-unstake',
      kind: 'safe-unstake',
      status: 'running',
      startedAtMs: 1,
      endedAtMs: null,
      cancellable: true,
      steps: [],
      pulls: [],
      done: 3,
      total: 5,
      lastLine: '',
      facts: { step: 'sign-unstake', door },
      error: null,
    },
  }
}

interface Own {
  check: string
  level: 'warn' | 'bad'
  fix: 'supplier'
  make(state: AppState): void
}

export const SICK_OWN: Record<string, Own> = {
  ...Object.fromEntries(
    Object.entries(FACTS).map(([kind, facts]): [string, Own] => [
      `own-${kind}`,
      {
        check: 'own-address-alarm',
        level: 'bad',
        fix: 'supplier',
        make: (s) => (s.health.ownChanges = [{ id: 'one', kind: kind as OwnChange['kind'], facts, hash: null, height: 30, atMs: 1 }]),
      },
    ]),
  ),
  ...Object.fromEntries(
    ['absent', 'no-services', 'differs'].map((said): [string, Own] => [
      `read-back-${said}`,
      { check: 'own-address-alarm', level: 'bad', fix: 'supplier', make: (s) => (s.intents = { 'tx-1': intent(said) }) },
    ]),
  ),
  'unstake-waits': {
    check: 'unstake-waits',
    level: 'warn',
    fix: 'supplier',
    make: (s) => leaving(s, 'all'),
  },
  'unstake-waits-open': {
    check: 'unstake-waits',
    level: 'warn',
    fix: 'supplier',
    make: (s) => leaving(s, 'none'),
  },
}
