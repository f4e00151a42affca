import { expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { isHeldChange } from '#main/core/nodes/held-change.ts'
import { createScene, nameOf } from './scene.ts'

const LANES = [{ stage: 'proof-due', proofOpen: 100, proofClose: 110 }] as unknown as AppState['clock']['lanes']
const MINER = { yaml: 'suppliers: [anvil]', command: ['relayminer', 'start'] }

const held = (
  miner: Partial<Parameters<typeof isHeldChange>[0]> = {},
  { height = 102, status = 'ready', reason = '' }: { height?: number; status?: string; reason?: string } = {},
): boolean =>
  isHeldChange(
    {
      seen: { state: 'running', specHash: 'a' } as never,
      spec: { specHash: 'b' } as never,
      restart: false,
      behind: undefined,
      lacksHost: false,
      leftHost: 'well',
      height,
      ...miner,
    },
    {
      chain: { status, height },
      clock: { lanes: LANES },
      nodes: reason === '' ? {} : { miner: { reason: { key: reason, facts: {} } } },
    } as never,
  )

it('a change waits in the first half of a proof window, and for nothing else', () => {
  expect([99, 100, 104, 105].map((height) => held({}, { height }))).toEqual([false, true, true, false])
  expect(held({ spec: { specHash: 'a' } as never })).toBe(false)
  expect(held({ seen: { state: 'exited', specHash: 'a' } as never })).toBe(false)
  expect(held({ restart: true })).toBe(false)
})

it('and not for a miner that hears nothing, nor one that drains for it already', () => {
  expect(held({ behind: 4 })).toBe(false)
  expect(held({ lacksHost: true })).toBe(false)
  expect(held({ leftHost: 'lost' })).toBe(false)
  expect([103, 102, 101, null].map((height) => held({ leftHost: 'silent', height }))).toEqual([true, true, false, false])
  expect(held({}, { status: 'unreachable' })).toBe(false)
  expect(held({}, { reason: 'draining' })).toBe(false)
})

it('the miner goes on with its configuration until then, and takes the new one afterwards', async () => {
  const scene = createScene()
  scene.miner = MINER
  scene.giveKey = async () => {
    await scene.putKey()
    return true
  }
  const life = scene.start()
  const taskId = life.nodes.startLocalChain()
  await life.until('the chain', () => life.state.state.tasks[taskId]?.status === 'done')
  await life.nodes.start('miner')
  await life.until('miner and ingress', () => life.seen('miner') === 'running' && life.seen('ingress') === 'running')
  const before = scene.engine.specOf(nameOf('miner'))?.specHash
  const { height } = life.state.state.chain
  const lanes = [{ stage: 'proof-due', proofOpen: height, proofClose: height + 80 }] as unknown as AppState['clock']['lanes']
  life.state.patch('clock', { lanes })
  scene.miner = { ...MINER, yaml: 'suppliers: [anvil, eth]' }
  await life.pass(30_000)
  expect(scene.refusing).toBe(false)
  expect(scene.engine.specOf(nameOf('miner'))?.specHash).toBe(before)
  await life.until('the new configuration', () => scene.engine.specOf(nameOf('miner'))?.specHash !== before, 60_000)
  expect(life.state.state.chain.height).toBeGreaterThanOrEqual(height + 40)
  await life.end()
})
