import { beforeEach, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { ServingKey } from '#main/core/keys/serving-keys.ts'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import { servingKey, servingNow } from '#test/fakes/serving-keys.ts'
import { createScene, nameOf, type Life, type Scene } from './scene.ts'

const [FIRST, SECOND] = ['pokt1oooofirst', 'pokt1oosecond0'] as const
const NAMES = { first: 'operator-ooofirst', second: 'operator-osecond0' }

let scene: Scene
let life: Life
const state = (nodeId: string) => life.state.state.nodes[nodeId]
const since = (mark: number): string[] => scene.engine.calls.slice(mark)
const minerFile = async (): Promise<string> => new TextDecoder().decode(await scene.engine.readFile(nameOf('miner'), MINER_PATHS.config))
const giveAll = async (missing: readonly ServingKey[]): Promise<boolean> => {
  for (const { name } of missing) await scene.putKey(name)
  return true
}

/** A Local chain that runs, and a miner whose configuration names its keys. */
beforeEach(async () => {
  scene = createScene()
  scene.namesKeys = true
  scene.miner = { yaml: 'keys:', command: ['relayminer', 'start'] }
  scene.serving = servingNow(FIRST, SECOND)
  life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
})

it('both keys are given at once, and the miner is made once, with both', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  expect(scene.keysAsked).toBe(1)
  expect(await minerFile()).toBe(`keys: ${NAMES.first} ${NAMES.second}`)
  expect(scene.engine.calls.filter((call) => call === `create ${nameOf('miner')}`)).toHaveLength(1)
  const looks = scene.keyLooks
  await life.pass(30_000)
  expect(scene.keyLooks, 'no look while nothing changes').toBe(looks)
})

it('with one that cannot be given the miner serves with the other, and takes the second by one drained restart', async () => {
  let isLocked = true
  scene.giveKey = async (missing) => {
    await scene.putKey(NAMES.first)
    if (isLocked) throw new HearthError('engine-failed', { reason: 'not the second' })
    return giveAll(missing)
  }
  await life.nodes.start('miner')
  await life.until('miner and ingress', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
  expect(await minerFile()).toBe(`keys: ${NAMES.first}`)
  const mark = scene.engine.calls.length
  await life.pass(20_000)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([])
  expect(state('keeper')?.error?.code).toBe('engine-failed')
  isLocked = false
  await life.until('the refusal', () => scene.refusing)
  expect(scene.engine.stateOf(nameOf('miner'))).toBe('running')
  await life.until(
    'the new configuration',
    () => since(mark).includes(`start ${nameOf('miner')}`) && life.seen('miner') === 'running',
    60_000,
  )
  expect(await minerFile()).toBe(`keys: ${NAMES.first} ${NAMES.second}`)
  expect(since(mark).filter((call) => call === `stop ${nameOf('miner')}`)).toHaveLength(1)
  await life.pass(20_000)
  expect(since(mark).filter((call) => call === `stop ${nameOf('miner')}`)).toHaveLength(1)
})

it('a supplier that comes later: its key first, then the restart; the miner runs on for as long as the vault stays locked', async () => {
  scene.serving = servingNow(FIRST)
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('miner and ingress', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
  const mark = scene.engine.calls.length
  scene.giveKey = () => Promise.resolve(false)
  scene.serving = servingNow(FIRST, SECOND)
  await life.pass(60_000)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([])
  expect(life.seen('miner')).toBe('running')
  expect(state('keeper')).toMatchObject({ seen: 'running', reason: null })
  scene.giveKey = giveAll
  await life.until('the new configuration', () => since(mark).includes(`create ${nameOf('miner')}`), 60_000)
  await life.until('the miner', () => life.seen('miner') === 'running')
  expect(await minerFile()).toBe(`keys: ${NAMES.first} ${NAMES.second}`)
})

it('a supplier that is over drops out by one drained restart', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('miner and ingress', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
  const mark = scene.engine.calls.length
  scene.serving = servingNow(SECOND)
  await life.until('the refusal', () => scene.refusing)
  await life.until('the restart', () => since(mark).includes(`start ${nameOf('miner')}`) && life.seen('miner') === 'running', 60_000)
  expect(await minerFile()).toBe(`keys: ${NAMES.second}`)
  expect(scene.keysAsked).toBe(1)
})

it('after a restart of the PC with a locked vault both wait, and both are there at once', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  scene.giveKey = () => Promise.resolve(false)
  for (const nodeId of ['miner', 'keeper']) scene.engine.stopByHand(nameOf(nodeId))
  await life.until('the wait for the keys', () => state('miner')?.reason?.key === 'needs-key')
  const mark = scene.engine.calls.length
  await life.pass(30_000)
  expect(since(mark).filter((call) => call === `start ${nameOf('miner')}`)).toEqual([])
  scene.giveKey = giveAll
  await life.until('the miner', () => life.seen('miner') === 'running')
  expect(await minerFile()).toBe(`keys: ${NAMES.first} ${NAMES.second}`)
  expect(since(mark).filter((call) => call === `start ${nameOf('miner')}`)).toHaveLength(1)
})

it('a keeper that ends alone keeps both in the memory that the miner still holds, and changes nothing of it', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  const mark = scene.engine.calls.length
  scene.engine.stopByHand(nameOf('keeper'))
  await life.until('the keeper', () => since(mark).includes(`start ${nameOf('keeper')}`) && life.seen('keeper') === 'running')
  await life.pass(10_000)
  expect(scene.keysAsked).toBe(1)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([`start ${nameOf('keeper')}`])
})

