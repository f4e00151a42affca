import { expect, it } from 'vitest'
import { createScene, nameOf } from './scene.ts'

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
