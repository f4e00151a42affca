import { describe, expect, it } from 'vitest'
import type { Serving } from '#renderer/features/home/checklist-real.ts'
import { checklist, isEstablished, nextLine } from '#renderer/features/home/checklist.ts'
import type { AppState } from '#shared/api/state.ts'
import { minerStarting, onMainnet, servedOnMainnet, stakedOnMainnet } from './mainnet-scene.ts'
import { chosen, halfway, keysNeeded, OPERATOR, OWNER, serving, starting } from './scene.ts'

const NOW = 1_795_367_000_000
const IDS = [
  'engine',
  'chain',
  'backend',
  'owner-key',
  'operator-key',
  'owner-funds',
  'operator-funds',
  'staked',
  'services',
  'miner',
  'relay',
  'settled',
]

const states = (state: AppState): Record<string, string> => Object.fromEntries(checklist(state).map((line) => [line.id, line.state]))
const lineOf = (state: AppState, id: string) => checklist(state).find((line) => line.id === id)
const owns = (state: AppState, address: string, upokt: string): AppState => ({
  ...state,
  balances: { ...state.balances, [address]: { address, upokt, asOf: { height: 137, atMs: NOW } } },
})

describe('the checklist', () => {
  it('has every step from the engine to the first pay, in order', () => {
    expect(checklist(chosen(NOW)).map((line) => line.id)).toEqual(IDS)
  })

  it('has only the engine ticked at the beginning, and offers to start the chain', () => {
    const list = checklist(chosen(NOW))
    expect(list.filter((line) => line.state === 'done').map((line) => line.id)).toEqual(['engine'])
    expect(nextLine(list)).toMatchObject({ id: 'chain', action: { kind: 'start-chain' } })
  })

  it('says that the chain is on its way while it starts', () => {
    expect(lineOf(starting(NOW), 'chain')).toMatchObject({ state: 'busy', action: { kind: 'go' } })
  })

  it('is all ticked when a session has settled and everything holds', () => {
    const state = serving(NOW)
    expect([...new Set(Object.values(states(state)))]).toEqual(['done'])
    expect(isEstablished(state)).toBe(true)
  })

  it('names what the user can do while the chain starts, not what starts with it', () => {
    expect(nextLine(checklist(starting(NOW)))).toMatchObject({ id: 'owner-key' })
  })

  it('takes a tick away again when its fact stops holding', () => {
    const state = serving(NOW)
    expect(states({ ...state, engine: { ...state.engine, kind: 'not-started' } })['engine']).toBe('bad')
    expect(states({ ...state, chain: { ...state.chain, status: 'stalled' } })['chain']).toBe('bad')
    const backend = state.nodes['backend-1']!
    expect(states({ ...state, nodes: { ...state.nodes, 'backend-1': { ...backend, seen: 'failing' } } })['backend']).toBe('bad')
    expect(states({ ...state, supplier: { ...state.supplier, status: 'below-minimum' } })['staked']).toBe('bad')
  })

  it('keeps the dashboard once established, with the broken line on top', () => {
    const state = keysNeeded(NOW)
    expect(isEstablished(state)).toBe(true)
    expect(lineOf(state, 'miner')).toMatchObject({ state: 'bad', action: { kind: 'go', href: '#/unlock' } })
  })

  it('does not count a key whose words were not confirmed, nor one of another network', () => {
    const state = halfway(NOW)
    const owner = state.keys['k1']!
    expect(states({ ...state, keys: { ...state.keys, k1: { ...owner, wordsConfirmedAtMs: null } } })['owner-key']).toBe('open')
    expect(states({ ...state, keys: { ...state.keys, k1: { ...owner, network: 'beta' } } })['owner-key']).toBe('open')
  })

  it('asks for the stake, its margin and the fees before it calls the owner funded', () => {
    const state = halfway(NOW)
    const minimum = 59_500_000_000n
    expect(states(owns(state, OWNER, String(minimum)))['owner-funds']).toBe('open')
    expect(states(owns(state, OWNER, String(minimum + 5_000_000n)))['owner-funds']).toBe('open')
    expect(states(owns(state, OWNER, String(minimum + 5_100_000n)))['owner-funds']).toBe('done')
  })

  it('counts the owner as funded after the stake took the money', () => {
    expect(states(owns(serving(NOW), OWNER, '0'))['owner-funds']).toBe('done')
  })

  it('wants something in the operator wallet', () => {
    expect(states(halfway(NOW))['operator-funds']).toBe('open')
    expect(states(owns(halfway(NOW), OPERATOR, '5000000'))['operator-funds']).toBe('done')
  })

  it('waits for services between their transaction and their first session', () => {
    const state = serving(NOW)
    const [service] = state.supplier.services
    const supplier = {
      ...state.supplier,
      status: 'starts-next-session' as const,
      services: [],
      pending: [{ service: service!, activationHeight: 141 }],
    }
    expect(lineOf({ ...state, supplier }, 'services')).toMatchObject({ state: 'busy', facts: { height: '141' } })
  })

  it('gives a line that is done no button, and an open one at most one', () => {
    for (const state of [chosen(NOW), halfway(NOW), serving(NOW)])
      for (const line of checklist(state)) if (line.state === 'done') expect(line.action, line.id).toBeNull()
  })
})

