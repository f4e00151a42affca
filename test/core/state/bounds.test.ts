import { describe, expect, it } from 'vitest'
import { bytesOf, createBounds, isMapSlice, MAX_STATE_BYTES, sliceBytes } from '#main/core/state/bounds.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, FLUSH_MS } from '#main/core/state/publisher.ts'
import { applyPatch, type Snapshot } from '#shared/api/patches.ts'
import {
  stateSchema,
  type AppState,
  type NetworkId,
  type IntentState,
  type NodeState,
  type OwnSupplierState,
  type SliceName,
  type TaskState,
} from '#shared/api/state.ts'
import { createTestClock } from '#test/fakes/clock.ts'

const app = { version: '0', shell: 'web' as const, host: 'attic', network: 'local' as const, startedAtMs: 1, notice: null }
const LONG = 'ßx'.repeat(200)
const facts = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`fact${index}`, LONG]))

const node = (id: string, fields: Partial<NodeState> = {}): NodeState => ({
  id,
  catalogId: 'pocketd-full',
  title: `Node ${id}`,
  kind: 'chain-node',
  wanted: 'stopped',
  wantedBy: 'user',
  seen: 'stopped',
  reason: null,
  error: null,
  image: 'image',
  digest: '',
  version: '1',
  ports: { '26657': 30_000 },
  startedAtMs: null,
  restarts: 0,
  height: 7,
  cpuPercent: 1,
  memoryBytes: 1,
  memoryLimitBytes: 1,
  lastLines: [LONG, LONG, LONG],
  atMs: 1,
  ...fields,
})
const task = (id: string, fields: Partial<TaskState> = {}): TaskState => ({
  id,
  kind: 'node-start',
  status: 'done',
  startedAtMs: 1,
  endedAtMs: 2,
  cancellable: false,
  steps: [{ key: 'pull', status: 'done', startedAtMs: 1, endedAtMs: 2, facts }],
  pulls: [],
  done: 1,
  total: 1,
  lastLine: LONG,
  facts,
  error: null,
  ...fields,
})
const intent = (id: string, fields: Partial<IntentState> = {}): IntentState => ({
  id,
  kind: 'send',
  status: 'included',
  signerAddress: 'pokt1',
  facts: { to: LONG },
  txHash: 'A'.repeat(64),
  timeoutHeight: 9,
  includedHeight: 8,
  error: null,
  createdAtMs: 1,
  updatedAtMs: 1,
  ...fields,
})
function setup() {
  const clock = createTestClock()
  const publisher = createStatePublisher(initialState(app), clock)
  return { clock, publisher }
}
const MANY = Array.from({ length: 1000 }, (_, index) => index)

/** Everything at once, far beyond what any machine has. */
function flood(publisher: ReturnType<typeof setup>['publisher']): void {
  for (const index of MANY) {
    publisher.put('nodes', `node-${index}`, node(`node-${index}`))
    publisher.put('tasks', `task-${index}`, task(`task-${index}`, { startedAtMs: index }))
    publisher.put('intents', `intent-${index}`, intent(`intent-${index}`, { createdAtMs: index }))
    publisher.put('balances', `pokt-${index}`, { address: `pokt-${index}`, upokt: '1', asOf: { height: 1, atMs: 1 } })
    publisher.put('attention', `finding-${index}`, { id: `finding-${index}`, level: 'info', key: 'k', facts, fix: 'none', sinceMs: index })
    publisher.put('settings', `setting-${index}`, { value: LONG, problem: null })
    publisher.put('keys', `key-${index}`, {
      id: `key-${index}`,
      role: 'owner',
      name: LONG,
      network: 'local',
      address: 'pokt1',
      wordsConfirmedAtMs: null,
      createdAtMs: index,
      kind: 'key',
      fenced: null,
    })
  }
  const share = { address: 'pokt1'.padEnd(43, 'q'), percent: 1 }
  const service = (serviceId: string) => ({
    serviceId,
    endpoints: [{ url: `https://${'u'.repeat(2000)}`, rpcType: 'JSON_RPC' }],
    revShare: Array.from({ length: 20 }, () => share),
  })
  publisher.patch('supplier', {
    services: MANY.map((index) => service(`service-${index}`)),
    differences: MANY.map((index) => ({ serviceId: `s${index}`, key: 'k', facts })),
  })
  publisher.patch('engine', { detail: LONG.repeat(50), name: LONG, endpoint: LONG })
  publisher.patch('clock', { facts })
  publisher.patch('app', { host: LONG.repeat(9), version: LONG })
  publisher.patch('chain', { hash: LONG.repeat(9) })
}

