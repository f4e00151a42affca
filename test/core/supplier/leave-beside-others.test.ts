import { describe, expect, it } from 'vitest'
import { requests } from '#shared/api/requests.ts'
import { BEGIN, claim, operator, problem, record, setup } from './leave-scene.ts'

describe('with other suppliers behind the same door', () => {
  it('closes it for the one that leaves, and nobody else waits; not one claim is lost', async () => {
    const all = setup()
    const { at, door } = all
    door.others = 2
    const run = all.life()
    expect(run.plan.heldOff()).toEqual([])
    await run.plan.begin(BEGIN)
    expect(run.plan.heldOff()).toEqual([operator.address])
    expect(run.task()).toMatchObject({
      total: 5,
      facts: { step: 'stop-relays', door: 'one', others: '2', operatorAddress: operator.address },
    })
    expect(await run.follow(14)).toBe('stop-relays')
    // The ingress starts with its new configuration: nobody can see it.
    door.one = undefined
    expect(await run.follow(14)).toBe('stop-relays')
    door.one = true
    expect(await run.follow(15)).toBe('last-session')
    // Taken up again as it was.
    const later = all.life()
    await later.plan.resume()
    expect(later.plan.heldOff()).toEqual([operator.address])
    expect(await later.follow(21)).toBe('last-settlement')
    at.pending.push(claim(20))
    expect(await later.follow(27)).toBe('last-settlement')
    at.pending.length = 0
    expect(await later.follow(28)).toBe('sign-unstake')
    await all.sign(later)
    await later.follow(28)
    at.chain.makeBlock()
    await later.follow(at.chain.heightNow)
    expect(later.task()).toMatchObject({ status: 'done', done: 5 })
    // What is served until the end of the session would not be paid.
    expect(later.plan.heldOff()).toEqual([operator.address])
    at.chain.suppliers.set(operator.address, record({ unstakeSessionEndHeight: 30 }))
    const last = all.life()
    await last.plan.resume()
    await last.follow(30)
    expect(last.plan.heldOff()).toEqual([operator.address])
    await last.follow(31)
    expect(last.plan.heldOff()).toEqual([])
    const next = all.life()
    await next.plan.resume()
    expect(next.plan.heldOff()).toEqual([])
    // The door of all was never touched.
    expect([door.wanted, door.tries]).toEqual(['open', 0])
  })

  it('goes back to closing when its relays get through again, and lets them through when it is taken back', async () => {
    const all = setup()
    all.door.others = 1
    all.door.one = true
    const run = all.life()
    await run.plan.begin(BEGIN)
    for (const height of [15, 21, 27]) await run.follow(height)
    expect(run.task()?.facts['step']).toBe('sign-unstake')
    all.door.one = false
    expect(await problem(run.plan.sign())).toBe('not-now not-due')
    expect(await run.follow(28)).toBe('stop-relays')
    await run.plan.cancel()
    expect(run.plan.heldOff()).toEqual([])
    expect([all.door.wanted, all.door.tries]).toEqual(['open', 0])
  })

  it.each([
    ['nothing, where it cannot be closed for one', false, undefined],
    ['nothing, where the user does not want to wait', true, 'none'],
  ] as const)('closes %s: the plan is the unstake alone', async (_why, canForOne, door) => {
    const all = setup()
    all.door.others = 1
    all.door.canForOne = canForOne
    const run = all.life()
    await run.plan.begin({ ...BEGIN, door })
    expect(run.plan.heldOff()).toEqual([])
    expect(run.task()).toMatchObject({ total: 2, done: 0, facts: { step: 'sign-unstake', door: 'none' } })
    expect(run.task()?.steps.map((step) => step.key)).toEqual(['sign-unstake', 'unstake-included'])
    await all.sign(run)
    await run.follow(15)
    all.at.chain.makeBlock()
    await run.follow(all.at.chain.heightNow)
    expect(run.task()).toMatchObject({ status: 'done', done: 2 })
    expect([all.door.wanted, all.door.tries]).toEqual(['open', 0])
  })

  it('closes for all when the user wants that, and opens again once the unstake is in a block', async () => {
    const all = setup()
    all.door.others = 1
    const run = all.life()
    await run.plan.begin({ ...BEGIN, door: 'all' })
    expect(all.door.wanted).toBe('closed')
    expect(run.task()?.facts).toMatchObject({ door: 'all', others: '1' })
    all.door.closed = true
    for (const height of [15, 21, 27]) await run.follow(height)
    await all.sign(run)
    await run.follow(28)
    expect(all.door.wanted).toBe('closed')
    all.at.chain.makeBlock()
    await run.follow(all.at.chain.heightNow)
    expect(run.task()?.status).toBe('done')
    expect(all.door.wanted).toBe('open')
  })

  it('refuses what would not be paid to the end of its session, also while the next one leaves', async () => {
    const all = setup()
    const { at, door } = all
    Object.assign(door, { others: 2, one: true })
    const run = all.life()
    await run.plan.begin(BEGIN)
    for (const height of [15, 21, 27]) await run.follow(height)
    await all.sign(run)
    await run.follow(28)
    at.chain.makeBlock()
    await run.follow(at.chain.heightNow)
    at.chain.suppliers.set(operator.address, record({ unstakeSessionEndHeight: 30 }))
    at.chain.suppliers.set('other', record({ operatorAddress: 'other' }))
    await run.plan.begin({ ...BEGIN, operatorAddress: 'other' })
    expect(run.plan.heldOff()).toEqual(['other', operator.address])
    // A start of Hearth knows no height, and changes nothing.
    const later = all.life()
    await later.plan.resume()
    expect(later.plan.heldOff()).toEqual(['other', operator.address])
    await later.follow(30)
    await later.plan.cancel()
    expect(later.plan.heldOff()).toEqual([operator.address])
    await later.follow(31)
    expect(later.plan.heldOff()).toEqual([])
  })

  it('refuses it before a door that was closed for all is opened, until the unstake is taken back', async () => {
    const all = setup()
    const { at, door } = all
    door.others = 1
    const run = all.life()
    await run.plan.begin({ ...BEGIN, door: 'all' })
    door.closed = true
    for (const height of [15, 21, 27]) await run.follow(height)
    expect(run.plan.heldOff()).toEqual([])
    await all.sign(run)
    // In the first half of a session.
    await run.follow(31)
    at.chain.makeBlock()
    let heldAtOpening: string[] | undefined
    door.opening = () => (heldAtOpening = run.plan.heldOff())
    const height = at.chain.heightNow
    await run.follow(height)
    expect([door.wanted, heldAtOpening]).toEqual(['open', [operator.address]])
    // The record of that block may come a look later: only then is one without an unstake taken for one that stays.
    await run.follow(height + 1)
    expect(run.plan.heldOff()).toEqual([operator.address])
    await run.follow(height + 2)
    expect(run.plan.heldOff()).toEqual([])
  })

  it('closes no door of its own for one with relays over WebSocket: they do not say whose they are', async () => {
    const all = setup()
    const services = [
      { serviceId: 'anvil', endpoints: [{ url: 'wss://relay.example', rpcType: 'WEBSOCKET' }], revShare: [] },
    ] as unknown as ReturnType<typeof record>['services']
    all.door.others = 1
    for (const more of [{ services }, { pending: services.map((service) => ({ service, activationHeight: 30 })) as never }]) {
      all.at.chain.suppliers.set(operator.address, record(more))
      const run = all.life()
      expect(await problem(run.plan.begin({ ...BEGIN, door: 'one' }))).toBe('not-now door-is-for-all')
      expect([run.task(), run.plan.heldOff()]).toEqual([undefined, []])
      await run.plan.begin(BEGIN)
      expect(run.task()?.facts).toMatchObject({ step: 'sign-unstake', door: 'none' })
      await run.plan.cancel()
      await run.plan.begin({ ...BEGIN, door: 'all' })
      expect(run.task()?.facts).toMatchObject({ step: 'stop-relays', door: 'all' })
      await run.plan.cancel()
    }
    // Nor where the ingress has but one for all.
    all.at.chain.suppliers.set(operator.address, record())
    all.door.canForOne = false
    expect(await problem(all.life().plan.begin({ ...BEGIN, door: 'one' }))).toBe('not-now door-is-for-all')
  })

  it('has no door to spare where the relay miner is elsewhere, or where nobody else is served', async () => {
    for (const [others, canForOne] of [
      [1, undefined],
      [0, true],
    ] as const) {
      const all = setup()
      Object.assign(all.door, { others, canForOne })
      const run = all.life()
      await run.plan.begin({ ...BEGIN, door: 'none' })
      expect(run.task()?.facts).toMatchObject({ step: 'stop-relays', door: 'all' })
    }
  })

  it('stays with the supplier that it was begun for, which has to be said', async () => {
    expect(requests['leave.begin'].input.safeParse({ keyId: 'owner' }).success).toBe(false)
    expect(requests['leave.begin'].input.safeParse(BEGIN).success).toBe(true)
    const all = setup()
    const run = all.life()
    expect(await problem(run.plan.begin({ keyId: 'owner', operatorAddress: 'nobody' }))).toBe('supplier-absent')
    await run.plan.begin(BEGIN)
    // Another one that leaves ends nothing.
    all.at.chain.suppliers.set('other', record({ operatorAddress: 'other', unstakeSessionEndHeight: 20 }))
    expect(await run.follow(15)).toBe('stop-relays')
    expect(run.task()?.status).toBe('running')
  })
})
