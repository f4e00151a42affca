import { describe, expect, test } from 'vitest'
import { POCKETD_IMAGE } from '#shared/catalog/images.ts'
import { DAY, HOUR, IMAGE, INGRESS, INGRESS_IMAGE, digest, makeWorld, offerNew } from './updates-world.ts'

const NEXT_REFERENCE = `${IMAGE}:0.1.99`
type World = Awaited<ReturnType<typeof makeWorld>>

/** Takes what is offered for this image at once. @returns its row's id when it is done */
async function takeNow(here: World, image: string): Promise<string> {
  await here.handlers['updates.check']({})
  const { id } = await here.handlers['updates.start']({ image, when: 'now' })
  await here.until(`${image} is done`, () => here.rows().some((row) => row.id === id && row.stage === 'done'))
  return id
}

/** The chain comes to an upgrade and its node is changed there, well or not. */
async function upgradeChain(here: World, stage: 'done' | 'failed'): Promise<string> {
  const height = here.world.height + 30
  here.world.plan = { name: 'v0.1.99', height }
  await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
  await here.until('the height', () => here.world.height >= height - 1)
  here.world.stands = true
  here.world.logs = [`ERR UPGRADE "v0.1.99" NEEDED at height: ${height}: module=x/upgrade`]
  await here.until('the node', () => here.rows().some((row) => row.reason === 'upgrade' && row.stage !== 'fetched'))
  here.world.stands = false
  await here.until(stage, () => here.rows().some((row) => row.reason === 'upgrade' && row.stage === stage))
  if (stage === 'done') Object.assign(here.world, { logs: [], plan: undefined })
  return here.rows().find((row) => row.reason === 'upgrade')?.id ?? ''
}

describe('a way back', () => {
  test('is closed by a later upgrade of the same software, not for other images and not for what came after it', async () => {
    const here = await makeWorld({ ingress: true })
    here.world.digests[INGRESS] = digest('b')
    const other = await takeNow(here, INGRESS_IMAGE)
    here.world.digests[POCKETD_IMAGE.reference] = digest('b')
    const before = await takeNow(here, IMAGE)
    await upgradeChain(here, 'done')
    await expect(here.handlers['updates.undo']({ id: before })).rejects.toMatchObject({
      code: 'update-no-way-back',
      detail: { problem: 'migrated' },
    })
    here.world.digests[NEXT_REFERENCE] = digest('d')
    const after = await takeNow(here, IMAGE)
    const { history } = await here.handlers['updates.list']({})
    const ways = Object.fromEntries(history.map((row) => [row.id, row.noWayBack]))
    expect([ways[other], ways[before], ways[after]]).toEqual([null, 'migrated', null])
    await here.handlers['updates.undo']({ id: after })
    await here.until('the way back', () => here.pins.get('miner') === `${IMAGE}@${digest('c')}` && here.rows()[0]?.stage === 'done')
  })
})

describe('when an update is begun', () => {
  test('at the hour that the user chose, when it was asked for that', async () => {
    const here = await makeWorld({ quicker: 20 })
    await here.settings.set({ updatesHour: 4 })
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'hour' })
    expect(here.rows()[0]).toMatchObject({ dueAtMs: Date.UTC(2026, 10, 21, 4), atOnce: false })
    await here.until('it waits', () => here.updates.book.waits(id) === 'time')
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect(here.rows()[0]?.stageAtMs).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 21, 4))
  })

  test('now, quiet or not, when the user calls a waiting one forward', async () => {
    const here = await makeWorld()
    here.world.verdict = 'cannot-tell'
    await here.settings.set({ updatesHour: 4 })
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'hour' })
    await here.until('it waits', () => here.updates.book.waits(id) === 'time')
    await here.handlers['updates.postpone']({ id, days: 0 })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect(here.world.now).toBeLessThan(Date.UTC(2026, 10, 20, 13, 30) + 2 * HOUR)
  })

  test('beside a relay miner that was given up, which owes for as long as it is down', async () => {
    const here = await makeWorld()
    here.world.verdict = 'costs'
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await here.until('it waits', () => here.updates.book.waits(id) === 'quiet')
    here.world.failing.add('miner')
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
  })

  test('never by itself while the user skips that one, and by itself again once not', async () => {
    const here = await makeWorld({ quicker: 400 })
    await offerNew(here)
    await here.handlers['updates.skip']({ image: IMAGE, skipped: true })
    await here.settings.set({ updatesAuto: 'all', updatesDelayDays: 0, updatesHour: 14 })
    const at = here.world.now
    await here.until('two days', () => here.world.now > at + 2 * DAY)
    expect([here.rows(), here.world.pinned]).toEqual([[], []])
    await here.handlers['updates.skip']({ image: IMAGE, skipped: false })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
  })
})

describe('an upgrade that failed', () => {
  test('is tried again with what its tag is by then, and its trouble is forgotten', async () => {
    const here = await makeWorld({ broken: true })
    const id = await upgradeChain(here, 'failed')
    const row = () => here.rows().find((each) => each.id === id)
    expect(row()).toMatchObject({ toPin: `${IMAGE}@${digest('c')}`, problem: { key: 'container-ends' } })
    const at = here.world.now
    await here.until('a while', () => here.world.now > at + HOUR / 4)
    expect(row()?.stage).toBe('failed')
    here.world.digests[NEXT_REFERENCE] = digest('d')
    here.world.broken = false
    await here.handlers['updates.retry']({ id })
    expect(row()).toMatchObject({ stage: 'planned', toPin: null, digest: null, problem: null })
    await here.until('the end', () => row()?.stage === 'done')
    expect(row()).toMatchObject({ toPin: `${IMAGE}@${digest('d')}`, problem: null })
    expect([here.pins.get('pocket'), here.pins.get('miner')]).toEqual([`${IMAGE}@${digest('d')}`, `${IMAGE}@${digest('d')}`])
    for (const wrong of [id, 'another'])
      await expect(here.handlers['updates.retry']({ id: wrong })).rejects.toMatchObject({ code: 'update-unknown' })
  })
})
