import { describe, expect, test } from 'vitest'
import { nextStep, stageLimitMs, type UpdateFacts, type UpdatedNode } from '#main/core/updates/next-step.ts'
import { noWayBack, type UpdateRow } from '#shared/model/update.ts'

const OLD = 'repo@sha256:old'
const NEW = 'repo@sha256:new'
const row = (fields: Partial<UpdateRow> = {}): UpdateRow => ({
  id: 'u1',
  network: 'local',
  image: 'repo',
  reason: 'release',
  plan: null,
  fromReference: 'repo:1',
  fromVersion: '1',
  toReference: 'repo:2',
  toVersion: '2',
  fromPin: OLD,
  toPin: NEW,
  digest: null,
  stage: 'fetched',
  stageAtMs: 0,
  createdAtMs: 0,
  dueAtMs: 0,
  atOnce: false,
  stageHeight: 100,
  problem: null,
  ...fields,
})
const node = (id: string, fields: Partial<UpdatedNode> = {}): UpdatedNode => ({
  id,
  kind: id === 'pocket' ? 'chain-node' : id === 'keeper' ? 'keeper' : 'relay-miner',
  wanted: 'running',
  pin: OLD,
  runs: OLD,
  well: true,
  failing: false,
  ...fields,
})
const facts = (fields: Partial<UpdateFacts> = {}): UpdateFacts => ({
  nowMs: 1_000_000,
  sinceMs: 1_000_000,
  chain: { status: 'ready', height: 100, medianBlockMs: 1_000 },
  hangs: false,
  quiet: true,
  upgradeNear: false,
  nodes: [node('pocket'), node('keeper'), node('miner')],
  ...fields,
})
const on = (pin: string, fields: Partial<UpdatedNode> = {}): Partial<UpdatedNode> => ({ pin, runs: pin, ...fields })

describe('when an update begins', () => {
  test('it is fetched first', () => expect(nextStep(row({ stage: 'planned', toPin: null }), facts()).kind).toBe('fetch'))
  test('its time is waited for', () => expect(nextStep(row({ dueAtMs: 1_000_001 }), facts())).toEqual({ kind: 'wait', for: 'time' }))
  test('a quiet moment is waited for', () => expect(nextStep(row(), facts({ quiet: false }))).toEqual({ kind: 'wait', for: 'quiet' }))
  test('who says now does not wait for one', () =>
    expect(nextStep(row({ atOnce: true }), facts({ quiet: false }))).toEqual({ kind: 'stage', stage: 'swap-node' }))
  test('nothing is begun before an upgrade of the chain', () =>
    expect(nextStep(row({ atOnce: true }), facts({ upgradeNear: true }))).toEqual({ kind: 'wait', for: 'upgrade-near' }))
  test('what has no node of a chain begins with the rest', () =>
    expect(nextStep(row(), facts({ nodes: [node('miner')] }))).toEqual({ kind: 'stage', stage: 'swap-rest' }))
})

describe('an upgrade of the chain', () => {
  const upgrade = (fields: Partial<UpdateRow> = {}) => row({ reason: 'upgrade', plan: { name: 'v2', height: 120 }, ...fields })
  test.each([100, 119, 120, 121, 500])('is not done at height %i while the node does not stand before it', (height) =>
    expect(nextStep(upgrade(), facts({ chain: { status: 'ready', height, medianBlockMs: 1_000 } }))).toEqual({
      kind: 'wait',
      for: 'height',
    }),
  )
  test('is done at once when it does, quiet or not', () =>
    expect(nextStep(upgrade(), facts({ hangs: true, quiet: false }))).toEqual({ kind: 'stage', stage: 'swap-node' }))
  test('is never taken back: its data cannot be read by the software of before', () => {
    const failing = facts({ nodes: [node('pocket', on(NEW, { failing: true })), node('miner')] })
    expect(nextStep(upgrade({ stage: 'swap-node' }), failing)).toMatchObject({
      kind: 'stage',
      stage: 'failed',
      problem: { key: 'container-ends' },
    })
    expect(nextStep(row({ stage: 'swap-node' }), failing)).toMatchObject({ kind: 'stage', stage: 'rolling-back' })
    const at = { nowMs: 0, newest: true, upgradedSince: false }
    expect(noWayBack(upgrade({ stage: 'done' }), at)).toBe('migrated')
    expect(noWayBack(row({ stage: 'done' }), at)).toBeUndefined()
    expect(noWayBack(row({ stage: 'done' }), { ...at, upgradedSince: true })).toBe('migrated')
    expect(noWayBack(row({ stage: 'done' }), { ...at, nowMs: 8 * 86_400_000 })).toBe('old')
  })
})

