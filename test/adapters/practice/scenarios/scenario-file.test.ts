import { describe, expect, it } from 'vitest'
import { parseScenarioFile, scenarioFromFile } from '#main/adapters/practice/scenarios/from-file.ts'
import { playScenario } from '#main/adapters/practice/scenarios/play.ts'
import { practiceControlSchema } from '#shared/practice/controls.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { createStage, operator, practiceInput } from './stage.ts'

const SMALL = { format: 'hearth-scenario-1', title: 'Mine', supplier: null, steps: [] }
const FULL = {
  format: 'hearth-scenario-1',
  title: 'A bad week',
  about: 'Everything at once.',
  speed: 60,
  network: {
    blockSeconds: 6,
    blocksPerSession: 12,
    services: [{ id: 'anvil', computeUnitsPerRelay: 500 }],
    applicationPokt: 5_000,
  },
  supplier: { stakePokt: 59_501, operatorPokt: 3, ownerPercent: 90 },
  containers: ['photos', 'music'],
  steps: [
    { do: 'sessions', count: 3, relays: 500 },
    { do: 'sessions', count: 1, relays: 500, proofs: 'missing' },
    { do: 'sessions', count: 2, relays: 400, proofs: 'wrong' },
    { do: 'blocks', count: 3 },
    { do: 'restake', stakePokt: 59_600 },
    { do: 'empty-operator', leaveUpokt: 900 },
    { do: 'price', serviceId: 'anvil', computeUnitsPerRelay: 50, inBlocks: 4 },
    { do: 'parameter', name: 'proofMissingPenaltyUpokt', value: 1_000_000, inBlocks: 2 },
    { do: 'upgrade', name: 'v0.1.36', inBlocks: 500 },
    { do: 'disk', freeGigabytes: 30, gigabytesPerDay: 25 },
    { do: 'engine-clock', offsetSeconds: -40 },
    { do: 'backend-behind', minutes: 15 },
    { do: 'stop', nodeId: 'keeper' },
  ],
}
const refused = (file: unknown): { path?: string; problem?: string } => {
  try {
    parseScenarioFile(typeof file === 'string' ? file : JSON.stringify(file))
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid-request' })
    return (error as { detail: { path: string; problem: string } }).detail
  }
  return {}
}