describe('the published state', () => {
  it('has room for every slice at its limit', () => {
    const slices = Object.keys(stateSchema.shape) as SliceName[]
    const limits = slices.reduce((sum, slice) => sum + sliceBytes(slice) + slice.length + 4, 2)
    expect(limits).toBeLessThanOrEqual(MAX_STATE_BYTES)
  })

  it('stays under 64 KB with a thousand of everything, fits its own schema, and says how much is left out', () => {
    const { publisher } = setup()
    flood(publisher)
    const { state } = publisher.snapshot()
    expect(bytesOf(state)).toBe(new TextEncoder().encode(JSON.stringify(state)).length)
    expect(bytesOf(state)).toBeLessThanOrEqual(MAX_STATE_BYTES)
    expect(stateSchema.safeParse(state).error).toBeUndefined()
    for (const slice of ['nodes', 'tasks', 'intents', 'keys', 'balances', 'attention', 'settings'] as const) {
      const shown = Object.keys(state[slice]).length
      expect([slice, shown]).not.toEqual([slice, 0])
      expect([slice, shown + (state.leftOut[slice] ?? 0)]).toEqual([slice, 1000])
    }
    expect(state.leftOut['supplier']).toBeGreaterThan(900)
    // Core itself loses nothing.
    expect(Object.keys(publisher.state.nodes)).toHaveLength(1000)
    expect(publisher.state.supplier.services).toHaveLength(1000)
  })

  it('is whole, and says so, where there is no need to cut', () => {
    const { publisher } = setup()
    for (const index of [0, 1, 2, 3, 4]) publisher.put('nodes', `n${index}`, node(`n${index}`))
    publisher.put('intents', 'i', intent('i'))
    const { state } = publisher.snapshot()
    expect(state.nodes).toEqual(publisher.state.nodes)
    expect(state.intents).toEqual(publisher.state.intents)
    expect(state.leftOut).toEqual({})
  })

  it('keeps what goes on and what asks for the user before what is over', () => {
    const { publisher } = setup()
    flood(publisher)
    publisher.put('nodes', 'bad', node('bad', { seen: 'failing' }))
    publisher.put('nodes', 'busy', node('busy', { wanted: 'running' }))
    publisher.put('tasks', 'now', task('now', { status: 'running', startedAtMs: 0 }))
    publisher.put('intents', 'sent', intent('sent', { status: 'broadcast', createdAtMs: 0 }))
    publisher.put('attention', 'act', { id: 'act', level: 'bad', key: 'k', facts: {}, fix: 'none', sinceMs: 0 })
    const { state } = publisher.snapshot()
    expect(Object.keys(state.nodes)).toEqual(expect.arrayContaining(['bad', 'busy']))
    expect(Object.keys(state.tasks)).toEqual(expect.arrayContaining(['now', 'task-999']))
    expect(Object.keys(state.tasks)).not.toContain('task-0')
    expect(Object.keys(state.intents)).toEqual(expect.arrayContaining(['sent', 'intent-999']))
    expect(Object.keys(state.attention)).toEqual(expect.arrayContaining(['act', 'finding-999']))
  })

  it('shows a download of very many layers as one of the same bytes', () => {
    const { publisher } = setup()
    const layers = MANY.map((index) => ({
      id: `layer${index}`,
      currentBytes: 1,
      totalBytes: 3,
      status: index === 7 ? ('fetching' as const) : ('ready' as const),
    }))
    publisher.put('tasks', 't', task('t', { facts: {}, steps: [], pulls: [{ title: 'Node', reference: 'r', status: 'fetching', layers }] }))
    expect(publisher.snapshot().state.tasks['t']?.pulls[0]?.layers).toEqual([
      { id: 'all', currentBytes: 1000, totalBytes: 3000, status: 'fetching' },
    ])
  })

  it('reaches a page by patches as it does by a snapshot, entries that come into view and leave it included', async () => {
    const { clock, publisher } = setup()
    let copy: Snapshot = publisher.snapshot()
    publisher.subscribe((patch) => {
      const next = applyPatch(copy, patch)
      if (next === 'gap') throw new Error('gap')
      copy = next
    })
    flood(publisher)
    await clock.advance(FLUSH_MS)
    expect(copy).toEqual(publisher.snapshot())
    for (const index of MANY.slice(0, 990)) {
      publisher.remove('nodes', `node-${index}`)
      publisher.remove('tasks', `task-${index}`)
      if (index % 90 === 0) await clock.advance(FLUSH_MS)
    }
    publisher.set('supplier', initialState(app).supplier)
    await clock.advance(FLUSH_MS)
    expect(copy).toEqual(publisher.snapshot())
    expect(Object.keys(copy.state.nodes)).toHaveLength(10)
    expect(copy.state.leftOut).not.toHaveProperty('nodes')
    expect(copy.state.leftOut).not.toHaveProperty('supplier')
  })

  it('sends no patch for a change that nobody can see', async () => {
    const { clock, publisher } = setup()
    flood(publisher)
    publisher.flush()
    let patches = 0
    publisher.subscribe(() => (patches += 1))
    publisher.put('tasks', 'task-0', task('task-0', { startedAtMs: 0, lastLine: 'out of sight' }))
    await clock.advance(FLUSH_MS)
    expect(patches).toBe(0)
  })
})

