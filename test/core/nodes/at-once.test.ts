import { expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import type { CatalogueNodes } from '#main/core/nodes/catalogue-nodes.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import { createScene, nameOf } from './scene.ts'

const NO_CATALOGUE: CatalogueNodes = {
  entries: () => [],
  look: () => Promise.reject(new Error('there is none')),
  nodeOf: () => undefined,
  url: () => undefined,
  leave: () => Promise.resolve(),
  forget: () => Promise.resolve(),
}

it('containers that wait for nobody are made and started together, not one after the other', async () => {
  const scene = createScene()
  let life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
  life.kill()
  for (const nodeId of ['pocket', 'backend']) await scene.engine.stop(nameOf(nodeId), 1)
  const start = scene.engine.start.bind(scene.engine)
  const under = new Set<string>()
  let most = 0
  scene.engine.start = async (name) => {
    under.add(name)
    most = Math.max(most, under.size)
    // As long as an engine takes: others may begin meanwhile.
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await start(name)
    under.delete(name)
  }
  life = scene.start()
  await life.until('both', () => life.seen('pocket') === 'running' && life.seen('backend') === 'running')
  expect(most).toBeGreaterThanOrEqual(2)
  await life.end()
})

it('nodes are asked whether they work at once: those that do not answer take their time together', async () => {
  const scene = createScene()
  scene.miner = { yaml: 'suppliers: [anvil]', command: ['relayminer', 'start', '--config', MINER_PATHS.config] }
  scene.giveKey = async () => {
    await scene.putKey()
    return true
  }
  let under = 0
  let most = 0
  scene.catalogue = ({ net }) => {
    const post = net.post.bind(net)
    net.post = async (...given) => {
      under += 1
      most = Math.max(most, under)
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      return post(...given).finally(() => (under -= 1))
    }
    return NO_CATALOGUE
  }
  const life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
  await life.nodes.start('miner')
  await life.until('miner and ingress', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
  // Backend, miner and ingress.
  expect(most).toBe(3)
  await life.end()
})

/** A node that the user started from the signed catalogue, and that takes three minutes to end. */
async function slowScene() {
  const scene = createScene()
  const slow: CatalogEntry = { ...anvil, id: 'own-slow', nodeId: 'own-slow', ports: [], stopGraceSeconds: 180, serves: [] }
  slow.program = { command: ['run'] }
  scene.catalogue = () => ({ ...NO_CATALOGUE, entries: () => [slow], look: () => Promise.resolve({ ready: true, height: 1 }) })
  const stopped = Promise.withResolvers<void>()
  const stop = scene.engine.stop.bind(scene.engine)
  const stops: string[] = []
  scene.engine.stop = async (name, grace) => {
    stops.push(name)
    if (name === nameOf('own-slow')) await stopped.promise
    return stop(name, grace)
  }
  const life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
  const like = scene.rows.get('backend')
  if (!like) throw new Error('no backend')
  scene.rows.set('own-slow', { ...like, id: 'own-slow', ports: {} })
  await life.until('the slow one', () => life.seen('own-slow') === 'running')
  const slowStops = (): number => stops.filter((name) => name === nameOf('own-slow')).length
  return { scene, life, end: () => stopped.resolve(), slowStops }
}

it('while a container takes minutes to end, the others are looked after', async () => {
  const { scene, life, end, slowStops } = await slowScene()
  await life.nodes.stop('own-slow')
  await life.until('its stop', () => life.seen('own-slow') === 'stopping' && slowStops() === 1)
  scene.engine.stopByHand(nameOf('pocket'))
  await life.until('the node again', () => scene.engine.stateOf(nameOf('pocket')) === 'running' && life.seen('pocket') === 'running')
  await life.pass(20_000)
  expect([slowStops(), life.seen('own-slow')]).toEqual([1, 'stopping'])
  end()
  await life.until('the stop', () => life.seen('own-slow') === 'stopped')
  expect(slowStops()).toBe(1)
  await life.end()
})

it('a restart of it stops it once, starts it once it is down, and is no crash', async () => {
  const { scene, life, end, slowStops } = await slowScene()
  const mark = scene.engine.calls.length
  await life.nodes.restart('own-slow')
  await life.until('its stop', () => slowStops() === 1)
  await life.pass(20_000)
  expect(scene.engine.calls.slice(mark)).not.toContain(`start ${nameOf('own-slow')}`)
  end()
  await life.until('the start', () => scene.engine.calls.slice(mark).includes(`start ${nameOf('own-slow')}`))
  await life.pass(20_000)
  expect([slowStops(), life.seen('own-slow')]).toEqual([1, 'running'])
  await life.end()
})

it('a stop that fails is told and tried again', async () => {
  const { scene, life, end, slowStops } = await slowScene()
  scene.engine.failNext('stop', new HearthError('engine-failed', { reason: 'no' }))
  end()
  await life.nodes.stop('own-slow')
  await life.until('what went wrong', () => life.state.state.nodes['own-slow']?.error?.detail['reason'] === 'no')
  await life.until('the stop', () => life.seen('own-slow') === 'stopped')
  expect(slowStops()).toBe(2)
  await life.end()
})
