import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
import { BUNDLE_CATALOG, CATALOG } from '#shared/catalog/index.ts'
import type { LeftHost } from '#main/core/relays/miner-host.ts'
import { createScene, nameOf, type Life, type Scene } from './scene.ts'

const MINER = { yaml: 'suppliers: []', command: ['relayminer', 'start'] }
const URLS = { rpcUrl: 'https://rpc.example.org', grpcUrl: 'https://grpc.example.org:443' }

/** A machine on Mainnet whose miner has a host to ask. */
function onMainnet(): { scene: Scene; host: { urls: typeof URLS | undefined; left: LeftHost; isBack: boolean; looks: boolean[] } } {
  const scene = createScene()
  const host = { urls: URLS as typeof URLS | undefined, left: 'well' as LeftHost, isBack: false, looks: [] as boolean[] }
  scene.minerHost = {
    look: (hasBundle) => {
      host.looks.push(hasBundle)
      const { isBack } = host
      host.isBack = false
      return Promise.resolve(isBack)
    },
    urls: () => host.urls,
    left: () => host.left,
  }
  scene.giveKey = async () => {
    await scene.putKey()
    return true
  }
  return { scene, host }
}
const taskOf = (life: Life, kind: TaskState['kind']): TaskState | undefined =>
  Object.values(life.state.state.tasks).find((task) => task.kind === kind)
const ended = (life: Life, kind: TaskState['kind']): Promise<void> =>
  life.until(kind, () => (taskOf(life, kind)?.status ?? 'running') !== 'running')
const start = async (life: Life): Promise<void> => {
  life.nodes.startBundle()
  await ended(life, 'bundle-start')
}
const running = async (scene: Scene): Promise<string[]> =>
  (await scene.engine.list())
    .filter((container) => container.state === 'running')
    .map((container) => container.nodeId)
    .sort()

describe('what runs beside a chain of others', () => {
  it('is keeper, relay miner and ingress, which wait for nothing that is not there', () => {
    expect(BUNDLE_CATALOG.map((entry) => entry.nodeId).sort()).toEqual(['ingress', 'keeper', 'miner'])
    const ids = new Set(BUNDLE_CATALOG.map((entry) => entry.nodeId))
    for (const entry of BUNDLE_CATALOG) expect(entry.dependsOn.filter((id) => !ids.has(id))).toEqual([])
    expect(BUNDLE_CATALOG.find((entry) => entry.nodeId === 'miner')?.dependsOn).toEqual(['keeper'])
    // The Local chain's are as they were.
    expect(CATALOG.find((entry) => entry.nodeId === 'miner')?.dependsOn).toEqual(['pocket', 'backend', 'keeper'])
  })
})

