import { describe, expect, it } from 'vitest'
import { SAFE_UNSTAKE_STEPS } from '#main/core/supplier/safe-unstake.ts'
import { BEGIN, claim, operator, problem, record, setup } from './leave-scene.ts'

describe('leaving safely', () => {
  /** Everything settled at 30, the sheet not asked for yet. */
  const untilSign = async (all: ReturnType<typeof setup>) => {
    const run = all.life()
    await run.plan.begin(BEGIN)
    all.door.closed = true
    await run.follow(15)
    await run.follow(21)
    await run.follow(27)
    expect(await run.follow(30)).toBe('sign-unstake')
    return run
  }

  it('goes back to closing when the door is opened before the unstake is signed; the sheet is thrown away', async () => {
    const all = setup()
    const { at, door, sign } = all
    const run = await untilSign(all)
    const { intentId } = await run.plan.sign()
    door.closed = false
    expect(await problem(run.plan.sign())).toBe('not-now not-due')
    expect(await run.follow(31)).toBe('stop-relays')
    expect(at.rows.get(intentId)?.status).toBe('discarded')
    door.wanted = 'open'
    expect(await run.follow(32)).toBe('stop-relays')
    expect(door.wanted).toBe('closed')
    door.closed = true
    // Served until now, in the session 31 to 40: all is waited for anew.
    expect(await run.follow(33)).toBe('last-session')
    await run.follow(41)
    await run.follow(47)
    expect(await run.follow(50)).toBe('sign-unstake')
    await sign(run)
    expect(await run.follow(50)).toBe('unstake-included')
  })

  it('neither goes on nor back while nobody can see the door, and lets sign what was due', async () => {
    const all = setup()
    const { door, sign } = all
    const run = all.life()
    await run.plan.begin(BEGIN)
    door.closed = undefined
    expect(await run.follow(15)).toBe('stop-relays')
    door.closed = true
    expect(await run.follow(16)).toBe('last-session')
    door.closed = undefined
    expect(await run.follow(21)).toBe('last-session')
    door.closed = true
    expect(await run.follow(21)).toBe('last-settlement')
    door.closed = undefined
    expect(await run.follow(28)).toBe('last-settlement')
    door.closed = true
    expect(await run.follow(28)).toBe('sign-unstake')
    door.closed = undefined
    expect(await run.follow(29)).toBe('sign-unstake')
    await sign(run)
    expect(await run.follow(29)).toBe('unstake-included')
  })

  it('closes the door, waits for the session and its settlement, asks, and follows the unstake into its block', async () => {
    const { at, door, life, sign } = setup()
    const run = life()
    await run.plan.begin(BEGIN)
    expect(door.wanted).toBe('closed')
    expect(run.task()).toMatchObject({ status: 'running', cancellable: true })
    expect(run.task()?.steps.map((step) => step.key)).toEqual([...SAFE_UNSTAKE_STEPS])
    expect(await run.follow(14)).toBe('stop-relays')
    door.closed = true
    // Served until now in the session 11 to 20.
    expect(await run.follow(15)).toBe('last-session')
    expect(await run.follow(20)).toBe('last-session')
    expect(await run.follow(21)).toBe('last-settlement')
    expect(await problem(run.plan.sign())).toBe('not-now not-due')
    // The claim window of the session closes at 26: until then a claim may still come.
    expect(await run.follow(26)).toBe('last-settlement')
    at.pending.push(claim(20))
    expect(await run.follow(27)).toBe('last-settlement')
    at.pending.length = 0
    expect(await run.follow(30)).toBe('sign-unstake')
    expect(run.task()?.steps.map((step) => step.status)).toEqual(['done', 'done', 'done', 'running', 'waiting'])
    expect(at.chain.broadcasts).toHaveLength(0)
    const intentId = await sign(run)
    expect(await run.follow(30)).toBe('unstake-included')
    expect(run.task()?.cancellable).toBe(false)
    expect(await problem(run.plan.cancel())).toBe('not-now signed-already')
    at.chain.makeBlock()
    await run.follow(at.chain.heightNow)
    expect(at.rows.get(intentId)?.status).toBe('included')
    expect(run.task()).toMatchObject({ status: 'done', cancellable: false, done: 5 })
    expect(door.wanted).toBe('closed')
  })

  it('goes on where it was after a restart at each step', async () => {
    const { door, life } = setup()
    const first = life()
    await first.plan.begin(BEGIN)
    door.closed = true
    const heights: [number, string][] = [
      [15, 'last-session'],
      [21, 'last-settlement'],
      [27, 'sign-unstake'],
    ]
    for (const [height, step] of heights) {
      const next = life()
      await next.plan.resume()
      expect(await next.follow(height)).toBe(step)
    }
    const last = life()
    await last.plan.resume()
    expect(last.task()).toMatchObject({ status: 'running', facts: { step: 'sign-unstake' } })
  })

  it('begins again with the door when somebody opened it', async () => {
    const { door, life } = setup()
    const run = life()
    await run.plan.begin(BEGIN)
    door.closed = true
    expect(await run.follow(15)).toBe('last-session')
    door.closed = false
    expect(await run.follow(16)).toBe('stop-relays')
    await run.follow(17)
    expect(door.tries).toBe(2)
    door.closed = true
    // Relays of the session that is running now count.
    expect(await run.follow(23)).toBe('last-session')
    expect(await run.follow(30)).toBe('last-session')
    expect(await run.follow(31)).toBe('last-settlement')
  })

  it('is taken back: the door opens, the sheet is put away, nothing is signed', async () => {
    const { at, door, life } = setup()
    const run = life()
    await run.plan.begin(BEGIN)
    door.closed = true
    for (const height of [15, 21, 27]) await run.follow(height)
    const { intentId } = await run.plan.sign()
    await run.plan.cancel()
    expect(at.rows.get(intentId)?.status).toBe('discarded')
    expect(door.wanted).toBe('open')
    expect(run.task()).toMatchObject({ status: 'cancelled', cancellable: false })
    expect(await problem(run.plan.cancel())).toBe('not-now not-leaving')
    const next = life()
    await next.plan.resume()
    expect(await next.follow(40)).toBe('sign-unstake')
    expect(next.task()?.status).toBe('cancelled')
    await next.plan.begin(BEGIN)
    expect(next.task()?.status).toBe('running')
  })

  it('asks again when the unstake was refused, expired or put away', async () => {
    const { at, door, life, sign } = setup()
    const run = life()
    await run.plan.begin(BEGIN)
    door.closed = true
    for (const height of [15, 21, 27]) await run.follow(height)
    at.chain.refuseWith = { code: 32, log: 'account sequence mismatch' }
    await sign(run)
    at.chain.refuseWith = undefined
    expect(await run.follow(28)).toBe('sign-unstake')
    await sign(run)
    expect(await run.follow(28)).toBe('unstake-included')
    at.chain.makeBlock(1)
    expect(await run.follow(at.chain.heightNow)).toBe('sign-unstake')
  })

  it('is over when an unstake is on chain, however it came about, and needs a supplier', async () => {
    const { at, life } = setup()
    const run = life()
    await run.plan.begin(BEGIN)
    expect(await problem(run.plan.begin(BEGIN))).toBe('not-now leaving-already')
    at.chain.suppliers.set(operator.address, record({ unstakeSessionEndHeight: 20 }))
    await run.follow(15)
    expect(run.task()?.status).toBe('done')
    expect(await problem(run.plan.begin(BEGIN))).toBe('not-now leaving-already')
    at.chain.suppliers.delete(operator.address)
    expect(await problem(run.plan.begin(BEGIN))).toBe('supplier-absent')
  })

  it('reads nothing out of a damaged row', async () => {
    const { at, life } = setup()
    for (const text of ['{', '{}', '{"operatorAddress":"a","keyId":"b","startedAtMs":1,"step":"jump","times":{}}', 'null']) {
      at.settings.set('safe-unstake local', text)
      const run = life()
      await run.plan.resume()
      expect(run.task()).toBeUndefined()
    }
  })
})