it('a keeper that comes back with one key alone changes nothing of the miner that runs with both', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  const mark = scene.engine.calls.length
  scene.giveKey = () => Promise.reject(new HearthError('engine-failed', { reason: 'not now' }))
  scene.lostKeys.add(NAMES.second)
  scene.engine.stopByHand(nameOf('keeper'))
  await life.until('the keeper', () => since(mark).includes(`start ${nameOf('keeper')}`) && scene.keysAsked > 1)
  await life.pass(30_000)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([`start ${nameOf('keeper')}`])
  expect(scene.configured).toEqual([NAMES.first, NAMES.second])
})

it('one that was fenced since signs on from the keeper, says so, and is not given anew', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  const mark = scene.engine.calls.length
  scene.serving = { keys: [servingKey(FIRST), { ...servingKey(SECOND), fenced: 'new-here' }], isKnown: true }
  await life.pass(30_000)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([])
  expect(state('keeper')?.signsOn).toEqual([SECOND])
  expect(scene.keysAsked).toBe(1)
  scene.serving = servingNow(FIRST, SECOND)
  await life.until('its free key', () => state('keeper')?.signsOn === undefined)
})

it('what a supplier that has left owes changes nothing of a miner that runs, and starts one that is down', async () => {
  scene.serving = servingNow(FIRST)
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  const mark = scene.engine.calls.length
  scene.miner = { yaml: 'owed:', command: ['relayminer', 'start'], onlyOwed: true }
  await life.pass(30_000)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([])
  scene.engine.stopByHand(nameOf('miner'))
  await life.until('the miner', () => since(mark).includes(`start ${nameOf('miner')}`) && life.seen('miner') === 'running')
  expect(await minerFile()).toBe(`owed: ${NAMES.first}`)
})

it('a vault that cannot be read for a while changes nothing of the miner that runs', async () => {
  scene.giveKey = giveAll
  await life.nodes.start('miner')
  await life.until('the miner', () => life.seen('miner') === 'running')
  const mark = scene.engine.calls.length
  scene.serving = servingNow()
  scene.miner = undefined
  await life.pass(30_000)
  scene.serving = servingNow(FIRST, SECOND)
  scene.miner = { yaml: 'keys:', command: ['relayminer', 'start'] }
  await life.pass(30_000)
  expect(since(mark).filter((call) => /^(stop|create|start) /.test(call))).toEqual([])
  expect(scene.keysAsked).toBe(1)
})
