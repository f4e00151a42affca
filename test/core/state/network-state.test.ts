import { describe, expect, it } from 'vitest'
import { elsewhereOf } from '#main/core/state/elsewhere.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createNetworkState } from '#main/core/state/network-state.ts'
import { createStatePublisher, FLUSH_MS } from '#main/core/state/publisher.ts'
import { bytesOf, sliceBytes } from '#main/core/state/bounds.ts'
import type { Patch } from '#shared/api/patches.ts'
import { stateSchema, type AppState, type NodeState } from '#shared/api/state.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { node } from '#test/shells/support/desktop-state.ts'

const app = { version: '0', shell: 'web' as const, host: 'attic', network: 'local' as const, startedAtMs: 1, notice: null }
const finding = (id: string, more: Partial<AppState['attention'][string]> = {}): AppState['attention'][string] => ({
  id,
  level: 'warn',
  key: id,
  facts: {},
  fix: 'nodes',
  sinceMs: 1,
  ...more,
})
const needed = { reason: 'after-restart' as const, sinceMs: 1, claimsAtRisk: 0, deadlineHeight: null, deadlineMs: null }

function setup() {
  const clock = createTestClock()
  const published = createStatePublisher(initialState(app), clock)
  const local = createNetworkState(published, 'local')
  const mainnet = createNetworkState(published, 'mainnet')
  local.show()
  return { clock, published, local, mainnet }
}

describe('the state of a network', () => {
  it('is published while it is shown, and kept to itself while it is not', () => {
    const { published, local, mainnet } = setup()
    local.put('nodes', 'miner', node('miner', 'relay-miner', 'Local'))
    mainnet.put('nodes', 'miner', node('miner', 'relay-miner', 'Real'))
    mainnet.patch('chain', { height: 900 })
    mainnet.patch('vault', { needed })
    local.patch('chain', { height: 5 })
    const { state } = published.snapshot()
    expect([state.nodes['miner']?.title, state.chain.height, state.vault.needed]).toEqual(['Local', 5, null])
    expect([mainnet.state.nodes['miner']?.title, mainnet.state.chain.height, mainnet.state.vault.needed]).toEqual(['Real', 900, needed])
    mainnet.remove('nodes', 'miner')
    expect(published.state.nodes['miner']?.title).toBe('Local')
  })

  it('changes places in one patch, and leaves what is of the whole program', async () => {
    const { clock, published, local, mainnet } = setup()
    local.put('nodes', 'pocket', node('pocket', 'chain-node', 'Pocket'))
    local.put('attention', 'node-failing', finding('node-failing'))
    local.set('bundle', null)
    published.put('attention', 'alerts-undelivered', finding('alerts-undelivered'))
    mainnet.put('nodes', 'miner', node('miner', 'relay-miner', 'Real'))
    mainnet.patch('chain', { height: 900 })
    mainnet.patch('vault', { needed })
    await clock.advance(FLUSH_MS)
    const patches: Patch[] = []
    published.subscribe((patch) => patches.push(patch))
    local.hide()
    published.patch('app', { network: 'mainnet' })
    mainnet.show()
    await clock.advance(FLUSH_MS)
    expect(patches).toHaveLength(1)
    const { state } = published.snapshot()
    expect([Object.keys(state.nodes), Object.keys(state.attention), state.chain.height, state.vault.needed]).toEqual([
      ['miner'],
      ['alerts-undelivered'],
      900,
      needed,
    ])
    // Out of sight, and still written to.
    local.patch('chain', { height: 6 })
    expect(local.state.nodes).toHaveProperty('pocket')
    expect(published.state.chain.height).toBe(900)
  })

  it('sees vault, keys and settings as they are, is always itself, and writes none of them', () => {
    const { published, mainnet } = setup()
    published.patch('vault', { kind: 'unlocked' })
    published.put('settings', 'lookMs', { value: 3, problem: null })
    expect([mainnet.state.vault.kind, mainnet.state.settings['lookMs']?.value]).toEqual(['unlocked', 3])
    expect([mainnet.state.app.network, mainnet.state.app.host]).toEqual(['mainnet', 'attic'])
    mainnet.patch('vault', { kind: 'locked', needed })
    expect([published.state.vault.kind, published.state.vault.needed]).toEqual(['unlocked', null])
    expect(() => mainnet.put('settings', 'lookMs', { value: 4, problem: null })).toThrow('settings is of no network')
    mainnet.remove('settings', 'lookMs')
    expect(published.state.settings['lookMs']?.value).toBe(3)
    expect(() => mainnet.patch('app', { host: 'other' })).toThrow('app is of no network')
  })

  it('gives nothing of its own away by what was put in', () => {
    const { published, local } = setup()
    const given = node('miner', 'relay-miner', 'Mine')
    local.put('nodes', 'miner', given)
    given.title = 'changed'
    expect([local.state.nodes['miner']?.title, published.state.nodes['miner']?.title]).toEqual(['Mine', 'Mine'])
  })
})