describe('a scenario file', () => {
  it('is read, with what it leaves out filled in', () => {
    expect(parseScenarioFile(JSON.stringify(SMALL))).toMatchObject({ speed: 1, about: '', containers: [], network: {} })
    expect(parseScenarioFile(JSON.stringify(FULL)).steps[0]).toEqual({ do: 'sessions', count: 3, relays: 500, proofs: 'sent' })
  })

  it.each<[string, unknown, string]>([
    ['garbage', 'garbage', ''],
    ['half a file', JSON.stringify(FULL).slice(0, 300), ''],
    ['nothing', '', ''],
    ['a list', [], ''],
    ['null', 'null', ''],
    ['another format', { ...SMALL, format: 'hearth-scenario-2' }, 'format'],
    ['a negative speed', { ...SMALL, speed: -5 }, 'speed'],
    ['a speed of nothing', { ...SMALL, speed: 0 }, 'speed'],
    ['a speed beyond x600', { ...SMALL, speed: 601 }, 'speed'],
    ['a speed in words', { ...SMALL, speed: 'fast' }, 'speed'],
    ['a thousand containers', { ...SMALL, containers: Array.from({ length: 1_000 }, (_, index) => `c${index}`) }, 'containers'],
    ['a container with a path', { ...SMALL, containers: ['../etc'] }, 'containers.0'],
    ['an unknown key', { ...SMALL, cheat: true }, 'cheat'],
    ['an unknown key further in', { ...FULL, supplier: { ...FULL.supplier, secret: 1 } }, 'supplier.secret'],
    [
      'a prototype key',
      '{"format":"hearth-scenario-1","title":"x","supplier":null,"steps":[],"__proto__":{"speed":1},"constructor":1}',
      '__proto__',
    ],
    ['an unknown step', { ...SMALL, steps: [{ do: 'hack' }] }, 'steps.0.do'],
    ['a step with an unknown key', { ...SMALL, steps: [{ do: 'blocks', count: 1, root: '/' }] }, 'steps.0.root'],
    ['a negative count', { ...SMALL, steps: [{ do: 'blocks', count: -1 }] }, 'steps.0.count'],
    [
      'more sessions than a PC plays',
      { ...FULL, steps: Array.from({ length: 3 }, () => ({ do: 'sessions', count: 900, relays: 1 })) },
      'steps',
    ],
    ['a service that is not there', { ...FULL, supplier: { ...FULL.supplier, services: ['moon'] } }, 'supplier.services.0'],
    [
      'a price of a service that is not there',
      { ...FULL, steps: [{ do: 'price', serviceId: 'moon', computeUnitsPerRelay: 5 }] },
      'steps.0.serviceId',
    ],
    ['an unstake without a supplier', { ...SMALL, steps: [{ do: 'unstake' }] }, 'steps.0'],
    ['an endpoint that is none', { ...FULL, supplier: { ...FULL.supplier, endpoint: 'file:///etc/passwd' } }, 'supplier.endpoint'],
    ['a parameter that nobody may turn', { ...SMALL, steps: [{ do: 'parameter', name: 'mintRatio', value: 2 }] }, 'steps.0.name'],
  ])('is refused with the place where it is wrong: %s', (_, file, path) => {
    const detail = refused(file)
    expect(detail.path).toBe(path)
    expect(detail.problem).toMatch(/\w{3,}/)
  })

  it('is refused when it is too large, before it is read', () => {
    expect(refused(`{"x":"${'y'.repeat(70_000)}"}`)).toEqual({ path: '', problem: 'the file is too large' })
  })

  it('makes a world: chain, engine and what is still to come', async () => {
    const start = playScenario(scenarioFromFile(parseScenarioFile(JSON.stringify(FULL))), practiceInput())
    expect(start.ledger.params().numBlocksPerSession).toBe(12)
    expect(start.ledger.balance(operator.address)).toBe(900n)
    expect(start.ledger.supplier(operator.address)?.stakeUpokt).toBe(59_600_000_000n)
    expect(start.upgrade).toEqual({ name: 'v0.1.36', height: start.ledger.height + 500 })
    expect(start.effects.map(({ kind }) => kind)).toEqual(['disk', 'engine-clock', 'backend-behind', 'stop', 'containers', 'speed'])
    const stage = createStage(start, await openTestStore())
    await stage.look()
    for (let height = 0; height < 15; height += 1) await stage.pass(1)
    expect([...stage.seen.keys()].sort()).toEqual(
      expect.arrayContaining([
        'backend-behind',
        'engine-clock',
        'operator-low',
        'parameter-change',
        'proof-missed',
        'service-price',
        'upgrade-planned',
      ]),
    )
  }, 60_000)

  it('may begin without a supplier, and then needs no keys', () => {
    const scenario = scenarioFromFile(parseScenarioFile(JSON.stringify({ ...SMALL, steps: [{ do: 'blocks', count: 5 }] })))
    expect(playScenario(scenario, practiceInput({ owner: undefined, operator: undefined })).ledger.height).toBe(7)
  })
})

describe('what a page may ask of Practice', () => {
  it.each([
    { kind: 'speed', speed: -1 },
    { kind: 'speed', speed: 601 },
    { kind: 'speed', speed: Number.NaN },
    { kind: 'pause', paused: 'yes' },
    { kind: 'jump-to', atMs: -1 },
    { kind: 'jump-to', atMs: 1.5 },
    { kind: 'jump-to', atMs: 1e300 },
    { kind: 'scenario', id: 'win-the-lottery' },
    { kind: 'scenario', id: 'first-day', more: 1 },
    { kind: 'scenario-file', text: 'x'.repeat(70_000) },
    { kind: 'format-disk' },
    null,
  ])('is refused: %j', (wish) => {
    expect(practiceControlSchema.safeParse(wish).success).toBe(false)
  })
})