describe('setting up the relay bundle', () => {
  it('walks the four steps, and the three run once the key and a configuration are there', async () => {
    const { scene } = onMainnet()
    scene.miner = MINER
    const life = scene.start()
    await start(life)
    expect(taskOf(life, 'bundle-start')).toMatchObject({ status: 'done', error: null })
    expect(taskOf(life, 'bundle-start')?.steps.map((step) => step.key)).toEqual(['engine', 'room', 'images', 'containers'])
    await life.until('the three', () => ['keeper', 'miner', 'ingress'].every((id) => life.seen(id) === 'running'))
    expect(await running(scene)).toEqual(['ingress', 'keeper', 'miner'])
    for (const row of scene.rows.values()) expect(row).toMatchObject({ network: 'mainnet', wanted: 'running', wantedBy: 'user' })
    expect(scene.engine.specOf(nameOf('miner'))?.image).toMatch(/@sha256:[0-9a-f]{64}$/)
    expect(life.nodes.endpoints()).toBeUndefined()
    expect(life.nodes.insideUrls()).toEqual(URLS)
    expect(scene.pocketd).toEqual([])
  })

  it('waits without a host, says so, and goes on with what it has where one goes away later', async () => {
    const { scene, host } = onMainnet()
    host.urls = undefined
    const life = scene.start()
    await start(life)
    await life.until('the wait', () => life.state.state.nodes['miner']?.reason?.key === 'waits-for-host')
    host.urls = URLS
    await life.until('the other wait', () => life.state.state.nodes['miner']?.reason?.key === 'waits-for-supplier')
    scene.miner = MINER
    life.nodes.wake()
    await life.until('the miner', () => life.seen('miner') === 'running')
    const before = (await scene.engine.list()).find((container) => container.nodeId === 'miner')
    host.urls = undefined
    scene.miner = undefined
    await life.pass(30_000)
    expect((await scene.engine.list()).find((container) => container.nodeId === 'miner')).toMatchObject({
      id: before?.id,
      startedAtMs: before?.startedAtMs,
      state: 'running',
    })
  })

  it('takes no port that a container of another network has, also while that stands still', async () => {
    const { scene } = onMainnet()
    const row = { wanted: 'stopped' as const, wantedBy: 'user' as const, imagePin: undefined, updatedAtMs: 0 }
    scene.rows.set('local ingress', { ...row, id: 'ingress', network: 'local', ports: { '8080': 8551 } })
    scene.rows.set('beta ingress', { ...row, id: 'ingress', network: 'beta', ports: { '8080': 8552 } })
    scene.rows.set('practised ingress', { ...row, id: 'ingress', network: 'practice', ports: { '8080': 8553 } })
    const life = scene.start()
    await start(life)
    expect(scene.rows.get('ingress')?.ports).toEqual({ '8080': 8553 })
  })

  it('cancelled while fetching, nothing runs; the next start goes on', async () => {
    const { scene } = onMainnet()
    const life = scene.start()
    scene.engine.pullMood = 'slow'
    life.nodes.startBundle()
    await life.until('the first layers', () => (taskOf(life, 'bundle-start')?.pulls[0]?.layers.length ?? 0) > 0)
    life.tasks.cancel(taskOf(life, 'bundle-start')?.id ?? '')
    await ended(life, 'bundle-start')
    expect(taskOf(life, 'bundle-start')?.status).toBe('cancelled')
    await life.pass(12_000)
    expect(await scene.engine.list()).toEqual([])
    expect([...scene.rows.values()].map((row) => row.wanted)).toEqual(['stopped', 'stopped', 'stopped'])
    scene.engine.pullMood = 'honest'
    await start(life)
    expect(taskOf(life, 'bundle-start')?.status).toBe('done')
  })

  it('is finished by the next run, wherever the app was killed', { timeout: 60_000 }, async () => {
    const whole = onMainnet().scene.start()
    await start(whole)
    const { points } = whole
    expect(points).toBeGreaterThan(30)
    for (let point = 1; point <= points; point += 1) {
      const { scene } = onMainnet()
      scene.miner = MINER
      const first = scene.start(point)
      first.nodes.startBundle()
      await first.until(`point ${point}`, () => first.points >= point)
      first.kill()
      const second = scene.start()
      await start(second)
      expect({ point, status: taskOf(second, 'bundle-start')?.status }).toEqual({ point, status: 'done' })
      await second.until(`the three after ${point}`, () => ['keeper', 'miner', 'ingress'].every((id) => second.seen(id) === 'running'))
      second.kill()
    }
  })

  it('a miner that was given up gets another try when its host is back, and after a while by itself', async () => {
    const { scene, host } = onMainnet()
    scene.miner = MINER
    const life = scene.start()
    scene.engine.onStart = (spec) => {
      if (spec.nodeId !== 'miner') return
      setTimeout(() => {
        if (scene.engine.specOf(spec.name)) scene.engine.crash(spec.name, 2)
      }, 3)
    }
    const isGivenUp = (): boolean => life.state.state.nodes['miner']?.reason?.key === 'stops-trying'
    await start(life)
    await life.until('the end of trying', isGivenUp)
    const tries = (): number => scene.engine.calls.filter((call) => call === `start ${nameOf('miner')}`).length
    const before = tries()
    await life.pass(60_000)
    expect(tries()).toBe(before)
    host.isBack = true
    await life.until('another try', () => tries() > before)
    await life.until('the end of trying again', isGivenUp)
    const again = tries()
    await life.pass(12_000)
    // The clock is set back meanwhile: that makes it no longer.
    await scene.clock.advance(-3 * 3_600_000)
    life.nodes.wake()
    await life.until('a try by itself', () => tries() > again, 15 * 60_000)
  })
})

