import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import { createKeyGiver } from '#main/core/keys/give-key.ts'
import type { ServingKey } from '#main/core/keys/serving-keys.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { servingKey } from '#test/fakes/serving-keys.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { fakeVault } from './fake-vault.ts'

const FIRST = servingKey('pokt1aaaaaaaafirst000')
const SECOND = servingKey('pokt1bbbbbbbbsecond00')
/** Offsets of the windows, in blocks. */
const PARAMS = {
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
}

const setup = () => {
  const clock = createTestClock()
  const app = { version: '0', shell: 'web' as const, host: 'h', network: 'local' as const, startedAtMs: clock.now(), notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const { vault, self } = fakeVault(() => clock.now())
  const world = {
    opens: false,
    asked: 0,
    height: 0,
    keeper: true,
    claims: undefined as ((operatorAddress: string) => Promise<unknown[]>) | undefined,
    /** Id of a key whose giving fails. */
    fails: '',
    /** Names under which keys were given. */
    names: [] as string[],
  }
  const deliver = vault.deliverKey.bind(vault)
  vault.deliverKey = async (keyId, target) => {
    if (keyId === world.fails) throw new HearthError('engine-failed', { reason: keyId })
    world.names.push(`${keyId} as ${target.command.at(-1)}`)
    await deliver(keyId, target)
  }
  const giveKeys = createKeyGiver({
    vault,
    keeperTarget: (name) =>
      Promise.resolve(world.keeper ? { engineEndpoint: 'unix:///x', container: 'keeper', command: ['import-hex', name] } : undefined),
    openUnattended: async () => {
      world.asked += 1
      if (world.opens) self.status = { kind: 'unlocked' }
      return world.opens
    },
    heads: {
      current: () => world.claims && { pendingClaims: world.claims },
      params: () => PARAMS,
      height: () => world.height,
    } as unknown as Heads,
    state,
    clock,
    log: createTestLog(),
  })
  const give = (missing: readonly ServingKey[], othersThere = false): Promise<boolean> => giveKeys(missing, othersThere)
  return { give, self, state, world, clock }
}

describe('giving operator keys to the keeper', () => {
  it('gives each under the name of its own address when the vault is open', async () => {
    const { give, self, world } = setup()
    self.status = { kind: 'unlocked' }
    expect(await give([FIRST, SECOND])).toBe(true)
    expect(world.names).toEqual([`${FIRST.address} as ${FIRST.name}`, `${SECOND.address} as ${SECOND.name}`])
    expect(FIRST.name).toBe('operator-first000')
    expect(world.asked).toBe(0)
  })
  it('opens a locked vault by the choice for after a restart', async () => {
    const { give, self, state, world } = setup()
    self.status = { kind: 'locked' }
    await give([FIRST])
    expect(state.state.vault.needed).not.toBeNull()
    world.opens = true
    expect(await give([FIRST])).toBe(true)
    expect(self.delivered).toEqual([FIRST.address])
    expect(state.state.vault.needed).toBeNull()
  })
  it('says that it waits when the vault stays locked', async () => {
    const { give, self, state } = setup()
    self.status = { kind: 'locked' }
    expect(await give([FIRST])).toBe(false)
    expect(self.delivered).toEqual([])
    expect(state.state.vault.needed).toMatchObject({ reason: 'after-restart', claimsAtRisk: 0, deadlineHeight: null })
  })
  it('says why: nobody has a key after a restart, or one supplier alone has none', async () => {
    const { give, self, state, clock } = setup()
    self.status = { kind: 'locked' }
    const reason = async (othersThere: boolean): Promise<unknown> => {
      await give([FIRST], othersThere)
      return state.state.vault.needed?.reason
    }
    expect(await reason(true)).toBe('key-missing')
    expect(await reason(false)).toBe('after-restart')
    await clock.advance(61_000)
    expect(await reason(false)).toBe('after-restart')
    expect(await reason(true)).toBe('key-missing')
    expect(await reason(false)).toBe('keeper-gone')
  })
  it('counts the claims of all that wait together, and tells the earliest deadline', async () => {
    const { give, self, state, world } = setup()
    self.status = { kind: 'locked' }
    const pending = (sessionEndHeight: number, proofStatus = 'pending') => ({ sessionEndHeight, proofStatus })
    world.claims = (address) =>
      Promise.resolve(address === FIRST.address ? [pending(40), pending(20, 'validated')] : [pending(30), pending(50)])
    await give([FIRST, SECOND])
    expect(state.state.vault.needed).toMatchObject({ claimsAtRisk: 3, deadlineHeight: 30 + 1 + 4 + 0 + 4 + 1 })
    await give([FIRST])
    expect(state.state.vault.needed).toMatchObject({ claimsAtRisk: 1, deadlineHeight: 50 })
  })
  it('asks for its claims once per block, and keeps what it knew when nobody answers', async () => {
    const { give, self, state, world, clock } = setup()
    self.status = { kind: 'locked' }
    let [asked, away] = [0, false]
    world.claims = () => {
      asked += 1
      return away ? Promise.reject(new Error('away')) : Promise.resolve([{ sessionEndHeight: 20, proofStatus: 'pending' }])
    }
    const atRisk = async (keys: ServingKey[] = [FIRST]): Promise<unknown> => {
      await give(keys)
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
    // Another supplier's are another question.
    away = false
    expect(await atRisk([FIRST, SECOND])).toEqual([4, 2])
    expect(await atRisk([FIRST, SECOND])).toEqual([4, 2])
  })
  it('gives the others when one fails, throws that failure, and goes on waiting for it', async () => {
    const { give, self, state, world } = setup()
    self.status = { kind: 'locked' }
    await give([FIRST, SECOND])
    self.status = { kind: 'unlocked' }
    world.fails = FIRST.address
    await expect(give([FIRST, SECOND])).rejects.toMatchObject({ code: 'engine-failed', detail: { reason: FIRST.address } })
    expect(self.delivered).toEqual([SECOND.address])
    expect(state.state.vault.needed).not.toBeNull()
    world.fails = ''
    expect(await give([FIRST])).toBe(true)
    expect(state.state.vault.needed).toBeNull()
  })
  it('gives none while no keeper runs', async () => {
    const { give, self, world } = setup()
    self.status = { kind: 'unlocked' }
    world.keeper = false
    expect(await give([FIRST])).toBe(false)
    expect(self.delivered).toEqual([])
  })
  it.each(['moved', 'new-here'] as const)('S18: gives no key that is fenced (%s), and opens no vault for it', async (fenced) => {
    const { give, self, world, state } = setup()
    world.opens = true
    for (const kind of ['unlocked', 'locked'] as const) {
      self.status = { kind }
      expect(await give([{ ...FIRST, fenced }])).toBe(false)
    }
    expect(self.delivered).toEqual([])
    expect(world.asked).toBe(0)
    expect(state.state.vault.needed).toBeNull()
    self.status = { kind: 'unlocked' }
    expect(await give([{ ...FIRST, fenced }, SECOND])).toBe(true)
    expect(self.delivered).toEqual([SECOND.address])
  })
  it('asks for a vault from before there were fences, which is claimed when it opens', async () => {
    const { give, self, state } = setup()
    self.status = { kind: 'locked' }
    expect(await give([{ ...servingKey(FIRST.address, { origin: 'before' }), fenced: 'new-here' }])).toBe(false)
    expect(state.state.vault.needed).toMatchObject({ reason: 'after-restart' })
  })
  it('has nothing to give of a key that is gone from the vault', async () => {
    const { give, self, state } = setup()
    self.status = { kind: 'locked' }
    expect(await give([{ ...FIRST, key: undefined }])).toBe(false)
    expect(state.state.vault.needed).toBeNull()
  })
})
