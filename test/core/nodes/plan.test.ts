import { describe, expect, it } from 'vitest'
import { CATALOG } from '#shared/catalog/index.ts'
import { plan, type NodeFacts } from '#main/core/nodes/plan.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import type { SeenContainer } from '#main/core/ports/engine.ts'

const names = namesOf('plan')
const MINER = { yaml: 'a: 1', command: ['relayminer', 'start'] }

/** A node that is wanted, seen running with the wanted spec, and ready; a test changes what it is about. */
function well(nodeId: string, fields: Partial<NodeFacts> = {}, seen: Partial<SeenContainer> | null = {}): NodeFacts {
  const entry = CATALOG.find((candidate) => candidate.nodeId === nodeId)
  if (!entry) throw new Error(nodeId)
  const row = {
    id: nodeId,
    network: 'local',
    wanted: 'running',
    wantedBy: 'user',
    imagePin: `sha256:${'1'.repeat(64)}`,
    ports: {},
    updatedAtMs: 1,
  } as const
  const spec = specOf(entry, row, names, { miner: MINER, ingress: '{}' })
  const container: SeenContainer = {
    id: 'c',
    name: names.container(nodeId),
    nodeId,
    specHash: spec?.specHash ?? '',
    image: 'i',
    state: 'running',
    exitCode: undefined,
    startedAtMs: 1,
    finishedAtMs: undefined,
    oomKilled: false,
    restartCount: 0,
  }
  return {
    entry,
    row,
    spec,
    seen: seen === null ? undefined : { ...container, ...seen },
    ready: true,
    hasKey: nodeId === 'keeper',
    lacksKeys: false,
    hasWorked: true,
    mayStop: true,
    restart: false,
    givenUp: false,
    ...fields,
  }
}
const stopped = (nodeId: string) => ({ row: { ...well(nodeId).row, wanted: 'stopped' as const } })
const all = (changed: Record<string, NodeFacts> = {}): NodeFacts[] => CATALOG.map((entry) => changed[entry.nodeId] ?? well(entry.nodeId))
const of = (nodeId: string, changed: Record<string, NodeFacts>) => {
  const found = plan(all(changed)).find((planned) => planned.nodeId === nodeId)
  return { steps: found?.steps.map((step) => step.kind), reason: found?.reason?.key, facts: found?.reason?.facts }
}

/** The memory volume with the key lives as long as one of the two holds it: never both at once. */
const paused = (): Record<string, NodeFacts> => ({
  miner: well('miner', { ready: false, isStuck: true }, { state: 'paused' }),
  keeper: well('keeper', { ready: false, hasKey: false, lacksKeys: true, isStuck: true }, { state: 'paused' }),
})

