import { describe, expect, test } from 'vitest'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { createImageFetch } from '#main/core/updates/image-fetch.ts'
import type { UpdateRow } from '#shared/model/update.ts'
import { isOpen, isSwapping } from '#shared/model/update.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { IMAGE, INGRESS, INGRESS_IMAGE, NEW, digest, makeWorld, offerNew } from './updates-world.ts'

type World = Awaited<ReturnType<typeof makeWorld>>

/** From now on the store takes its time over rows: what is asked for meanwhile is asked for at the same moment. */
function slowStore({ store }: World): { release: () => void; waiting: () => number } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const putUpdate = store.putUpdate.bind(store)
  let waiting = 0
  store.putUpdate = async (row) => {
    waiting += 1
    await promise
    waiting -= 1
    await putUpdate(row)
  }
  return { release: resolve, waiting: () => waiting }
}

describe('what is decided at the same moment', () => {
  test('an update is begun once, by the user and by itself at once', async () => {
    const here = await makeWorld()
    await offerNew(here)
    const slow = slowStore(here)
    const asked = here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await here.until('it is being written', () => slow.waiting() === 1)
    await here.settings.set({ updatesAuto: 'all', updatesDelayDays: 0, updatesHour: 14 })
    const second = here.handlers['updates.start']({ image: IMAGE, when: 'now' }).catch((error: unknown) => error)
    const from = here.world.now
    for (let looks = 0; looks < 20; looks += 1) await new Promise((resolve) => setImmediate(resolve))
    slow.release()
    await asked
    expect(await second).toMatchObject({ code: 'update-blocked', detail: { problem: 'busy' } })
    await here.until('some looks', () => here.world.now > from + 60_000)
    expect(here.rows()).toHaveLength(1)
  })

  test('what the user skips is not begun by the look that was under way, and what is begun is not skipped', async () => {
    const here = await makeWorld()
    here.world.verdict = 'cannot-tell'
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await here.until('it waits', () => here.updates.book.waits(id) === 'quiet')
    const slow = slowStore(here)
    const skipped = here.handlers['updates.skip']({ image: IMAGE, skipped: true })
    await here.until('it is being written', () => slow.waiting() === 1)
    here.world.verdict = 'nothing-to-lose'
    here.state.patch('clock', { verdict: 'nothing-to-lose' })
    for (let looks = 0; looks < 20; looks += 1) await new Promise((resolve) => setImmediate(resolve))
    slow.release()
    await skipped
    const at = here.world.now
    await here.until('some looks', () => here.world.now > at + 60_000)
    expect([here.rows()[0]?.stage, here.world.pinned]).toEqual(['skipped', []])
    expect((await here.store.updates('local')).find((row) => row.id === id)?.stage).toBe('skipped')
  })

  test('of two that are ready at once one waits until the other is over', async () => {
    const here = await makeWorld({ ingress: true })
    here.world.verdict = 'cannot-tell'
    await offerNew(here)
    here.world.digests[INGRESS] = digest('b')
    await here.handlers['updates.check']({})
    for (const image of [IMAGE, INGRESS_IMAGE]) await here.handlers['updates.start']({ image, when: 'quiet' })
    await here.until('both wait', () => here.rows().filter((row) => here.updates.book.waits(row.id) === 'quiet').length === 2)
    const together: number[] = []
    here.world.verdict = 'nothing-to-lose'
    await here.until('both are done', () => {
      together.push(here.rows().filter(isSwapping).length)
      return here.rows().every((row) => row.stage === 'done')
    })
    expect(Math.max(...together)).toBe(1)
  })

  test('a failed one is not taken up again beside another of its image', async () => {
    const here = await makeWorld()
    here.world.verdict = 'cannot-tell'
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await here.until('it waits', () => here.updates.book.waits(id) === 'quiet')
    await here.updates.book.change(id, (row) => ({ ...row, stage: 'failed' }))
    await here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await expect(here.handlers['updates.retry']({ id })).rejects.toMatchObject({ code: 'update-blocked' })
    expect(here.rows().filter(isOpen)).toHaveLength(1)
  })

  test('an image whose fetching could not begin, since one of the network before still ends, is fetched at a later look', async () => {
    const here = await makeWorld()
    const tasks = createTasks(here.state, { now: () => here.world.now, sleep: () => Promise.resolve() }, createTestLog())
    const before = Promise.withResolvers<void>()
    tasks.start('image-fetch', ['images'], () => before.promise)
    const pulled: string[] = []
    const fetching = createImageFetch({
      engine: {
        image: () => Promise.resolve(undefined),
        pull: (reference: string) => Promise.resolve((pulled.push(reference), { imageId: 'id', digest: digest('b'), sizeBytes: 1 })),
      } as unknown as Parameters<typeof createImageFetch>[0]['engine'],
      tasks,
      clock: { now: () => here.world.now, sleep: () => Promise.resolve() },
      imageOverrides: {},
    })
    const row = { id: 'x', toReference: `${IMAGE}:1`, toVersion: '1', digest: digest('b') } as UpdateRow
    const fetch = (): Promise<void> =>
      fetching.fetch(
        row,
        () => Promise.resolve(),
        () => Promise.resolve(),
      )
    await fetch()
    await fetching.stop()
    expect(pulled).toEqual([])
    before.resolve()
    await tasks.settled()
    await fetch()
    await fetching.stop()
    expect(pulled).toEqual([NEW])
  })
})
