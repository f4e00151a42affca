import { beforeEach, describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import { FLUSH_WAIT_MS } from '#main/core/relays/drain.ts'
import { createScene, nameOf, type Life, type Scene } from './scene.ts'

const MINER = { yaml: 'suppliers: [anvil]', command: ['relayminer', 'start', '--config', MINER_PATHS.config] }

let scene: Scene
let life: Life
const state = (nodeId: string) => life.state.state.nodes[nodeId]
const drainTask = () => Object.values(life.state.state.tasks).find((task) => task.kind === 'node-stop')
const callsSince = (mark: number): string[] => scene.engine.calls.slice(mark)
const isDown = (nodeId: string): boolean => scene.engine.stateOf(nameOf(nodeId)) !== 'running'
const lives = async (): Promise<(number | undefined)[]> =>
  (await scene.engine.list()).filter((container) => container.nodeId === 'miner').map((container) => container.startedAtMs)

/** A Local chain with a miner at work behind its ingress. */
beforeEach(async () => {
  scene = createScene()
  scene.miner = MINER
  scene.giveKey = async () => {
    await scene.putKey()
    return true
  }
  life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
  await life.nodes.start('miner')
  await life.until('miner and ingress', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
})

describe('a stop of the relay miner', () => {
  it('has the ingress refuse, waits eleven seconds while the miner runs on, then stops it, the keeper and the ingress', async () => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    const refusedAtMs = scene.clock.now()
    expect(state('miner')).toMatchObject({ seen: 'stopping', reason: { key: 'draining' } })
    await life.until('the stop', () => isDown('miner'))
    expect(scene.clock.now() - refusedAtMs).toBeGreaterThanOrEqual(FLUSH_WAIT_MS - 200)
    expect(drainTask()?.steps.map((step) => step.key)).toEqual(['refuse-relays', 'save-relays', 'stop-miner'])
    await life.until('the others', () => isDown('keeper') && isDown('ingress'))
    await life.until('the end of the task', () => drainTask()?.status === 'done')
    const stops = scene.engine.calls.filter((call) => call.startsWith('stop ')).map((call) => call.split('-').at(-1))
    expect(stops.indexOf('miner')).toBeLessThan(Math.min(stops.indexOf('keeper'), stops.indexOf('ingress')))
    // What comes next begins with an ingress that serves.
    await life.nodes.start('miner')
    await life.until('serving', () => life.seen('ingress') === 'running' && state('ingress')?.reason === null && !scene.refusing)
  })
  it('waits longer for relays that were still on their way', async () => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    await life.pass(8_000)
    scene.served += 1
    await life.pass(9_000)
    expect(isDown('miner')).toBe(false)
    await life.until('the stop', () => isDown('miner'), 5_000)
    expect(drainTask()?.steps[1]?.facts['answered']).toBe('1')
  })
  it.each([
    ['back', -3 * 3_600_000],
    ['forward', 3_600_000],
  ])('takes its eleven seconds also when the clock is set %s meanwhile', async (_way, byMs) => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    await life.pass(3_000)
    const now = scene.clock.now.bind(scene.clock)
    scene.clock.now = () => now() + byMs
    await life.pass(6_000)
    expect(isDown('miner')).toBe(false)
    await life.until('the stop', () => isDown('miner'), 5_000)
  })
  it('cancelled, leaves the miner running and the ingress serving', async () => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    life.tasks.cancel(drainTask()?.id ?? '')
    await life.until('serving', () => !scene.refusing)
    await life.pass(30_000)
    expect([isDown('miner'), isDown('keeper'), isDown('ingress')]).toEqual([false, false, false])
    expect(scene.rows.get('miner')).toMatchObject({ wanted: 'running' })
    expect(drainTask()?.status).toBe('cancelled')
    expect(state('miner')).toMatchObject({ seen: 'running', reason: null })
  })
  it('at once when the user would rather lose relays, also in the middle of a drain', async () => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    const mark = scene.clock.now()
    await life.nodes.stop('miner', { drained: false })
    await life.until('the stop', () => isDown('miner'))
    expect(scene.clock.now() - mark).toBeLessThan(3_000)
  })
  it('takes what the miner needs away only after it', async () => {
    await life.nodes.stop('miner')
    for (const nodeId of ['backend', 'pocket']) await life.nodes.stop(nodeId)
    await life.until('the refusal', () => scene.refusing)
    await life.pass(5_000)
    expect(['backend', 'pocket', 'keeper', 'ingress', 'miner'].map(isDown)).toEqual([false, false, false, false, false])
    expect(state('backend')?.reason).toEqual({ key: 'waits-for-drain', facts: { nodeId: 'miner' } })
    await life.until('all down', () => ['backend', 'pocket', 'keeper', 'ingress', 'miner'].every(isDown))
  })
  it('goes on when the ingress cannot refuse: after the miner’s own time, and says so', async () => {
    scene.engine.stopByHand(nameOf('ingress'))
    scene.rows.set('ingress', { ...(scene.rows.get('ingress') ?? fail()), wanted: 'stopped' })
    await life.until('no ingress', () => life.seen('ingress') === 'stopped')
    await life.nodes.stop('miner')
    await life.until('the stop', () => isDown('miner'), 20_000)
    expect(drainTask()?.steps[0]?.facts['refused']).toBe('no')
  })
  it('does not drain a miner that has given up', async () => {
    for (let times = 0; times < 5; times += 1) {
      await life.until('the miner to run', () => !isDown('miner'))
      scene.engine.crash(nameOf('miner'), 9)
      await life.pass(1_500)
    }
    await life.until('failing', () => life.seen('miner') === 'failing')
    expect(drainTask()).toBeUndefined()
  })
})