describe('the checklist on a network of others', () => {
  const on = (state: AppState, chain: Partial<AppState['chain']>): AppState => ({
    ...state,
    app: { ...state.app, network: 'mainnet' },
    nodes: {},
    chain: { ...state.chain, ...chain },
  })

  const BEFORE = ['chain', 'known', 'serve', 'owner-key', 'operator-key', 'owner-funds', 'operator-funds', 'staked', 'bundle']

  it('leads from reading to the relay miner, and with it to what answers and how it is found', () => {
    expect(checklist(on(chosen(NOW), {})).map((line) => line.id)).toEqual([...BEFORE, 'services', 'settled'])
    const ids = checklist({ ...on(chosen(NOW), {}), bundle: { host: 'a.example', chosen: false } }).map((line) => line.id)
    expect(ids).toEqual([...BEFORE, 'answers', 'services', 'miner', 'reach', 'settled'])
  })

  it('offers to set the relay miner up once the chain is certain, and follows its start', () => {
    const bundle = (state: AppState) => checklist(state).find((line) => line.id === 'bundle')
    const staked = stakedOnMainnet(NOW)
    expect(bundle(staked)).toMatchObject({ state: 'open', text: 'home.check.bundleMissing', action: { href: '#/nodes' } })
    expect(bundle({ ...staked, chain: { ...staked.chain, known: 'first-use' } })?.action).toBeNull()
    expect(bundle(minerStarting(NOW))).toMatchObject({ state: 'busy', action: { href: '#/start-miner' } })
    const failed = minerStarting(NOW)
    failed.tasks = { 'task-1': { ...failed.tasks['task-1']!, status: 'failed' } }
    expect(bundle(failed)).toMatchObject({ state: 'bad', action: { href: '#/start-miner' } })
    expect(bundle(servedOnMainnet(NOW))).toMatchObject({ state: 'done', action: null })
    expect(bundle({ ...servedOnMainnet(NOW), bundle: { host: '', chosen: true } })).toMatchObject({
      state: 'bad',
      action: { href: '#/nodes' },
    })
    // Services on chain and no miner here: somebody serves elsewhere, and is not told that something is missing.
    expect(bundle(onMainnet(NOW))).toMatchObject({ state: 'open', text: 'home.check.bundleElsewhere' })
  })

  it('ticks what answers from what is attached, and the public address from the self-test', () => {
    const served = servedOnMainnet(NOW)
    const line = (id: string, state = served, known: Serving | null = { chosen: 1, answered: ['Gnosis'] }) =>
      checklist(state, known).find((each) => each.id === id)
    expect(line('answers')).toMatchObject({ state: 'done', facts: { names: 'Gnosis' } })
    expect(line('answers', served, { chosen: 1, answered: [] })).toMatchObject({ state: 'open', action: { href: '#/nodes' } })
    expect(line('answers', served, null)).toMatchObject({ state: 'busy', action: null })
    expect(line('serve', served, { chosen: 0, answered: [] })).toMatchObject({ state: 'open', action: { href: '#/setup/what-to-serve' } })
    expect(line('serve', served, { chosen: 2, answered: [] })).toMatchObject({ state: 'done', facts: { count: 2 } })
    const failing = [{ serviceId: 'gnosis', title: 'Gnosis', why: 'no-answer' as const, facts: {} }]
    expect(line('answers', { ...served, health: { ...served.health, backendsFailing: failing } })).toMatchObject({
      state: 'bad',
      facts: { title: 'Gnosis' },
    })
    expect(line('reach')).toMatchObject({ state: 'done', action: null })
    expect(line('miner')).toMatchObject({ state: 'done' })
    const waiting = structuredClone(served)
    waiting.nodes['miner-1']!.seen = 'starting'
    expect(line('miner', waiting)).toMatchObject({ state: 'busy' })
    for (const key of Object.values(waiting.keys)) if (key.role === 'operator') key.kind = 'watch'
    expect(line('miner', waiting)).toMatchObject({
      state: 'bad',
      text: 'home.check.minerKeyElsewhere',
      action: { href: '#/settings/keys' },
    })
    const lost = structuredClone(served)
    lost.health.selfTests!.last.public!.ok = false
    expect(line('reach', lost)).toMatchObject({ state: 'bad', action: { href: '#/supplier/self-test' } })
    delete lost.health.selfTests
    expect(line('reach', lost)).toMatchObject({ state: 'open', action: { href: '#/supplier/self-test' } })
  })

  it('asks for the user’s word when the chain was named, and ticks it after', () => {
    const state = serving(NOW)
    const known = (chain: Partial<AppState['chain']>) =>
      checklist(on(state, { status: 'ready', ...chain })).find((line) => line.id === 'known')
    expect(known({ known: 'unknown' })).toMatchObject({ state: 'open', text: 'home.check.knownMissing' })
    expect(known({ known: 'first-use' })).toMatchObject({ state: 'open', text: 'home.check.knownAsk', action: { href: '#/nodes' } })
    expect(known({ known: 'confirmed' })).toMatchObject({ state: 'done', action: null })
  })

  it('leads to the wallet for money, never to a faucet', () => {
    const state = serving(NOW)
    const poor: AppState = { ...on(state, { status: 'ready' }), balances: {}, supplier: { ...state.supplier, status: 'not-staked' } }
    const keys = Object.fromEntries(Object.entries(poor.keys).map(([id, key]) => [id, { ...key, network: 'mainnet' as const }]))
    const links = checklist({ ...poor, keys }).flatMap((line) => (line.action?.kind === 'go' ? [line.action.href] : []))
    expect(links).toContain('#/wallet')
    expect(links.join(' ')).not.toMatch(/funds|start|test-relays/)
  })

  it('counts a watched address as owner and operator: their wallets sign elsewhere', () => {
    const state = on(serving(NOW), { status: 'ready' })
    const watch = (role: 'owner' | 'operator', address: string) => ({
      id: role,
      kind: 'watch' as const,
      role,
      name: role,
      network: 'mainnet' as const,
      address,
      wordsConfirmedAtMs: null,
      createdAtMs: 1,
      fenced: null,
    })
    const watched = { ...state, keys: { owner: watch('owner', OWNER), operator: watch('operator', OPERATOR) } }
    expect(states(watched)).toMatchObject({ 'owner-key': 'done', 'operator-key': 'done' })
    expect(states({ ...state, keys: {} })).toMatchObject({ 'owner-key': 'open', 'operator-key': 'open' })
  })
})