describe('a slice', () => {
  it('keeps its shape when it is cut', () => {
    const bounds = createBounds()
    const blank = initialState(app)
    for (const slice of Object.keys(stateSchema.shape) as SliceName[]) {
      if (isMapSlice(slice)) continue
      const value = bounds.object(slice, inflate(blank[slice])).value as object | null
      expect(Object.keys(value ?? {})).toEqual(Object.keys(blank[slice] ?? {}))
      expect([slice, bytesOf(value) <= sliceBytes(slice)]).toEqual([slice, true])
    }
  })
})

/** The same shape with far too long texts and lists. */
function inflate(value: unknown): unknown {
  if (typeof value === 'string') return LONG.repeat(20)
  if (Array.isArray(value)) return MANY.map(() => ({ name: LONG }))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inflate(inner)]))
}

it('has room for every service of a supplier that offers as many as the form takes, so that none is lost by editing', () => {
  const { publisher } = setup()
  const services = Array.from({ length: 30 }, (_, index) => ({
    serviceId: `service-${index}`,
    endpoints: [{ url: `https://relay.my-own-domain.example/${index}`, rpcType: 'JSON_RPC' }],
    revShare: [20, 80].map((percent) => ({ address: 'pokt1'.padEnd(43, 'q'), percent })),
  }))
  publisher.patch('supplier', { services })
  const { state } = publisher.snapshot()
  expect(state.supplier.services).toEqual(services)
  expect(state.leftOut).toEqual({})
})

describe('several suppliers', () => {
  const address = (name: string): string => `pokt1${name}`.padEnd(43, 'q')
  const supplier = (services: string[] = ['eth']): OwnSupplierState => ({
    ownerAddress: address('owner'),
    status: 'starts-next-session',
    stakeUpokt: '59505000000',
    services,
    notServed: [],
    unstakeSessionEndHeight: 812_345,
    height: 812_345,
  })
  const key = (id: string, network: NetworkId, fields: Partial<AppState['keys'][string]> = {}): AppState['keys'][string] => ({
    id: `00000000-0000-4000-8000-${id.padStart(12, '0')}`,
    role: 'operator',
    name: `Operator ${id}`,
    network,
    address: address(id),
    wordsConfirmedAtMs: 1_795_367_000_000,
    createdAtMs: 1_795_367_000_000 + Number(id),
    kind: 'key',
    fenced: null,
    ...fields,
  })

  it('has room for nine with their balances and keys, and those of other networks give way first', () => {
    const { publisher } = setup()
    for (const index of MANY.slice(0, 9)) {
      publisher.put('suppliers', address(`${index}`), supplier())
      publisher.put('keys', `k${index}`, key(`${index}`, 'local'))
    }
    publisher.put('keys', 'own', key('9', 'local', { role: 'owner', address: address('owner'), createdAtMs: 1 }))
    for (const of of ['0', '1', '2', '3', '4', '5', '6', '7', '8', 'owner'])
      publisher.put('balances', address(of), {
        address: address(of),
        upokt: '59505000000',
        asOf: { height: 812_345, atMs: 1_795_367_000_000 },
        source: 'chain',
      })
    for (const index of MANY.slice(20, 40)) publisher.put('keys', `other${index}`, key(`${index}`, 'mainnet'))
    const { state } = publisher.snapshot()
    expect(state.suppliers).toEqual(publisher.state.suppliers)
    expect(state.balances).toEqual(publisher.state.balances)
    const ofLocal = Object.values(publisher.state.keys).filter((each) => each.network === 'local')
    expect(Object.values(state.keys).filter((each) => each.network === 'local')).toEqual(ofLocal)
    expect(Object.keys(state.leftOut)).toEqual(['keys'])
    // And the other way round, once another network is chosen.
    publisher.patch('app', { network: 'mainnet' })
    expect(Object.values(publisher.snapshot().state.keys).filter((each) => each.network === 'mainnet').length).toBeGreaterThan(12)
  })

  it('shortens the lists of services before it leaves one out, and never an address', () => {
    const { publisher } = setup()
    const services = MANY.slice(0, 30).map((index) => `service-${index}`)
    for (const index of MANY.slice(0, 8)) publisher.put('suppliers', address(`${index}`), { ...supplier(services), notServed: services })
    const { state } = publisher.snapshot()
    expect(Object.keys(state.suppliers)).toHaveLength(8)
    expect(new Set(Object.values(state.suppliers).map((each) => each.ownerAddress))).toEqual(new Set([address('owner')]))
    expect(Object.values(state.suppliers).every((each) => each.services.length < 30)).toBe(true)
    expect(bytesOf(state.suppliers)).toBeLessThanOrEqual(sliceBytes('suppliers'))
  })
})