const fail = (): never => {
  throw new Error('not there')
}

describe('an installation from before there was an ingress', () => {
  it('gets one at the next start, at the address that is staked, and serves on', async () => {
    const port = scene.rows.get('ingress')?.ports['8080'] ?? fail()
    const miner = scene.rows.get('miner') ?? fail()
    life.kill()
    scene.engine.stopByHand(nameOf('ingress'))
    await scene.engine.remove(nameOf('ingress'))
    scene.rows.delete('ingress')
    scene.rows.set('miner', { ...miner, ports: { ...miner.ports, '8545': port } })
    life = scene.start()
    await life.until('the ingress', () => life.seen('ingress') === 'running' && state('ingress')?.reason === null)
    expect(life.nodes.relayUrl()).toBe(`http://127.0.0.1:${port}`)
    expect(scene.rows.get('miner')?.ports).toEqual({ '9090': miner.ports['9090'] })
  })
})

describe('a restart or a change of the relay miner', () => {
  it('restart drains, stops, starts, and serves again', async () => {
    const [before] = await lives()
    await life.nodes.restart('miner')
    await life.until('the refusal', () => scene.refusing)
    expect(drainTask()?.facts).toMatchObject({ nodeId: 'miner', why: 'restart' })
    await life.pass(FLUSH_WAIT_MS - 2_000)
    expect((await lives())[0]).toBe(before)
    await life.until('another life', () => (state('miner')?.startedAtMs ?? 0) > (before ?? 0))
    await life.until('serving', () => !scene.refusing && state('miner')?.reason === null)
    await life.pass(30_000)
    // Once, not again and again.
    expect(scene.engine.calls.filter((call) => call === `stop ${nameOf('miner')}`)).toHaveLength(1)
  })
  it('a new configuration and a new port are drained too', async () => {
    scene.miner = { ...MINER, yaml: 'suppliers: [anvil, eth]' }
    let mark = scene.engine.calls.length
    life.nodes.wake()
    await life.until('the refusal', () => scene.refusing)
    expect(drainTask()).toMatchObject({ cancellable: false, facts: { why: 'change' } })
    expect(callsSince(mark)).not.toContain(`stop ${nameOf('miner')}`)
    await life.until('the new configuration', () => callsSince(mark).includes(`start ${nameOf('miner')}`))
    await life.until('serving', () => !scene.refusing)
    mark = scene.engine.calls.length
    await life.nodes.changePort('miner', 9090, 9_777)
    await life.until('the refusal', () => scene.refusing)
    await life.until('the new port', () => callsSince(mark).includes(`create ${nameOf('miner')}`) && !scene.refusing)
  })
})