describe('the order of a change', () => {
  test('the node is first, alone, and keepers are left with their keys', () => {
    expect(nextStep(row({ stage: 'swap-node' }), facts())).toEqual({ kind: 'pin', pin: NEW, nodeIds: ['pocket'] })
    expect(nextStep(row({ stage: 'swap-rest' }), facts({ nodes: [node('pocket', on(NEW)), node('keeper'), node('miner')] }))).toEqual({
      kind: 'pin',
      pin: NEW,
      nodeIds: ['miner'],
    })
  })
  test('the rest waits until the new node has made a block', () => {
    const swapped = [node('pocket', on(NEW)), node('miner')]
    const at = (height: number, status: UpdateFacts['chain']['status'] = 'ready') =>
      nextStep(row({ stage: 'swap-node' }), facts({ nodes: swapped, chain: { status, height, medianBlockMs: 1_000 } }))
    expect(at(100)).toEqual({ kind: 'wait', for: 'node' })
    expect(at(101, 'unreachable')).toEqual({ kind: 'wait', for: 'node' })
    expect(at(101)).toEqual({ kind: 'stage', stage: 'swap-rest' })
  })
  test('blocks of the old node do not count', () =>
    expect(
      nextStep(
        row({ stage: 'swap-node' }),
        facts({
          nodes: [node('pocket', { pin: NEW, runs: OLD }), node('miner')],
          chain: { status: 'ready', height: 150, medianBlockMs: 1 },
        }),
      ),
    ).toEqual({ kind: 'wait', for: 'node' }))
  test('it counts as good once all work and blocks went on', () => {
    const nodes = [node('pocket', on(NEW)), node('miner', on(NEW))]
    const at = (height: number, well = true, sinceMs = 990_000) =>
      nextStep(
        row({ stage: 'watching' }),
        facts({ sinceMs, nodes: nodes.map((each) => ({ ...each, well })), chain: { status: 'ready', height, medianBlockMs: 1_000 } }),
      )
    expect(at(102, true, 990_001)).toEqual({ kind: 'wait', for: 'blocks' })
    expect(at(101)).toEqual({ kind: 'wait', for: 'blocks' })
    expect(at(102, false)).toEqual({ kind: 'wait', for: 'blocks' })
    expect(at(102)).toEqual({ kind: 'stage', stage: 'done' })
  })
})

describe('one that does not work', () => {
  const late = 1_000_000 + stageLimitMs(1_000) + 1
  test('a node that makes no block in time is taken back', () =>
    expect(nextStep(row({ stage: 'swap-node' }), facts({ nowMs: late, nodes: [node('pocket', on(NEW)), node('miner')] }))).toMatchObject({
      stage: 'rolling-back',
      problem: { key: 'no-blocks' },
    }))
  test('time in which Hearth was off does not count', () =>
    expect(
      nextStep(row({ stage: 'swap-node', stageAtMs: 0 }), facts({ nowMs: late, sinceMs: late - 1_000, nodes: [node('pocket', on(NEW))] })),
    ).toEqual({ kind: 'wait', for: 'node' }))
  test('a miner that gives no answer is taken back with its node', () => {
    const nodes = [node('pocket', on(NEW)), node('miner', on(NEW, { well: false }))]
    expect(nextStep(row({ stage: 'swap-rest' }), facts({ nowMs: late, nodes }))).toMatchObject({ stage: 'rolling-back' })
    expect(nextStep(row({ stage: 'rolling-back' }), facts({ nodes }))).toEqual({ kind: 'pin', pin: OLD, nodeIds: ['pocket', 'miner'] })
  })
  test('it is over only when what was before works again', () => {
    const back = (well: boolean, height: number) =>
      nextStep(
        row({ stage: 'rolling-back' }),
        facts({ nodes: [node('pocket', { well }), node('miner')], chain: { status: 'ready', height, medianBlockMs: 1_000 } }),
      )
    expect(back(false, 105)).toEqual({ kind: 'wait', for: 'back' })
    expect(back(true, 100)).toEqual({ kind: 'wait', for: 'back' })
    expect(back(true, 101)).toEqual({ kind: 'stage', stage: 'rolled-back' })
  })
  test('a way back that does not come to its end is given up, and said, so that it holds up nothing for ever', () => {
    const back = (nowMs: number) =>
      nextStep(row({ stage: 'rolling-back' }), facts({ nowMs, nodes: [node('pocket', { well: false }), node('miner')] }))
    expect(back(1_000_000 + 2 * stageLimitMs(1_000))).toEqual({ kind: 'wait', for: 'back' })
    expect(back(1_000_001 + 2 * stageLimitMs(1_000))).toMatchObject({ kind: 'stage', stage: 'failed', problem: { key: 'not-back' } })
  })
  test('a node that the user stopped meanwhile proves nothing against it', () =>
    expect(
      nextStep(
        row({ stage: 'swap-rest' }),
        facts({
          nowMs: 1_001_000,
          nodes: [node('pocket', on(NEW)), node('miner', { pin: NEW, runs: undefined, well: false, wanted: 'stopped' })],
        }),
      ),
    ).toEqual({ kind: 'stage', stage: 'watching' }))
})