it('a miner that does not hear the chain is not restarted while its host is away: it would not come back', async () => {
  const { scene, host } = onMainnet()
  scene.miner = MINER
  const life = scene.start()
  await start(life)
  await life.until('the miner', () => life.seen('miner') === 'running')
  const lifeOf = async (): Promise<number | undefined> => (await scene.engine.list()).find((each) => each.nodeId === 'miner')?.startedAtMs
  const before = await lifeOf()
  life.state.patch('chain', { status: 'ready', height: 5_000 })
  scene.chainHeight = 5_000
  scene.minerHeight = 10
  host.urls = undefined
  await life.pass(10 * 60_000)
  expect(life.state.state.nodes['miner']?.reason?.key).toBe('deaf')
  expect(await lifeOf()).toBe(before)
  host.urls = URLS
  await life.until('its restart', () => life.state.state.nodes['miner']?.startedAtMs !== before, 60_000)
})

it('a drain for another configuration is not taken back when that cannot be rendered for a moment', async () => {
  const { scene } = onMainnet()
  scene.miner = MINER
  const life = scene.start()
  await start(life)
  await life.until('the miner', () => life.seen('miner') === 'running')
  const before = life.state.state.nodes['miner']?.startedAtMs
  await life.pass(70_000)
  scene.miner = { ...MINER, yaml: 'suppliers: [another]' }
  life.nodes.wake()
  await life.until('the wait', () => taskOf(life, 'node-stop')?.steps[1]?.status === 'running')
  const { id } = taskOf(life, 'node-stop') ?? {}
  const newest = scene.miner
  scene.miner = undefined
  life.nodes.wake()
  await life.pass(5_000)
  scene.miner = newest
  expect(taskOf(life, 'node-stop')).toMatchObject({ id, status: 'running' })
  await life.until('the new one', () => life.state.state.nodes['miner']?.startedAtMs !== before && life.seen('miner') === 'running')
  expect(taskOf(life, 'node-stop')).toMatchObject({ id, status: 'done' })
})

it('moved to another host in the first half of a proof window, the miner waits for the second, and not where the host that it asks is gone', async () => {
  const lanes = [{ stage: 'proof-due', proofOpen: 100, proofClose: 200 }] as unknown as AppState['clock']['lanes']
  for (const left of ['well', 'silent', 'lost'] as const) {
    const { scene, host } = onMainnet()
    scene.miner = MINER
    scene.chainHeight = 110
    scene.minerHeight = 110
    const life = scene.start()
    await start(life)
    await life.until('the miner', () => life.seen('miner') === 'running')
    life.state.patch('clock', { lanes })
    const before = scene.engine.specOf(nameOf('miner'))?.specHash
    const isMoved = (): boolean => scene.engine.specOf(nameOf('miner'))?.specHash !== before
    scene.miner = { ...MINER, yaml: 'pocket_node: another' }
    host.left = left
    if (left === 'lost') {
      await life.until('the other host', isMoved, 60_000)
    } else {
      await life.pass(60_000)
      expect([left, isMoved(), scene.refusing]).toEqual([left, false, false])
      // Blocks reach the chain's other hosts, and not the miner.
      scene.chainHeight = 111
      if (left === 'silent') await life.until('the other host, when the miner hears no more', isMoved, 60_000)
      else await life.pass(20_000)
      expect([left, isMoved()]).toEqual([left, left === 'silent'])
    }
    await life.end()
  }
})

