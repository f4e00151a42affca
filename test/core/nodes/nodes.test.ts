import { beforeEach, describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import { createScene, nameOf, type Life, type Scene } from './scene.ts'

const MINER = { yaml: 'suppliers: [anvil]', command: ['relayminer', 'start', '--config', MINER_PATHS.config] }

let scene: Scene
let life: Life
const state = (nodeId: string) => life.state.state.nodes[nodeId]
const callsSince = (mark: number): string[] => scene.engine.calls.slice(mark)

/** A Local chain that runs. */
beforeEach(async () => {
  scene = createScene()
  life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
})
/** With the miner at work. */
async function serving(): Promise<void> {
  scene.miner = MINER
  scene.giveKey = async () => {
    await scene.putKey()
    return true
  }
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
}

describe('what the user wants', () => {
  it('stop is kept, through engine restarts and new runs of the app', async () => {
    await life.nodes.stop('backend')
    await life.until('the stop', () => life.seen('backend') === 'stopped')
    life.kill()
    life = scene.start()
    await life.pass(8_000)
    expect(life.seen('backend')).toBe('stopped')
    expect(scene.rows.get('backend')).toMatchObject({ wanted: 'stopped', wantedBy: 'user' })
    await life.nodes.start('backend')
    await life.until('the start', () => life.seen('backend') === 'running')
  })
  it('what is down at the start of Hearth stays down when the user wants it so, what runs goes on, and a start by hand counts', async () => {
    life.kill()
    await scene.engine.stop(nameOf('backend'), 1)
    scene.startNodes = false
    life = scene.start()
    await life.pass(20_000)
    expect([life.seen('backend'), life.seen('pocket')]).toEqual(['stopped', 'running'])
    expect(scene.rows.get('backend')).toMatchObject({ wanted: 'stopped', wantedBy: 'hearth' })
    expect(scene.rows.get('pocket')).toMatchObject({ wanted: 'running' })
    await life.nodes.start('backend')
    await life.until('the start', () => life.seen('backend') === 'running')
    // Only the first look counts: what ends later is started as ever.
    await scene.engine.stop(nameOf('backend'), 1)
    await life.until('the start', () => life.seen('backend') === 'running')
  })
  it('an image that was taken away with its container is fetched again by its digest; one that cannot be had is said', async () => {
    const pin = scene.rows.get('backend')?.imagePin ?? ''
    expect(pin).toContain('@sha256:')
    await scene.engine.remove(nameOf('backend'))
    scene.engine.forget(anvil.image.reference)
    await life.pass(30_000)
    await life.until('the backend', () => life.seen('backend') === 'running')
    expect(await scene.engine.image(pin)).toBeDefined()

    await scene.engine.remove(nameOf('backend'))
    scene.engine.forget(anvil.image.reference)
    scene.engine.forget(anvil.image.reference, 'registry')
    await life.until('what is missing', () => state('backend')?.error?.code === 'image-unavailable')
    expect(life.seen('pocket')).toBe('running')
  })
  it('an image that does not run on this processor is said, and not fetched again and again', async () => {
    const refused = new HearthError('image-unavailable', { reason: 'exec format error' })
    await life.nodes.stop('backend')
    await life.until('the stop', () => life.seen('backend') === 'stopped')
    const mark = scene.engine.calls.length
    scene.engine.failNext('start', refused)
    await life.nodes.start('backend')
    await life.until('the word of it', () => state('backend')?.error?.detail['reason'] === 'exec format error')
    expect(callsSince(mark).filter((call) => call.startsWith('pull'))).toEqual([])
  })
  it('a wish survives a crash right after it', async () => {
    await life.nodes.stop('backend')
    life.kill()
    life = scene.start()
    await life.until('the stop', () => life.seen('backend') === 'stopped')
  })
  it('restart stops and starts, and is no crash', async () => {
    for (let times = 0; times < 6; times += 1) {
      const before = (await scene.engine.list()).find((container) => container.nodeId === 'backend')?.startedAtMs
      await life.nodes.restart('backend')
      await life.pass(1_000)
      await life.until('the restart', () => life.seen('backend') === 'running' && state('backend')?.startedAtMs !== before)
    }
    expect(state('backend')?.reason).toBeNull()
  })
  it.each(['start', 'stop', 'restart'] as const)('%s of a node that is not there is refused', async (verb) => {
    await expect(life.nodes[verb]('nothing')).rejects.toMatchObject({ code: 'node-unknown' })
  })
})

/** The backend ends by itself; the engine in memory starts it again after a real moment. */
async function crash(): Promise<void> {
  scene.engine.crash(nameOf('backend'), 9)
  await new Promise((resolve) => setTimeout(resolve, 10))
  await life.pass(3_000)
}

describe('what happens outside', () => {
  it('a container removed by hand is made again, on the same data', async () => {
    const before = state('pocket')?.startedAtMs
    scene.engine.removeByHand(nameOf('pocket'))
    const mark = scene.engine.calls.length
    await life.until('the node', () => life.seen('pocket') === 'running' && state('pocket')?.startedAtMs !== before)
    expect(callsSince(mark)).toContain(`create ${nameOf('pocket')}`)
    expect(callsSince(mark).some((call) => call.startsWith('removeVolume'))).toBe(false)
    expect(scene.pocketd.filter((line) => line.startsWith('init'))).toHaveLength(1)
  })
  it('a container stopped by hand is started again', async () => {
    scene.engine.stopByHand(nameOf('pocket'))
    await life.until('the node', () => life.seen('pocket') === 'running')
  })
  it('five crashes end in failing, with its last words; nothing is tried any more until the user asks', async () => {
    for (let times = 0; times < 5; times += 1) {
      await life.until('the backend to run', () => life.seen('backend') === 'running' || life.seen('backend') === 'starting')
      for (const line of ['a', 'b', `end ${times}`]) scene.engine.writeLog(nameOf('backend'), 'err', line)
      await crash()
    }
    await life.until('failing', () => life.seen('backend') === 'failing')
    expect(state('backend')).toMatchObject({ reason: { key: 'stops-trying' }, lastLines: ['a', 'b', 'end 4'] })
    const mark = scene.engine.calls.length
    await life.pass(20 * 60_000)
    expect(callsSince(mark).filter((call) => call.startsWith('start'))).toEqual([])
    await life.nodes.start('backend')
    await life.until('another try', () => life.seen('backend') === 'running')
    expect(state('backend')?.lastLines).toEqual([])
  })
  it('ended again and again for lack of memory, it says so, with the limit', async () => {
    for (let times = 0; times < 5; times += 1) {
      await life.until('the backend to run', () => scene.engine.stateOf(nameOf('backend')) === 'running')
      scene.engine.crash(nameOf('backend'), 137, { oomKilled: true })
      await new Promise((resolve) => setTimeout(resolve, 10))
      await life.pass(3_000)
    }
    await life.until('failing', () => life.seen('backend') === 'failing')
    expect(state('backend')?.reason).toEqual({ key: 'stops-trying', facts: { cause: 'memory', limitMb: '512' } })
  })
  it('an engine that is started anew again and again takes its containers with it, and that is no crash of theirs', async () => {
    for (let times = 0; times < 7; times += 1) {
      const isUp = (id: string): boolean => scene.engine.stateOf(nameOf(id)) === 'running' && life.seen(id) === 'running'
      await life.until('both', () => isUp('pocket') && isUp('backend'))
      // As Docker does it: the containers end, a moment later the engine is gone.
      scene.engine.crash(nameOf('pocket'), 143)
      scene.engine.crash(nameOf('backend'), 143)
      await life.pass(500)
      scene.engine.down = 'not-started'
      scene.engine.cutEvents()
      await life.until('the loss', () => life.seen('pocket') === 'unknown')
      await new Promise((resolve) => setTimeout(resolve, 10))
      scene.engine.down = undefined
    }
    await life.until('both', () => ['pocket', 'backend'].every((id) => life.seen(id) === 'running'))
    expect([state('pocket')?.reason, state('backend')?.reason]).toEqual([null, null])
  })
  it('an engine that answers and does not list its containers: what was known is not shown as the present', async () => {
    await life.until('the node', () => life.seen('pocket') === 'running')
    const list = scene.engine.list.bind(scene.engine)
    scene.engine.list = () => Promise.reject(new HearthError('engine-failed', { reason: 'HTTP 500' }))
    await life.until('the loss', () => life.seen('pocket') === 'unknown')
    expect(state('pocket')?.reason).toEqual({ key: 'engine-gone', facts: { engine: 'failed', last: 'running' } })
    expect(life.state.state.engine.kind).toBe('ready')
    scene.engine.list = list
    await life.until('the node', () => life.seen('pocket') === 'running')
  })
  it('paused by somebody else, it is left alone for as long as a copy takes, and then stopped and started', async () => {
    const before = (await scene.engine.list()).find((each) => each.nodeId === 'backend')?.startedAtMs
    const list = scene.engine.list.bind(scene.engine)
    let isPaused = true
    scene.engine.list = async () =>
      (await list()).map((each) =>
        isPaused && each.nodeId === 'backend' && each.startedAtMs === before ? { ...each, state: 'paused' } : each,
      )
    await life.pass(50_000)
    expect(scene.engine.calls).not.toContain(`stop ${nameOf('backend')}`)
    isPaused = false
    await life.pass(10_000)
    isPaused = true
    await life.pass(50_000)
    expect(scene.engine.calls, 'counted anew').not.toContain(`stop ${nameOf('backend')}`)
    await life.until('another life', () => scene.engine.calls.includes(`stop ${nameOf('backend')}`) && life.seen('backend') === 'running')
    expect((await list()).find((each) => each.nodeId === 'backend')?.startedAtMs).toBeGreaterThan(before ?? 0)
  })
  it('four crashes are survived', async () => {
    for (let times = 0; times < 4; times += 1) {
      await crash()
    }
    await life.until('the backend', () => life.seen('backend') === 'running')
  })
  it('without the engine nothing is known; when it is back all goes on', async () => {
    scene.engine.down = 'not-started'
    scene.engine.cutEvents()
    await life.until('the loss', () => life.seen('pocket') === 'unknown')
    expect(life.state.state.engine.kind).toBe('not-started')
    expect(state('pocket')?.reason).toEqual({ key: 'engine-gone', facts: { engine: 'not-started', last: 'running' } })
    // What is wanted is told all the same: it decides whether another engine may be chosen.
    await life.nodes.stop('pocket')
    await life.until('the wish', () => state('pocket')?.wanted === 'stopped')
    expect(state('pocket')).toMatchObject({ seen: 'unknown', reason: { key: 'engine-gone', facts: { last: 'running' } } })
    await life.nodes.start('pocket')
    scene.engine.down = undefined
    scene.engine.cutEvents()
    await life.until('the return', () => life.seen('pocket') === 'running')
    expect(life.state.state.engine.kind).toBe('ready')
  })
  it('one node that does not answer runs, and says so', async () => {
    scene.working.delete('backend')
    await life.until('the reason', () => state('backend')?.reason?.key === 'not-answering')
    expect(life.seen('backend')).toBe('running')
    scene.working.add('backend')
    await life.until('the answer', () => state('backend')?.reason === null)
  })
  it('a step that the engine refuses is told and tried again', async () => {
    const refusal = new HearthError('engine-failed', { reason: 'no' })
    scene.engine.failNext('start', refusal)
    scene.engine.stopByHand(nameOf('backend'))
    await life.until('the error', () => state('backend')?.error?.code === 'engine-failed')
    expect(life.seen('backend')).toBe('failing')
    await life.until('the cure', () => life.seen('backend') === 'running')
    expect(state('backend')?.error).toBeNull()
  })
  it('does not spin: an hour at rest asks the engine now and then', async () => {
    await life.pass(10_000)
    let lists = 0
    const list = scene.engine.list.bind(scene.engine)
    scene.engine.list = () => {
      lists += 1
      return list()
    }
    const mark = scene.engine.calls.length
    await life.pass(60_000)
    // The scene's own chain asks once a second.
    expect(lists).toBeLessThan(60 + 15 * 4)
    expect(callsSince(mark)).toEqual([])
  })
})

describe('ports', () => {
  it('a taken one is told with its number, the next free one is offered, and with it the node starts', async () => {
    await life.nodes.stop('backend')
    await life.until('the stop', () => life.seen('backend') === 'stopped')
    scene.engine.takePort(8545)
    for (const port of [8545, 8546]) scene.takenPorts.add(port)
    await life.nodes.start('backend')
    await life.until('the failure', () => life.seen('backend') === 'failing')
    expect(state('backend')?.error).toEqual({ code: 'port-taken', detail: { port: '8545' } })
    await expect(life.nodes.changePort('backend', 8545, 8546)).rejects.toMatchObject({ code: 'port-taken', detail: { port: '8546' } })
    const hostPort = await life.nodes.suggestPort('backend', 8545)
    expect(hostPort).toBe(8547)
    await life.nodes.changePort('backend', 8545, hostPort)
    await life.until('the start', () => life.seen('backend') === 'running')
    expect(state('backend')).toMatchObject({ error: null, ports: { '8545': 8547 } })
  })
  it('a suggestion never is a port of another node', async () => {
    const first = await life.nodes.suggestPort('backend', 8545)
    expect([...scene.rows.values()].flatMap((row) => Object.values(row.ports))).not.toContain(first)
  })
  it('a port that the node does not have is refused', async () => {
    await expect(life.nodes.suggestPort('backend', 1)).rejects.toMatchObject({ code: 'invalid-request' })
    await expect(life.nodes.changePort('keeper', 1, 2000)).rejects.toMatchObject({ code: 'invalid-request' })
  })
})

describe('the relay miner', () => {
  it('waits for a supplier, then for its key, then runs with the configuration in place', async () => {
    await life.nodes.start('miner')
    await life.until('the wait', () => state('miner')?.reason?.key === 'waits-for-supplier')
    expect(life.seen('miner')).toBe('starting')
    scene.miner = MINER
    life.nodes.wake()
    await life.until('the wait for the key', () => state('miner')?.reason?.key === 'needs-key')
    expect(scene.keysAsked).toBeGreaterThan(0)
    expect(scene.engine.calls.filter((call) => call === `start ${nameOf('miner')}`)).toEqual([])
    expect(await life.nodes.keeperTarget('operator-0first')).toMatchObject({
      container: nameOf('keeper'),
      engineEndpoint: 'unix:///fake.sock',
    })
    await scene.putKey()
    life.nodes.wake()
    await life.until('the miner', () => life.seen('miner') === 'running')
    expect(new TextDecoder().decode(await scene.engine.readFile(nameOf('miner'), MINER_PATHS.config))).toBe(MINER.yaml)
    expect(scene.engine.specOf(nameOf('miner'))?.command).toEqual(MINER.command)
    expect(state('miner')).toMatchObject({ height: expect.any(Number), reason: null })
    expect(life.nodes.relayUrl()).toBe(`http://127.0.0.1:${state('ingress')?.ports['8080']}`)
  })
  it('takes its key as soon as the vault gives it, without being asked again', async () => {
    await serving()
    expect(scene.keysAsked).toBe(1)
  })
  it('does not spin while it waits for the key', async () => {
    scene.miner = MINER
    await life.nodes.start('miner')
    await life.until('the wait for the key', () => state('miner')?.reason?.key === 'needs-key')
    await life.pass(5_000)
    const mark = scene.keysAsked
    await life.pass(60_000)
    expect(scene.keysAsked - mark).toBeLessThan(15)
    expect(scene.keysAsked - mark).toBeGreaterThan(5)
  })
  it('is stopped, made anew and started when its configuration changes', async () => {
    await serving()
    scene.miner = { ...MINER, yaml: 'suppliers: [anvil, eth]' }
    const mark = scene.engine.calls.length
    life.nodes.wake()
    await life.until('the new configuration', () => callsSince(mark).includes(`start ${nameOf('miner')}`))
    const own = callsSince(mark).filter((call) => call.includes(nameOf('miner')) && !call.startsWith('ensure'))
    expect(own.slice(0, 4)).toEqual([
      `stop ${nameOf('miner')}`,
      `create ${nameOf('miner')}`,
      `writeFile ${nameOf('miner')} ${MINER_PATHS.config}`,
      `start ${nameOf('miner')}`,
    ])
    await life.until('the miner', () => life.seen('miner') === 'running')
  })
  it('goes on with what it has while nothing can be rendered', async () => {
    await serving()
    scene.miner = undefined
    const mark = scene.engine.calls.length
    await life.pass(15_000)
    expect(life.seen('miner')).toBe('running')
    expect(callsSince(mark).filter((call) => /^(stop|create|start)/.test(call))).toEqual([])
  })
  it('after a restart of the PC waits for the key again and then goes on', async () => {
    await serving()
    scene.giveKey = () => Promise.resolve(false)
    // Both hold the memory that the key lies in; the engine starts neither by itself.
    for (const nodeId of ['miner', 'keeper']) scene.engine.stopByHand(nameOf(nodeId))
    await life.until('the wait for the key', () => state('miner')?.reason?.key === 'needs-key')
    expect(state('keeper')?.reason?.key).toBe('needs-key')
    await scene.putKey()
    life.nodes.wake()
    await life.until('the miner', () => life.seen('miner') === 'running')
  })
  it('keeps the key in memory while only the keeper ends', async () => {
    await serving()
    scene.engine.stopByHand(nameOf('keeper'))
    await life.until('the keeper', () => life.seen('keeper') === 'running')
    expect(scene.keysAsked).toBe(1)
    expect(life.seen('miner')).toBe('running')
  })
  it('takes the key out of memory when it is stopped', async () => {
    await serving()
    await life.nodes.stop('miner')
    await life.until('both stopped', () => life.seen('miner') === 'stopped' && life.seen('keeper') === 'stopped')
    expect(scene.rows.get('keeper')).toMatchObject({ wanted: 'stopped', wantedBy: 'hearth' })
    await life.nodes.start('miner')
    await life.until('the miner', () => life.seen('miner') === 'running')
    expect(scene.keysAsked).toBe(2)
  })
  it('a refused delivery of the key is told at the keeper', async () => {
    scene.miner = MINER
    scene.giveKey = () => Promise.reject(new HearthError('engine-failed', { reason: 'the command ended with 1' }))
    await life.nodes.start('miner')
    await life.until('the error', () => state('keeper')?.error?.code === 'engine-failed')
    scene.giveKey = async () => {
      await scene.putKey()
      return true
    }
    await life.until('the cure', () => life.seen('miner') === 'running')
    expect(state('keeper')?.error).toBeNull()
  })
})

describe('the faucet', () => {
  it('sends from inside the node', async () => {
    await life.nodes.faucet('pokt1you', 5_000_000n, new AbortController().signal)
    const sent = scene.engine.calls.find((call) => call.includes(' tx bank send '))
    expect(sent).toMatch(/^exec hearth-scene-pocket pocketd tx bank send faucet pokt1you 5000000upokt --chain-id hearth-local-1 /)
  })
  it('says what the chain says', async () => {
    const script = scene.engine.execScript
    scene.engine.execScript = (container, command, options) =>
      command[1] === 'tx'
        ? { exitCode: 0, stdout: '{"code":5,"raw_log":"insufficient funds"}', stderr: '' }
        : script(container, command, options)
    await expect(life.nodes.faucet('pokt1you', 1n, new AbortController().signal)).rejects.toMatchObject({
      code: 'tx-refused',
      detail: { log: 'insufficient funds' },
    })
  })
  it('needs a running node', async () => {
    await life.nodes.stop('pocket')
    await life.until('the stop', () => life.seen('pocket') === 'stopped')
    await expect(life.nodes.faucet('pokt1you', 1n, new AbortController().signal)).rejects.toMatchObject({ code: 'node-not-ready' })
  })
})
