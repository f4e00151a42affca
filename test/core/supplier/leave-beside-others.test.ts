import { describe, expect, it } from 'vitest'
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

  it('stays with the supplier that it was begun for', async () => {
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
