import { describe, expect, it } from 'vitest'
import type { Heads } from '#main/core/chain/heads.ts'
import { createKeyGiver } from '#main/core/keys/give-key.ts'
import type { FenceReason } from '#main/core/keys/fence.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { fakeVault, KEY } from './fake-vault.ts'

const setup = () => {
  const clock = createTestClock()
  const app = { version: '0', shell: 'web' as const, host: 'h', network: 'local' as const, startedAtMs: clock.now(), notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const { vault, self } = fakeVault(() => clock.now())
  self.keys.push(KEY)
  const world = {
    fenced: undefined as FenceReason | undefined,
    opens: false,
    asked: 0,
    staked: undefined as string | undefined,
    height: 0,
    claims: undefined as (() => Promise<unknown[]>) | undefined,
  }
  const give = createKeyGiver({
    vault,
    keys: () => vault.keys(),
    stakedOperator: () => world.staked,
    keeperTarget: () => Promise.resolve({ engineEndpoint: 'unix:///x', container: 'keeper', command: [] }),
    openUnattended: async () => {
      world.asked += 1
      if (world.opens) self.status = { kind: 'unlocked' }
      return world.opens
    },
    fence: { of: () => Promise.resolve(world.fenced) },
    network: () => 'local',
    heads: {
      current: () => world.claims && { pendingClaims: world.claims },
      params: () => undefined,
      height: () => world.height,
    } as unknown as Heads,
    state,
    clock,
    log: createTestLog(),
  })
  return { give, self, state, world, clock }
}

describe('giving the operator key to the keeper', () => {
  it('gives it when the vault is open', async () => {
    const { give, self, world } = setup()
    self.status = { kind: 'unlocked' }
    expect(await give()).toBe(true)
    expect(self.delivered).toEqual(['key-1'])
    expect(world.asked).toBe(0)
  })
  it('opens a locked vault by the choice for after a restart', async () => {
    const { give, self, state, world } = setup()
    self.status = { kind: 'locked' }
    world.opens = true
    expect(await give()).toBe(true)
    expect(self.delivered).toEqual(['key-1'])
    expect(state.state.vault.needed).toBeNull()
  })
  it('says that it waits when the vault stays locked', async () => {
    const { give, self, state } = setup()
    self.status = { kind: 'locked' }
    expect(await give()).toBe(false)
    expect(self.delivered).toEqual([])
    expect(state.state.vault.needed).toMatchObject({ reason: 'after-restart' })
  })
  it('asks for its claims once per block, and keeps what it knew when nobody answers', async () => {
    const { give, self, state, world, clock } = setup()
    self.status = { kind: 'locked' }
    let [asked, away] = [0, false]
    world.claims = () => {
      asked += 1
      return away ? Promise.reject(new Error('away')) : Promise.resolve([{ sessionEndHeight: 20, proofStatus: 'pending' }])
    }
    const atRisk = async (): Promise<unknown> => {
      await give()
      return [asked, state.state.vault.needed?.claimsAtRisk]
    }
    expect(await atRisk()).toEqual([1, 1])
    expect(await atRisk()).toEqual([1, 1])
    world.height = 1
    away = true
    expect(await atRisk()).toEqual([2, 1])
    expect(await atRisk()).toEqual([2, 1])
    await clock.advance(60_000)
    expect(await atRisk()).toEqual([3, 1])
  })
  it.each(['moved', 'new-here'] as const)('gives no key that is fenced (%s), and opens no vault for it', async (why) => {
    const { give, self, world, state } = setup()
    world.fenced = why
    world.opens = true
    for (const kind of ['unlocked', 'locked'] as const) {
      self.status = { kind }
      expect(await give()).toBe(false)
    }
    expect(self.delivered).toEqual([])
    expect(world.asked).toBe(0)
    expect(state.state.vault.needed).toBeNull()
  })
  it('asks for a vault from before there were fences, which is claimed when it opens', async () => {
    const { give, self, world, state } = setup()
    world.fenced = 'new-here'
    self.keys.splice(0, 1, { ...KEY, origin: 'before' })
    self.status = { kind: 'locked' }
    expect(await give()).toBe(false)
    expect(state.state.vault.needed).toMatchObject({ reason: 'after-restart' })
  })
  it('passes over watched addresses, Morse keys and other networks', async () => {
    const { give, self, world } = setup()
    self.status = { kind: 'unlocked' }
    self.keys.splice(
      0,
      1,
      { ...KEY, id: 'far', network: 'mainnet' },
      { ...KEY, id: 'seen', kind: 'watch' },
      { ...KEY, id: 'old', kind: 'morse', role: 'morse' },
    )
    world.staked = KEY.address
    expect(await give()).toBe(false)
    expect(self.delivered).toEqual([])
  })
})
