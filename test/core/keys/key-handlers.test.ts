import { describe, expect, it } from 'vitest'
import { createKeys } from '#main/core/keys/keys.ts'
import { keyHandlers } from '#main/core/keys/key-handlers.ts'
import type { Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { requests } from '#shared/api/requests.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { fakeVault, KEY } from './fake-vault.ts'

const setup = async () => {
  const clock = createTestClock()
  const app = { version: '0', shell: 'web' as const, host: 'h', network: 'beta' as const, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const { vault, self } = fakeVault(() => clock.now())
  const kept = new Map<string, string>()
  const store = {
    setting: (key: string) => Promise.resolve(kept.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
    addActivity: () => Promise.resolve(),
  } as Partial<Store> as Store
  const keys = createKeys({ vault, store, state, clock, log: createTestLog(), autoLockMinutes: () => 0 })
  const world = { pending: 0, woken: 0, away: false }
  const handlers = keyHandlers({
    keys,
    vault,
    state,
    surfaceUrl: (token) => `http://confirm/s/${token}`,
    pendingClaims: () => (world.away ? Promise.reject(new Error('away')) : Promise.resolve(world.pending)),
    wake: () => (world.woken += 1),
  })
  self.keys.push({ ...KEY, network: 'beta', origin: 'words', hdPath: "m/44'/118'/0'/0/3" })
  self.status = { kind: 'unlocked' }
  await keys.refresh()
  return { keys, state, self, world, handlers, clock }
}

describe('the rows of the vault', () => {
  it('open pages of the surface, and give the page their address', async () => {
    const { handlers, self } = await setup()
    expect(await handlers['keys.export']({ keyId: 'key-1' })).toMatchObject({ surfaceUrl: 'http://confirm/s/token' })
    await handlers['keys.prove']({ keyId: 'key-1' })
    await handlers['vault.backup']({ folder: null })
    await handlers['vault.backup']({ folder: '/media/stick' })
    await handlers['vault.drill']({ path: '/b' })
    await handlers['vault.restore']({ path: '/b' })
    expect(self.pages).toEqual([
      { kind: 'export', keyId: 'key-1' },
      { kind: 'prove', keyId: 'key-1' },
      { kind: 'backup', folder: undefined },
      { kind: 'backup', folder: '/media/stick' },
      { kind: 'drill', path: '/b' },
      { kind: 'restore', path: '/b' },
    ])
  })
  it('tell the page of deleting whether a backup is proven and whether the supplier uses the key', async () => {
    const { handlers, keys, self, state, clock } = await setup()
    await handlers['keys.delete']({ keyId: 'key-1' })
    await keys.care.noteDrill({ atMs: clock.now(), path: '/b', madeAtMs: 1 }, ['key-1'])
    state.patch('supplier', { status: 'active', operatorAddress: KEY.address })
    await handlers['keys.delete']({ keyId: 'key-1' })
    state.patch('supplier', { status: 'unstaked' })
    await handlers['keys.delete']({ keyId: 'key-1' })
    expect(self.pages).toEqual([
      { kind: 'delete', keyId: 'key-1', drilledAtMs: undefined, inUse: false },
      { kind: 'delete', keyId: 'key-1', drilledAtMs: clock.now(), inUse: true },
      { kind: 'delete', keyId: 'key-1', drilledAtMs: clock.now(), inUse: false },
    ])
    await expect(handlers['keys.delete']({ keyId: 'gone' })).rejects.toMatchObject({ code: 'key-unknown' })
  })
  it('tell the page of deleting that a key is in use: by any of the own suppliers, as operator or owner, or because it still has to prove', async () => {
    const { handlers, self, state, world } = await setup()
    const isInUse = async (): Promise<boolean | undefined> => {
      await handlers['keys.delete']({ keyId: 'key-1' })
      const page = self.pages.at(-1)
      return page?.kind === 'delete' ? page.inUse : undefined
    }
    const entry = {
      ownerAddress: 'pokt1other',
      stakeUpokt: '1',
      services: [],
      notServed: [],
      unstakeSessionEndHeight: 0,
      height: 1,
      status: 'active' as const,
    }
    state.patch('supplier', { status: 'active', operatorAddress: 'pokt1inview' })
    state.put('suppliers', 'pokt1inview', entry)
    expect(await isInUse()).toBe(false)
    state.put('suppliers', KEY.address, entry)
    expect(await isInUse()).toBe(true)
    state.put('suppliers', KEY.address, { ...entry, status: 'not-staked' })
    expect(await isInUse()).toBe(false)
    state.put('suppliers', 'pokt1third', { ...entry, ownerAddress: KEY.address })
    expect(await isInUse()).toBe(true)
    state.put('suppliers', 'pokt1third', { ...entry, ownerAddress: KEY.address, status: 'unstaked' })
    expect(await isInUse()).toBe(false)
    world.pending = 2
    expect(await isInUse()).toBe(true)
    world.away = true
    expect(await isInUse()).toBe(false)
  })
  it('tell the details of every key in the shape of the table', async () => {
    const { handlers } = await setup()
    const details = requests['keys.details'].output.parse(await handlers['keys.details']({}))
    expect(details).toEqual({
      rows: [{ id: 'key-1', origin: 'words', hdPath: "m/44'/118'/0'/0/3", hasWords: true, backupAtMs: null, drillAtMs: null }],
      offers: { keychain: 'no-keychain', file: null },
      backup: null,
      drill: null,
      failedDrill: null,
    })
  })
  it('change password and choice, and let the details be asked again', async () => {
    const { handlers, self, state } = await setup()
    const { revision } = state.state.custody
    await handlers['vault.setUnlock']({ mode: 'file', password: 'right' })
    expect(self.mode).toBe('file')
    expect(state.state.custody).toMatchObject({ unlock: 'file', unlockProblem: null })
    expect(state.state.custody.revision).toBeGreaterThan(revision)
    await expect(handlers['vault.setUnlock']({ mode: 'ask', password: 'wrong' })).rejects.toMatchObject({ code: 'wrong-password' })
    await handlers['vault.changePassword']({ current: 'right', next: 'whatever' })
    await expect(handlers['vault.changePassword']({ current: 'wrong', next: 'x' })).rejects.toMatchObject({ code: 'wrong-password' })
  })
  it('watch an address of the chosen network', async () => {
    const { handlers, state, world } = await setup()
    expect(await handlers['keys.watch']({ name: 'cold', role: 'owner', address: 'pokt1x' })).toEqual({ keyId: 'key-w' })
    expect(state.state.keys['key-w']).toMatchObject({ kind: 'watch', fenced: null })
    expect(world.woken).toBe(1)
  })
})

describe('taking a fence down', () => {
  it('is the word of the user, and of the chain when it is said to be settled', async () => {
    const { handlers, state, world } = await setup()
    expect(state.state.keys['key-1']?.fenced).toBe('new-here')
    world.pending = 2
    await expect(handlers['keys.unfence']({ keyId: 'key-1', because: 'settled' })).rejects.toMatchObject({
      code: 'fence-claims-pending',
      detail: { claims: '2' },
    })
    expect(state.state.keys['key-1']?.fenced).toBe('new-here')
    expect(world.woken).toBe(0)
    world.pending = 0
    await handlers['keys.unfence']({ keyId: 'key-1', because: 'settled' })
    expect(state.state.keys['key-1']?.fenced).toBeNull()
    expect(world.woken).toBe(1)
  })
  it('because the other machine is off asks the chain nothing', async () => {
    const { handlers, state, world } = await setup()
    world.pending = 2
    await handlers['keys.unfence']({ keyId: 'key-1', because: 'other-off' })
    expect(state.state.keys['key-1']?.fenced).toBeNull()
    await expect(handlers['keys.unfence']({ keyId: 'gone', because: 'other-off' })).rejects.toMatchObject({ code: 'key-unknown' })
  })
  it('is done for a vault from before there were fences, once, when it opens', async () => {
    const { keys, self, state } = await setup()
    self.wasOlder = true
    await keys.unlock('right')
    expect(state.state.keys['key-1']?.fenced).toBeNull()
    keys.stop()
  })
})
