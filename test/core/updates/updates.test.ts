import { describe, expect, test } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { DAY, HOUR, IMAGE, INGRESS, INGRESS_IMAGE, NEW, NEXT, OLD, digest, makeWorld, offerNew } from './updates-world.ts'

describe('an update', () => {
  test('is fetched by digest, changes the node first, then the miner, never the keeper with its key, and stays in the history', async () => {
    const here = await makeWorld()
    await offerNew(here)
    await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect(here.world.pinned.map((line) => line.split(' at ')[0])).toEqual(['pocket b', 'miner b'])
    expect(Object.fromEntries(here.pins)).toEqual({ pocket: NEW, keeper: OLD, miner: NEW })
    const { history, running } = await here.handlers['updates.list']({})
    expect(history.map((row) => [row.reason, row.stage, row.noWayBack])).toEqual([
      ['rebuild', 'done', null],
      ['first', 'done', 'not-done'],
    ])
    expect(running).toMatchObject([{ digest: digest('b'), offer: null }])
  })

  test('that does not work is taken back by itself, is said, and is not tried again by itself', async () => {
    const here = await makeWorld({ broken: true, quicker: 400 })
    await here.settings.set({ updatesAuto: 'all', updatesDelayDays: 0, updatesHour: 14 })
    await offerNew(here)
    await here.until('the way back', () => here.rows()[0]?.stage === 'rolled-back')
    expect([here.pins.get('pocket'), here.pins.get('miner')]).toEqual([OLD, OLD])
    await here.until('it is said', () => here.state.state.health.updates?.rolledBack !== null)
    const at = here.world.now
    await here.until('two more days', () => here.world.now > at + 2 * DAY)
    expect(here.rows()).toHaveLength(1)
  })

  test('does not fail because the PC slept, or its clock was set, while it was watched', async () => {
    for (const jump of [8 * HOUR, -8 * HOUR]) {
      const here = await makeWorld()
      here.world.stands = true
      await offerNew(here)
      const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
      await here.until('the node is changed', () => here.rows().some((row) => row.id === id && row.stage === 'swap-node'))
      here.world.now += jump
      const at = here.world.now
      await here.until('some looks', () => here.world.now > at + 20_000)
      expect(here.rows()[0]).toMatchObject({ stage: 'swap-node', problem: null })
      here.world.stands = false
      await here.until('it is watched', () => here.rows().some((row) => row.id === id && row.stage === 'watching'))
      here.world.now += jump
      const watched = here.world.now
      await here.until('it is done', () => here.rows().some((row) => row.id === id && row.stage === 'done'))
      expect(here.world.now - watched).toBeLessThan(5 * 60_000)
    }
  })

  test('waits for a quiet moment, can be postponed, hurried and skipped', async () => {
    const here = await makeWorld()
    here.world.verdict = 'cannot-tell'
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'quiet' })
    await here.until('it waits', () => here.updates.book.waits(id) === 'quiet')
    await expect(here.handlers['updates.start']({ image: IMAGE, when: 'now' })).rejects.toMatchObject({ code: 'update-blocked' })
    await here.handlers['updates.postpone']({ id, days: 1 })
    await here.until('the day', () => here.updates.book.waits(id) === 'time')
    expect(here.world.pinned).toEqual([])
    await here.handlers['updates.skip']({ image: IMAGE, skipped: true })
    expect(here.rows()[0]?.stage).toBe('skipped')
    expect((await here.handlers['updates.list']({})).running[0]?.offer?.skipped).toBe(true)
    await here.handlers['updates.skip']({ image: IMAGE, skipped: false })
    await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
  })

  test('is done by itself when the user wants that: after the days, at the hour', async () => {
    const here = await makeWorld({ quicker: 400 })
    await here.settings.set({ updatesAuto: 'all', updatesDelayDays: 2, updatesHour: 4 })
    await offerNew(here)
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    const begun = here.rows()[0]?.dueAtMs ?? 0
    expect(new Date(begun).getUTCHours()).toBe(4)
    expect(begun).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 22, 13, 30))
  })

  test('of security alone leaves the others to the user', async () => {
    const here = await makeWorld({ quicker: 400 })
    await here.settings.set({ updatesAuto: 'security', updatesDelayDays: 0, updatesHour: 14 })
    await offerNew(here)
    const at = here.world.now
    await here.until('two days', () => here.world.now > at + 2 * DAY)
    expect(here.rows()).toEqual([])
    expect(here.state.state.health.updates?.ready).toBe(1)
  })

  test('can be undone for a week, then its old image is removed with consent alone', async () => {
    const here = await makeWorld()
    await offerNew(here)
    const { id } = await here.handlers['updates.start']({ image: IMAGE, when: 'now' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect((await here.handlers['updates.list']({})).unused).toEqual([])
    await here.handlers['updates.undo']({ id })
    await here.until('the way back', () => here.rows().length === 2 && here.rows()[0]?.stage === 'done')
    expect([here.pins.get('pocket'), here.pins.get('miner')]).toEqual([OLD, OLD])
    await expect(here.handlers['updates.undo']({ id })).rejects.toMatchObject({ code: 'update-no-way-back' })
    here.world.now += 8 * DAY
    expect((await here.handlers['updates.list']({})).unused).toMatchObject([{ pin: NEW }])
    expect(here.removed).toEqual([])
    const elsewhere = { id: 'miner', network: 'mainnet', wanted: 'running', wantedBy: 'user', ports: {}, updatedAtMs: 0 } as const
    await here.store.putNode({ ...elsewhere, imagePin: NEW })
    await here.handlers['updates.removeUnused']({})
    expect(here.removed).toEqual([])
    await here.store.putNode({ ...elsewhere, imagePin: OLD })
    await here.handlers['updates.removeUnused']({})
    expect(here.removed).toEqual([NEW])
    expect(here.fetched.has(OLD)).toBe(true)
  })
})