describe('plan', () => {
  it('has nothing to do when all is as wanted', () => {
    for (const planned of plan(all())) expect(planned).toMatchObject({ steps: [], reason: null })
  })

  const notReady = { ready: false }
  const stuck = { ready: false, isStuck: true }
  const down = { state: 'exited' } as const
  const table: [string, string, Record<string, NodeFacts>, string[], string?][] = [
    ['never made', 'pocket', { pocket: well('pocket', notReady, null) }, ['create', 'start']],
    ['made, not started', 'backend', { backend: well('backend', notReady, { state: 'created' }) }, ['start']],
    ['ended', 'pocket', { pocket: well('pocket', notReady, down) }, ['start']],
    ['of another spec and running', 'pocket', { pocket: well('pocket', {}, { specHash: 'old' }) }, ['stop', 'create', 'start']],
    ['of another spec and ended', 'pocket', { pocket: well('pocket', notReady, { specHash: 'old', ...down }) }, ['create', 'start']],
    ['running and not answering yet', 'pocket', { pocket: well('pocket', notReady) }, []],
    ['restarted by the engine', 'backend', { backend: well('backend', notReady, { state: 'restarting' }) }, []],
    ['paused by somebody else for long', 'pocket', { pocket: well('pocket', stuck, { state: 'paused' }) }, ['stop', 'start']],
    ['paused for a moment', 'pocket', { pocket: well('pocket', notReady, { state: 'paused' }) }, []],
    ['paused, and the keeper too', 'miner', paused(), [], 'waits-for'],
    ['paused, and the miner too', 'keeper', paused(), ['stop', 'start']],
    ['paused alone', 'miner', { miner: well('miner', stuck, { state: 'paused' }) }, ['stop', 'configure', 'start']],
    ['paused and stopped by the user', 'pocket', { pocket: well('pocket', stopped('pocket'), { state: 'paused' }) }, ['stop']],
    ['stopped by the user and running', 'pocket', { pocket: well('pocket', stopped('pocket')) }, ['stop']],
    ['stopped by the user and being restarted', 'pocket', { pocket: well('pocket', stopped('pocket'), { state: 'restarting' }) }, ['stop']],
    ['stopped by the user and ended', 'pocket', { pocket: well('pocket', stopped('pocket'), down) }, []],
    ['stopped by the user and never made', 'miner', { miner: well('miner', stopped('miner'), null) }, []],
    ['stopped by the user and of another spec', 'pocket', { pocket: well('pocket', stopped('pocket'), { specHash: 'old', ...down }) }, []],
    ['given up and ended', 'backend', { backend: well('backend', { givenUp: true, ready: false }, down) }, [], 'stops-trying'],
    ['given up and started by the engine', 'backend', { backend: well('backend', { givenUp: true }) }, ['stop'], 'stops-trying'],
    [
      'without an image',
      'pocket',
      { pocket: well('pocket', { row: { ...well('pocket').row, imagePin: undefined } }, null) },
      [],
      'waits-for-image',
    ],

    [
      'without its key, running',
      'keeper',
      { keeper: well('keeper', { hasKey: false, lacksKeys: true, ready: false }) },
      ['give-key'],
      'needs-key',
    ],
    ['without its key, ended', 'keeper', { keeper: well('keeper', { hasKey: false, lacksKeys: true, ready: false }, down) }, ['start']],

    ['never made, all it needs is there', 'miner', { miner: well('miner', notReady, null) }, ['create', 'configure', 'start']],
    ['made and not started', 'miner', { miner: well('miner', notReady, { state: 'created' }) }, ['configure', 'start']],
    ['of another configuration', 'miner', { miner: well('miner', {}, { specHash: 'old' }) }, ['stop', 'create', 'configure', 'start']],
    ['nothing to serve, never made', 'miner', { miner: well('miner', { spec: undefined, ready: false }, null) }, [], 'waits-for-supplier'],
    ['nothing to serve for the moment, running', 'miner', { miner: well('miner', { spec: undefined }) }, []],
    ['the chain is not ready', 'miner', { miner: well('miner', notReady, down), pocket: well('pocket', notReady) }, [], 'waits-for'],
    ['the backend is not ready', 'miner', { miner: well('miner', notReady, down), backend: well('backend', notReady) }, [], 'waits-for'],
    [
      'the keeper is down',
      'miner',
      { miner: well('miner', notReady, down), keeper: well('keeper', { hasKey: false, lacksKeys: true, ready: false }, down) },
      [],
      'waits-for',
    ],
    [
      'the keeper has no key',
      'miner',
      { miner: well('miner', notReady, down), keeper: well('keeper', { hasKey: false, lacksKeys: true, ready: false }) },
      [],
      'needs-key',
    ],
    // Relays go on, and claims that are due are still sent.
    ['running while the chain is away', 'miner', { pocket: well('pocket', notReady, down) }, []],
    ['running while the keeper lost its key', 'miner', { keeper: well('keeper', { hasKey: false, lacksKeys: true, ready: false }) }, []],
    // To be replaced, and what it needs is away: it is not stopped for nothing.
    [
      'of another configuration while the chain is away',
      'miner',
      { miner: well('miner', {}, { specHash: 'old' }), pocket: well('pocket', notReady) },
      [],
      'waits-for',
    ],
  ]
  it.each(table)('%s: %s', (_title, nodeId, changed, steps, reason) => {
    expect(of(nodeId, changed)).toMatchObject({ steps, reason })
  })

  it('names what a node waits for', () => {
    expect(of('miner', { miner: well('miner', notReady, null), backend: well('backend', notReady) }).facts).toEqual({ nodeId: 'backend' })
  })
})