describe('removing the relay bundle', () => {
  it('takes its containers and volumes and its rows; what else runs here stays, with its network', async () => {
    const { scene } = onMainnet()
    scene.miner = MINER
    const life = scene.start()
    await start(life)
    await life.until('the miner', () => life.seen('miner') === 'running')
    scene.chains.set('mainnet', {
      network: 'mainnet',
      chainId: 'pocket',
      block1Hash: 'AA',
      genesisTime: undefined,
      createdAtMs: 1,
      facts: {},
    })
    const spec = scene.engine.specOf(nameOf('ingress'))
    if (!spec) throw new Error('no ingress')
    await scene.engine.create({
      ...spec,
      name: nameOf('x-backend'),
      nodeId: 'x-backend',
      ports: [],
      networks: [{ name: `${nameOf('backend')}-net`, aliases: [] }],
    })
    await scene.engine.start(nameOf('x-backend'))
    await life.nodes.removeBundle()
    await ended(life, 'bundle-remove')
    expect(taskOf(life, 'bundle-remove')).toMatchObject({ status: 'done', error: null, cancellable: false })
    expect((await scene.engine.list()).map((container) => container.nodeId)).toEqual(['x-backend'])
    const removed = scene.engine.calls.filter((call) => /^remove(Volume|Network) /.test(call))
    expect(removed).toContain(`removeVolume ${nameOf('miner')}`)
    expect(removed).toContain(`removeNetwork ${nameOf('front')}-net`)
    expect(removed).not.toContain(`removeNetwork ${nameOf('backend')}-net`)
    expect(scene.rows.size).toBe(0)
    expect(scene.chains.get('mainnet')).toBeDefined()
    await life.pass(6_000)
    expect(life.state.state.nodes).toEqual({})
    await expect(life.nodes.removeBundle()).rejects.toMatchObject({ code: 'bundle-absent' })
  })

  it('asks once more what would be lost when no relay comes in any more; refused, nothing is touched and relays come in again', async () => {
    const { scene } = onMainnet()
    scene.miner = MINER
    const life = scene.start()
    await start(life)
    await life.until('the three', () => ['keeper', 'miner', 'ingress'].every((id) => life.seen(id) === 'running'))
    const rows = structuredClone([...scene.rows.values()])
    const asked: { refusing: boolean; served: bigint | undefined }[] = []
    const look = async (): Promise<void> => void asked.push({ refusing: scene.refusing, served: await life.nodes.servedNow() })
    // A relay that was taken before the ingress refused is answered a moment later.
    void scene.clock.sleep(1_000).then(() => (scene.served = 1))
    await life.nodes.removeBundle(async () => {
      await look()
      throw new HearthError('work-unsent', { sessions: '1' })
    })
    await ended(life, 'bundle-remove')
    expect(taskOf(life, 'bundle-remove')).toMatchObject({ status: 'failed', error: { code: 'work-unsent', detail: { sessions: '1' } } })
    expect(asked).toEqual([{ refusing: true, served: 1n }])
    expect(scene.refusing).toBe(false)
    expect([...scene.rows.values()]).toEqual(rows)
    expect(await running(scene)).toEqual(['ingress', 'keeper', 'miner'])
    expect(scene.engine.calls.filter((call) => call.startsWith('remove'))).toEqual([])

    await life.nodes.removeBundle(look)
    await ended(life, 'bundle-remove')
    expect(taskOf(life, 'bundle-remove')?.status).toBe('done')
    expect(asked[1]?.refusing).toBe(true)
    expect(await scene.engine.list()).toEqual([])
  })

  it('asks without an ingress too, and nothing is removed where it may not', async () => {
    const { scene } = onMainnet()
    const life = scene.start()
    await start(life)
    await life.nodes.removeBundle(() => Promise.reject(new HearthError('claims-open', { claims: '1', upokt: '5' })))
    await ended(life, 'bundle-remove')
    expect(taskOf(life, 'bundle-remove')).toMatchObject({ status: 'failed', error: { code: 'claims-open' } })
    expect(scene.rows.size).toBe(3)
    expect(scene.refusing).toBe(false)
  })

  it('can be done again when the engine failed in the middle', async () => {
    const { scene } = onMainnet()
    const life = scene.start()
    await start(life)
    scene.engine.failNext('removeVolume', new HearthError('engine-failed', { reason: 'busy' }))
    await life.nodes.removeBundle()
    await ended(life, 'bundle-remove')
    expect(taskOf(life, 'bundle-remove')).toMatchObject({ status: 'failed', error: { code: 'engine-failed' } })
    await life.nodes.removeBundle()
    await ended(life, 'bundle-remove')
    expect(taskOf(life, 'bundle-remove')?.status).toBe('done')
    expect(scene.rows.size).toBe(0)
  })

  it('without one, that is what is told of its nodes; of others that they are unknown', async () => {
    const { scene } = onMainnet()
    const life = scene.start()
    await expect(life.nodes.start('miner')).rejects.toMatchObject({ code: 'bundle-absent' })
    await expect(life.nodes.suggestPort('ingress', 8080)).rejects.toMatchObject({ code: 'bundle-absent' })
    await expect(life.nodes.stop('pocket')).rejects.toMatchObject({ code: 'node-unknown' })
    const local = createScene().start()
    await expect(local.nodes.start('miner')).rejects.toMatchObject({ code: 'node-unknown' })
  })
})