describe('an upgrade of the chain', () => {
  const needed = 'ERR UPGRADE "v0.1.99" NEEDED at height: 400: module=x/upgrade'
  test('is fetched ahead, done at its height alone, holds signatures meanwhile, and has no way back', async () => {
    const here = await makeWorld()
    here.world.plan = { name: 'v0.1.99', height: 400 }
    await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
    expect(here.world.height).toBeLessThan(300)
    await here.until('the height', () => here.world.height >= 399)
    here.world.stands = true
    expect(here.world.pinned).toEqual([])
    expect(() => here.updates.mustBeStill()).not.toThrow()
    here.world.logs = [needed]
    await here.until('the node', () => here.world.pinned.length > 0)
    expect(() => here.updates.mustBeStill()).toThrow(HearthError)
    here.world.stands = false
    here.world.logs = []
    here.world.plan = undefined
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    expect(here.world.pinned.map((line) => line.split(' at ')[0])).toEqual(['pocket c', 'miner c'])
    expect(here.updates.ofPin(NEXT)).toEqual({ reference: `${IMAGE}:0.1.99`, version: '0.1.99' })
    expect((await here.handlers['updates.list']({})).history[0]?.noWayBack).toBe('migrated')
    await expect(here.handlers['updates.undo']({ id: here.rows()[0]?.id ?? '' })).rejects.toMatchObject({
      code: 'update-no-way-back',
      detail: { problem: 'migrated' },
    })
    expect(() => here.updates.mustBeStill()).not.toThrow()
  })

  test('of a chain of others is fetched ahead and done by the miner alone at its height, also where that was passed unseen', async () => {
    for (const jump of [0, 500]) {
      const here = await makeWorld({ alone: true })
      here.world.plan = { name: 'v0.1.99', height: 400 }
      await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
      expect(here.world.height).toBeLessThan(300)
      await here.until('the height', () => here.world.height >= 390)
      expect(here.world.pinned).toEqual([])
      // Hosts are away, and when they are back the chain has done it long since.
      here.world.height += jump
      if (jump > 0) here.world.plan = undefined
      await here.until('the miner', () => here.world.pinned.length > 0)
      here.world.plan = undefined
      const [who = '', , , at = ''] = here.world.pinned[0]?.split(' ') ?? []
      expect([who, Number(at) >= 400]).toEqual(['miner', true])
      await here.until('the end', () => here.rows()[0]?.stage === 'done')
      expect(here.pins.get('keeper')).toBe(OLD)
    }
    const off = await makeWorld({ alone: true })
    off.world.plan = { name: 'v0.1.99', height: 4_000 }
    await off.until('the plan', () => off.rows()[0]?.stage === 'fetched')
    off.world.plan = undefined
    await off.until('its end', () => off.rows()[0]?.stage === 'withdrawn')
    expect(off.world.pinned).toEqual([])
  })

  test('of a chain of others that was planned and done while Hearth was off is learnt from the chain, once, and from no plan', async () => {
    const here = await makeWorld({ alone: true })
    const from = here.world.now
    await here.until('some looks', () => here.world.now > from + 20_000)
    expect(here.rows()).toEqual([])
    // Seen at the next look of its own, after an hour: a start looks at once.
    Object.assign(here.world, { applied: { 'v0.1.36': 60, 'v0.1.38': 90 }, away: true, now: here.world.now + HOUR })
    const away = here.world.now
    await here.until('some looks', () => here.world.now > away + 20_000)
    expect(here.rows()).toEqual([])
    here.world.away = false
    here.world.missing.add(`${IMAGE}:0.1.38`)
    // Said wherever trouble is said, also while its software cannot be had.
    await here.until('it is said', () => here.state.state.health.updates?.tooOld?.needed === '0.1.38')
    here.world.missing.clear()
    await here.until('the miner', () => here.world.pinned.length > 0)
    expect(here.rows()[0]).toMatchObject({ reason: 'upgrade', plan: { name: 'v0.1.38', height: 90 }, toVersion: '0.1.38' })
    await here.until('the end', () => here.rows()[0]?.stage === 'done')
    here.world.now += 2 * HOUR
    const done = here.world.now
    await here.until('some looks', () => here.world.now > done + 20_000)
    expect(here.rows()).toHaveLength(1)
    // Beside a node of one's own that node is believed, which stands where it lacks something.
    const own = await makeWorld()
    own.world.applied = { 'v0.1.36': 60 }
    const at = own.world.now
    await own.until('some looks', () => own.world.now > at + 20_000)
    expect(own.rows()).toEqual([])
  })

  test('that the chain takes back is called off, and one that is moved is done at the new height', async () => {
    const here = await makeWorld()
    here.world.plan = { name: 'v0.1.99', height: 4_000 }
    await here.until('the first plan', () => here.rows()[0]?.stage === 'fetched')
    here.world.plan = { name: 'v0.1.99', height: 5_000 }
    await here.until('the second', () => here.rows().some((row) => row.plan?.height === 5_000 && row.stage === 'fetched'))
    here.world.plan = undefined
    await here.until('none', () => here.rows().every((row) => row.stage === 'withdrawn'))
    expect(here.world.pinned).toEqual([])
  })

  test('whose software cannot be had is said, and fetched as soon as it is there', async () => {
    const here = await makeWorld()
    here.world.missing.add(`${IMAGE}:0.1.99`)
    here.world.plan = { name: 'v0.1.99', height: 40_000 }
    await here.until('it is said', () => here.state.state.health.updates?.upgrade === 'missing')
    here.world.missing.clear()
    await here.until('it is there', () => here.state.state.health.updates?.upgrade === 'ready')
  })

  test('that came while Hearth was off is learnt from the node that stands', async () => {
    const here = await makeWorld()
    here.world.stands = true
    here.world.logs = ['x', 'panic: error during handshake: error on replay: UPGRADE "v0.1.99" NEEDED at height: 100: ']
    here.state.patch('chain', { status: 'stalled' })
    await here.until('it is begun', () => {
      here.state.patch('chain', { status: 'stalled' })
      return here.world.pinned.length > 0
    })
    expect(here.rows()[0]).toMatchObject({ reason: 'upgrade', plan: { name: 'v0.1.99', height: 100 } })
  })

  test.each([
    ['blocks', 5, 600_000, 11],
    ['time', 14, 60_000, 16],
  ])('that is near by %s holds the updates of other images, and lets them go when it moves away', async (_, blocks, blockMs, away) => {
    const here = await makeWorld({ ingress: true })
    here.world.stands = true
    here.world.medianBlockMs = blockMs
    here.world.plan = { name: 'v0.1.99', height: here.world.height + blocks }
    await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
    here.world.digests[INGRESS] = digest('b')
    await here.handlers['updates.check']({})
    const { id } = await here.handlers['updates.start']({ image: INGRESS_IMAGE, when: 'now' })
    await here.until('it is held', () => here.updates.book.waits(id) === 'upgrade-near')
    const heldAt = here.world.now
    await here.until('some looks', () => here.world.now > heldAt + 60_000)
    expect([here.updates.book.waits(id), here.world.pinned]).toEqual(['upgrade-near', []])
    here.world.plan = { name: 'v0.1.99', height: here.world.height + away }
    await here.until('it is done', () => here.rows().some((row) => row.id === id && row.stage === 'done'))
    expect(here.world.pinned.map((line) => line.split(' at ')[0])).toEqual(['ingress b'])
    expect(here.rows().filter((row) => row.reason === 'upgrade' && row.stage === 'fetched')).toHaveLength(1)
  })

  test('whose name is no version holds them as well: the chain stands at its height, whether its software is known or not', async () => {
    const here = await makeWorld({ ingress: true })
    here.world.stands = true
    here.world.plan = { name: 'great-leap', height: here.world.height + 5 }
    await here.until('it is told', () => here.state.state.health.upgrade?.name === 'great-leap')
    here.world.digests[INGRESS] = digest('b')
    await here.handlers['updates.check']({})
    const { id } = await here.handlers['updates.start']({ image: INGRESS_IMAGE, when: 'now' })
    await here.until('it is held', () => here.updates.book.waits(id) === 'upgrade-near')
    expect(here.world.pinned).toEqual([])
  })

  test('does not wait for an update of another image that is being taken back and does not come to its end', async () => {
    const here = await makeWorld({ ingress: true })
    here.world.stands = true
    here.world.digests[INGRESS] = digest('b')
    await here.handlers['updates.check']({})
    here.world.unwell.add('ingress')
    const { id } = await here.handlers['updates.start']({ image: INGRESS_IMAGE, when: 'now' })
    await here.until('it is taken back', () => here.rows().some((row) => row.id === id && row.stage === 'rolling-back'))
    here.world.plan = { name: 'v0.1.99', height: here.world.height + 1 }
    await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
    here.world.logs = [`UPGRADE "v0.1.99" NEEDED at height: ${here.world.height + 1}: `]
    await here.until('the node is changed', () => here.world.pinned.some((line) => line.startsWith('pocket c')))
    expect(here.rows().find((row) => row.id === id)?.stage).toBe('rolling-back')
  })

  test.each(['containers', 'an engine'])('is told without %s of our own too, and nothing counts as missing then', async (what) => {
    const here = await makeWorld()
    if (what === 'containers') here.store.nodes = () => Promise.resolve([])
    else here.state.patch('engine', { kind: 'absent' })
    here.world.plan = { name: 'v0.1.99', height: 40_000 }
    await here.until('it is told', () => here.state.state.health.upgrade?.height === 40_000)
    expect(here.state.state.health.upgrade).toEqual({ name: 'v0.1.99', height: 40_000 })
    const at = here.world.now
    await here.until('some looks', () => here.world.now > at + 30_000)
    expect([here.rows(), here.state.state.health.updates?.upgrade]).toEqual([[], null])
    here.world.plan = undefined
    await here.until('it is off', () => here.state.state.health.upgrade === null)
  })

  test('leaves no second update for its own image', async () => {
    const here = await makeWorld()
    here.world.plan = { name: 'v0.1.99', height: 4_000 }
    await here.until('the image', () => here.state.state.health.updates?.upgrade === 'ready')
    await offerNew(here)
    await expect(here.handlers['updates.start']({ image: IMAGE, when: 'now' })).rejects.toMatchObject({
      code: 'update-blocked',
      detail: { problem: 'busy' },
    })
  })
})