describe('the end of Hearth during a drain', () => {
  it('killed: the stop is taken up by the next start, drained anew', async () => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    life.kill()
    life = scene.start()
    await life.pass(5_000)
    expect([scene.refusing, isDown('miner')]).toEqual([true, false])
    await life.until('the stop', () => isDown('miner') && isDown('ingress'))
  })
  it('killed during a restart: it is carried out once', async () => {
    const [before] = await lives()
    await life.nodes.restart('miner')
    await life.until('the refusal', () => scene.refusing)
    life.kill()
    life = scene.start()
    await life.until('another life', () => !isDown('miner') && (state('miner')?.startedAtMs ?? 0) > (before ?? 0))
    await life.until('serving', () => !scene.refusing)
    await life.pass(30_000)
    expect(scene.engine.calls.filter((call) => call === `stop ${nameOf('miner')}`)).toHaveLength(1)
  })
  it('killed after it was cancelled but before the ingress heard of it: the next start has it serve', async () => {
    scene.refusing = true
    life.kill()
    life = scene.start()
    await life.until('serving', () => !scene.refusing)
    expect(isDown('miner')).toBe(false)
  })
  it('ended: relays are taken again while nobody looks, and the stop comes with the next start', async () => {
    await life.nodes.stop('miner')
    await life.until('the refusal', () => scene.refusing)
    await life.end()
    expect([scene.refusing, isDown('miner')]).toEqual([false, false])
    expect(scene.rows.get('miner')).toMatchObject({ wanted: 'stopped', wantedBy: 'user' })
    life = scene.start()
    await life.until('the stop', () => isDown('miner'))
  })
})

const clockAt = (fields: Partial<AppState['clock']>): void =>
  life.state.set('clock', { lanes: [], verdict: 'cannot-tell', facts: {}, height: 100, atMs: scene.clock.now(), ...fields })
const lane = (fields: Partial<AppState['clock']['lanes'][number]> = {}): AppState['clock']['lanes'][number] => ({
  number: 5,
  start: 91,
  end: 100,
  graceEnd: 101,
  claimOpen: 102,
  claimClose: 106,
  proofOpen: 106,
  proofClose: 110,
  settle: 110,
  stage: 'serving',
  relays: null,
  claimedUpokt: null,
  settledUpokt: null,
  claimHeight: null,
  proofHeight: null,
  ...fields,
})

