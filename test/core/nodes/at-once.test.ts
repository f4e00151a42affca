import { expect, it } from 'vitest'
import { MINER_PATHS } from '#main/core/relays/miner-config.ts'
import type { CatalogueNodes } from '#main/core/nodes/catalogue-nodes.ts'
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
