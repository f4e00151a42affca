import { describe, expect, it } from 'vitest'
import { createMember, LIED_MS } from '#main/core/chain/members.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { host } from './pool-scene.ts'

const HOUR = 3_600_000

function setup() {
  const clock = createTestClock()
  const chain = host(100)
  const endpoint = { rpcUrl: 'http://a:1', restUrl: 'http://a:2', own: false }
  const member = createMember(endpoint, { connect: () => chain, clock, expected: { block1Hash: () => 'AA', root: () => undefined } })
  return { clock, chain, member }
}

describe('an endpoint, when the clock of this machine is set back', () => {
  it('that lied is left alone for its time and no longer', async () => {
    const { clock, member } = setup()
    member.accuse('lied', 'a height that no other has')
    await clock.advance(LIED_MS - 1)
    expect(member.isUsable()).toBe(false)
    await clock.advance(1)
    expect(member.isUsable()).toBe(true)
    member.accuse('lied', 'again')
    await clock.advance(-HOUR)
    expect([member.isUsable(), await member.look(), member.health().status]).toEqual([false, false, 'lied'])
    await clock.advance(LIED_MS)
    expect([member.isUsable(), await member.look(), member.health().status]).toEqual([true, true, 'good'])
  })

  it('that failed does not wait until the clock has caught up', async () => {
    const { clock, chain, member } = setup()
    chain.reachable = false
    await member.look()
    expect([member.isPausing(), member.health().status]).toEqual([true, 'unreachable'])
    await clock.advance(-HOUR)
    expect(member.isPausing()).toBe(false)
  })
})
