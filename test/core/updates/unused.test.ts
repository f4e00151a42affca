import { expect, test } from 'vitest'
import type { SeenContainer } from '#main/core/ports/engine.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { neededElsewhere, unusedImages } from '#main/core/updates/unused.ts'
import type { UpdateRow } from '#shared/model/update.ts'

const DAY = 86_400_000
const NOW = 100 * DAY
const row = (from: string, to: string, stage: UpdateRow['stage'], daysAgo: number): UpdateRow =>
  ({ fromPin: from, fromVersion: `v-${from}`, toPin: to, toVersion: `v-${to}`, stage, stageAtMs: NOW - daysAgo * DAY }) as UpdateRow

/** @param containers what each is made of, as the engine says it @returns pins */
async function unused(rows: UpdateRow[], containers: string[], gone: string[] = [], elsewhere: string[] = []): Promise<string[]> {
  const found = await unusedImages(
    {
      image: (pin) => Promise.resolve(gone.includes(pin) ? undefined : { imageId: `id-${pin}`, digest: undefined, sizeBytes: 7 }),
      removeImage: () => Promise.resolve(true),
      list: () => Promise.resolve(containers.map((image) => ({ image }) as SeenContainer)),
    },
    { rows: () => rows, running: () => [{ image: 'i', reference: 'r', version: 'v', pin: 'runs' }] },
    NOW,
    elsewhere,
  )
  for (const each of found) expect([each.version, each.sizeBytes]).toEqual([`v-${each.pin}`, 7])
  return found.map((each) => each.pin)
}

test('an image that nobody can go back to is unused once its week is over', async () => {
  expect(await unused([row('old', 'runs', 'done', 8)], [])).toEqual(['old'])
  expect(await unused([row('old', 'runs', 'done', 7)], [])).toEqual([])
  expect(await unused([row('old', 'runs', 'done', 8)], [], ['old'])).toEqual([])
})

test.each(['id-old', 'old'])('one that a container still is made of is not, known to the engine as %s', async (image) => {
  expect(await unused([row('old', 'runs', 'done', 8)], ['id-runs', image])).toEqual([])
  expect(await unused([row('old', 'runs', 'done', 8)], ['id-runs', 'runs'])).toEqual(['old'])
})

test('neither are both ends of an update that is under way', async () => {
  expect(await unused([row('one', 'two', 'swap-node', 30)], [])).toEqual([])
  expect(await unused([row('one', 'two', 'rolled-back', 30)], [])).toEqual(['two', 'one'])
})

test('nor what another network runs, fetched ahead or may go back to: the engine holds it for both', async () => {
  const nodes: Record<string, string> = { mainnet: 'mainnet-runs', beta: 'never-updated', local: 'local-runs' }
  const rows: Record<string, UpdateRow[]> = {
    mainnet: [row('mainnet-runs', 'ahead', 'fetched', 0)],
    beta: [row('back', 'beta-new', 'done', 3), row('older', 'back', 'done', 30)],
    local: [row('mine', 'mine-too', 'fetched', 0)],
  }
  const needed = await neededElsewhere(
    {
      nodes: (network) => Promise.resolve(nodes[network] === undefined ? [] : [{ imagePin: nodes[network] } as NodeRow, {} as NodeRow]),
      updates: (network) => Promise.resolve(rows[network] ?? []),
    },
    'local',
    NOW,
  )
  expect(new Set(needed)).toEqual(new Set(['mainnet-runs', 'never-updated', 'ahead', 'back']))
  const rolledBack = [row('runs', 'ahead', 'rolled-back', 30), row('older', 'runs', 'done', 30)]
  expect(await unused(rolledBack, [], [], needed)).toEqual(['older'])
  expect(await unused(rolledBack, [])).toEqual(['ahead', 'older'])
})