describe('what is told of a network that is not chosen', () => {
  const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))

  it('is what runs, what should, what it costs to stop, and the worst of what is wrong', () => {
    const { mainnet } = setup()
    mainnet.put('nodes', 'keeper', node('keeper', 'keeper', 'Key keeper'))
    mainnet.put('nodes', 'ingress', node('ingress', 'ingress', 'Ingress'))
    mainnet.put('nodes', 'miner', { ...node('miner', 'relay-miner', 'Relay miner'), seen: 'failing' })
    mainnet.put('attention', 'news', finding('news', { level: 'info' }))
    mainnet.put('attention', 'late', finding('late', { sinceMs: 9 }))
    mainnet.put('attention', 'early', finding('early'))
    mainnet.put('attention', 'worst', finding('worst', { level: 'bad', sinceMs: 20 }))
    mainnet.patch('vault', { needed })
    mainnet.patch('clock', { verdict: 'wait', facts: { blocks: '2', reason: 'not asked for' }, height: 12 })
    expect(elsewhereOf('mainnet', mainnet.state)).toMatchObject({
      isLookedAfter: true,
      up: { ingress: 'Ingress' },
      down: ['miner'],
      needsKey: true,
      clock: { verdict: 'wait', facts: { blocks: '2' }, height: 12 },
      findings: [{ id: 'worst' }, { id: 'early' }],
      findingsCount: 3,
    })
    expect(elsewhereOf('mainnet', undefined)).toMatchObject({ isLookedAfter: false, clock: { verdict: 'cannot-tell' } })
  })

  it('counts a container as up until it has ended, also while its engine does not answer', () => {
    const { mainnet } = setup()
    const put = (fields: Partial<NodeState>): void => mainnet.put('nodes', 'miner', { ...node('miner', 'relay-miner', 'M'), ...fields })
    const up = (): string[] => Object.keys(elsewhereOf('mainnet', mainnet.state).up)
    put({ wanted: 'stopped', seen: 'stopping' })
    expect(up()).toEqual(['miner'])
    put({ wanted: 'stopped', seen: 'unknown', reason: { key: 'engine-gone', facts: { last: 'stopping' } } })
    expect(up()).toEqual(['miner'])
    put({ wanted: 'stopped', seen: 'stopped' })
    expect(up()).toEqual([])
  })

  it('says what is of this PC once, and not again beside what the page says already', () => {
    const { local, mainnet } = setup()
    for (const state of [local, mainnet]) for (const id of ['engine-gone', 'node-failing']) state.put('attention', id, finding(id))
    const told = new Set<string>()
    const ids = (state: AppState): string[] => elsewhereOf('mainnet', state, told).findings.map((each) => each.id)
    expect([ids(local.state), ids(mainnet.state)]).toEqual([['engine-gone', 'node-failing'], ['node-failing']])
    expect(elsewhereOf('mainnet', mainnet.state, told).findingsCount).toBe(1)
  })

  it('takes little room, however much there is, and that of real money first', () => {
    const { published, mainnet } = setup()
    for (const index of many(40, (each) => each)) {
      mainnet.put('nodes', `node-${index}`, node(`node-${index}`, 'backend', 'A long title'.repeat(9)))
      const facts = Object.fromEntries(many(30, (each) => [`fact${each}`, 'ßx'.repeat(200)]))
      mainnet.put('attention', `finding-${index}`, finding(`finding-${index}`, { facts, level: 'bad' }))
    }
    const told = elsewhereOf('mainnet', mainnet.state)
    for (const network of ['beta', 'local', 'mainnet'] as const) published.put('elsewhere', network, { ...told, network })
    const { state } = published.snapshot()
    expect(Object.keys(state.elsewhere)).toContain('mainnet')
    expect(Object.keys(state.elsewhere).length + (state.leftOut['elsewhere'] ?? 0)).toBe(3)
    expect(bytesOf(state.elsewhere)).toBeLessThanOrEqual(sliceBytes('elsewhere'))
    expect(stateSchema.shape.elsewhere.safeParse(state.elsewhere).error).toBeUndefined()
  })
})