describe('a stop that waits for its moment', () => {
  it('quiet: is written down, shown, and carried out by itself once nothing unsent is near', async () => {
    clockAt({ verdict: 'wait', facts: { quietHeight: '108', quietMs: '5000' } })
    await life.nodes.stop('miner', { when: 'quiet' })
    await life.until('the wish', () => state('miner')?.wish != null)
    expect(state('miner')).toMatchObject({
      seen: 'running',
      wanted: 'running',
      wish: { action: 'stop', when: 'quiet', height: 108, atMs: 5000 },
    })
    life.kill()
    life = scene.start()
    clockAt({ verdict: 'wait', facts: { quietHeight: '108' } })
    await life.pass(20_000)
    expect([isDown('miner'), scene.refusing]).toEqual([false, false])
    clockAt({ verdict: 'safe', facts: { quietHeight: '108' }, height: 108 })
    await life.until('the stop', () => isDown('miner'))
    expect(drainTask()?.facts['why']).toBe('stop')
    expect(state('miner')?.wish).toBeNull()
  })
  it('is not carried out by the start of Hearth itself, which knows nothing of the sessions yet', async () => {
    clockAt({ verdict: 'wait', facts: { quietHeight: '108' } })
    await life.nodes.stop('miner', { when: 'quiet' })
    life.kill()
    life = scene.start()
    await life.pass(20_000)
    expect(life.state.state.clock).toMatchObject({ verdict: 'cannot-tell', height: 0 })
    expect([isDown('miner'), scene.refusing]).toEqual([false, false])
    clockAt({ verdict: 'safe', facts: { quietHeight: '108' }, height: 108, atMs: scene.clock.now() })
    await life.until('the stop', () => isDown('miner'))
  })
  it('a verdict that no new block has brought for minutes is taken back, and nothing is done by it', async () => {
    clockAt({ verdict: 'wait', facts: { quietHeight: '108' }, atMs: scene.clock.now() })
    await life.nodes.stop('miner', { when: 'quiet' })
    const madeAtMs = scene.clock.now() - 10 * 60_000
    clockAt({ verdict: 'safe', facts: { quietHeight: '108' }, height: 108, atMs: madeAtMs })
    await life.pass(20_000)
    expect(life.state.state.clock).toMatchObject({ verdict: 'cannot-tell', facts: { reason: 'height-old' } })
    expect(isDown('miner')).toBe(false)
  })
  it('taken back, never happens', async () => {
    clockAt({ verdict: 'wait', facts: { quietHeight: '108' } })
    await life.nodes.restart('miner', { when: 'quiet' })
    await life.nodes.keepRunning('miner')
    clockAt({ verdict: 'safe', facts: { quietHeight: '108' }, height: 108 })
    await life.pass(20_000)
    expect(scene.engine.calls).not.toContain(`stop ${nameOf('miner')}`)
    expect(state('miner')?.wish).toBeNull()
  })
  it('safe for a block or two is no quiet time', async () => {
    clockAt({ verdict: 'safe', facts: { quietHeight: '130' } })
    await life.nodes.stop('miner', { when: 'quiet' })
    await life.pass(20_000)
    expect(isDown('miner')).toBe(false)
  })
  it.each([
    ['quiet', { verdict: 'wait' as const, facts: {} }],
    ['settled', { verdict: 'safe' as const, lanes: [] as AppState['clock']['lanes'] }],
    ['quiet', { verdict: 'cannot-tell' as const }],
  ] satisfies ['quiet' | 'settled', Partial<AppState['clock']>][])('%s is refused where there is no such moment', async (when, clock) => {
    clockAt(clock)
    await expect(life.nodes.stop('miner', { when })).rejects.toMatchObject({ code: 'not-now', detail: { when } })
  })
  it('settled: serves this session to its end, refuses the next, claims and proves what it served, and stops when it is paid', async () => {
    const height = life.state.state.chain.height
    const served = lane({ start: height - 5, end: height + 20, settle: height + 60 })
    clockAt({ verdict: 'safe', height, lanes: [served] })
    await life.nodes.stop('miner', { when: 'settled' })
    await life.pass(5_000)
    expect(scene.refusing).toBe(false)
    await life.until('the refusal', () => scene.refusing)
    expect(life.state.state.chain.height).toBeGreaterThan(served.end)
    await life.until('the word of it', () => state('ingress')?.reason?.key === 'refusing')
    await life.pass(15_000)
    expect(isDown('miner')).toBe(false)
    clockAt({ verdict: 'safe', height: served.settle, lanes: [] })
    await life.until('the stop', () => isDown('miner'))
  })
})

describe('a miner that does not hear the chain any more', () => {
  it('is told of, and restarted after a drain, once; again only after a longer pause', async () => {
    await life.pass(5_000)
    const [before] = await lives()
    scene.minerHeight = life.state.state.chain.height
    await life.until('the finding', () => state('miner')?.reason?.key === 'deaf')
    await life.until('the refusal', () => scene.refusing)
    await life.until('another life', () => (state('miner')?.startedAtMs ?? 0) > (before ?? 0))
    const stops = (): number => scene.engine.calls.filter((call) => call === `stop ${nameOf('miner')}`).length
    expect(stops()).toBe(1)
    // Still deaf: no second try for ten minutes.
    await life.pass(8 * 60_000)
    expect(stops()).toBe(1)
    await life.until('a second try', () => stops() === 2, 5 * 60_000)
  })
  it('is told of and restarted too when it has heard of no block since it began, once it has had its time', async () => {
    scene.minerHeight = 'none'
    await life.nodes.restart('miner', { drained: false })
    await life.pass(15_000)
    await life.until('the start', () => state('miner')?.seen === 'starting')
    const [before] = await lives()
    await life.pass(4 * 60_000)
    expect([(await lives())[0], state('miner')?.reason]).toEqual([before, null])
    await life.until('the finding', () => state('miner')?.reason?.key === 'deaf')
    await life.pass(30_000)
    expect((await lives())[0]).toBeGreaterThan(before ?? 0)
  })
  it('is left alone while it follows, however slowly', async () => {
    scene.minerHeight = life.state.state.chain.height
    for (let rounds = 0; rounds < 20; rounds += 1) {
      await life.pass(5_000)
      scene.minerHeight += 2
    }
    expect(drainTask()).toBeUndefined()
  })
})
