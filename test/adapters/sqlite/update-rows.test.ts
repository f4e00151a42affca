import { expect, test } from 'vitest'
import type { UpdateRow } from '#shared/model/update.ts'
import { openTestStore } from './open-test-store.ts'

const row = (id: string, fields: Partial<UpdateRow> = {}): UpdateRow => ({
  id,
  network: 'local',
  image: 'repo',
  reason: 'release',
  plan: null,
  fromReference: 'repo:1',
  fromVersion: '1',
  toReference: 'repo:2',
  toVersion: '2',
  fromPin: 'repo@sha256:a',
  toPin: null,
  digest: null,
  stage: 'planned',
  stageAtMs: 1,
  createdAtMs: 1,
  dueAtMs: 0,
  atOnce: false,
  stageHeight: 7,
  problem: null,
  ...fields,
})

test('updates are kept by network, newest first, and each is one row however often it is written', async () => {
  const store = await openTestStore()
  await store.putUpdate(row('a'))
  await store.putUpdate(row('b', { createdAtMs: 2, reason: 'upgrade', plan: { name: 'v0.1.99', height: 70 } }))
  await store.putUpdate(row('c', { network: 'practice', createdAtMs: 3 }))
  const failed = row('a', {
    stage: 'rolled-back',
    stageAtMs: 9,
    toPin: 'repo@sha256:b',
    problem: { key: 'no-blocks', facts: { height: '7' } },
  })
  await store.putUpdate(failed)
  expect((await store.updates('local')).map(({ id }) => id)).toEqual(['b', 'a'])
  expect((await store.updates('local'))[1]).toEqual(failed)
  await store.removeUpdates('local')
  expect(await store.updates('local')).toEqual([])
  expect(await store.updates('practice')).toHaveLength(1)
})

test('another image changes nothing else of a node: not what the user wants of it, not its ports', async () => {
  const store = await openTestStore()
  const node = {
    id: 'miner',
    network: 'local',
    wanted: 'stopped' as const,
    wantedBy: 'user' as const,
    imagePin: 'repo@sha256:a',
    ports: { '9090': 9_190 },
    updatedAtMs: 1,
  }
  await store.putNode(node)
  await store.putNode({ ...node, network: 'practice' })
  await store.pinNode('local', 'miner', 'repo@sha256:b', 5)
  await store.pinNode('local', 'nobody', 'repo@sha256:b', 5)
  expect(await store.nodes('local')).toEqual([{ ...node, imagePin: 'repo@sha256:b', updatedAtMs: 5 }])
  expect(await store.nodes('practice')).toEqual([{ ...node, network: 'practice' }])
})
