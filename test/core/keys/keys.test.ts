import { describe, expect, it } from 'vitest'
import { createKeys } from '#main/core/keys/keys.ts'
import type { ActivityRow, Store } from '#main/core/ports/store.ts'
import type { PublicKeyInfo, Vault, VaultStatus } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'

const KEY: PublicKeyInfo = {
  id: 'key-1',
  role: 'operator',
  name: 'op1',
  network: 'local',
  address: 'pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w',
  pubKeyHex: '03'.padEnd(66, '0'),
  createdAtMs: 1,
  wordsConfirmedAtMs: 2,
}

const setup = (network: NetworkId | null = 'local', settings: Record<string, string> = {}) => {
  const clock = createTestClock()
  const log = createTestLog()
  const app = { version: '0', shell: 'web' as const, host: 'h', network, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const activity: Omit<ActivityRow, 'id'>[] = []
  const opened: unknown[] = []
  let status: VaultStatus = { kind: 'absent' }
  const list: PublicKeyInfo[] = []
  const vault = {
    status: () => Promise.resolve(status),
    create: (password: string) => {
      if (password === 'weak') return Promise.reject(new HearthError('weak-password'))
      status = { kind: 'unlocked' }
      return Promise.resolve()
    },
    unlock: (password: string) => {
      if (password !== 'right') return Promise.reject(new HearthError('wrong-password'))
      status = { kind: 'unlocked' }
      return Promise.resolve()
    },
    lock: () => {
      status = { kind: 'locked' }
      return Promise.resolve()
    },
    keys: () => Promise.resolve(list),
    openNewKey: (request: unknown) => {
      opened.push(request)
      return Promise.resolve({ token: 'token', expiresAtMs: clock.now() + 600_000 })
    },
  } as Partial<Vault> as Vault
  const store = {
    setting: (key: string) => Promise.resolve(settings[key]),
    addActivity: (row: Omit<ActivityRow, 'id'>) => {
      activity.push(row)
      return Promise.resolve()
    },
  } as Partial<Store> as Store
  const keys = createKeys({ vault, store, state, clock, log })
  return { keys, clock, state, list, opened, activity, log, setStatus: (next: VaultStatus) => (status = next), status: () => status.kind }
}

describe('keys', () => {
  it('publishes the vault as it is created, locked and unlocked', async () => {
    const { keys, state } = setup()
    await keys.refresh()
    expect(state.state.vault.kind).toBe('absent')
    await expect(keys.create('weak')).rejects.toMatchObject({ code: 'weak-password' })
    await keys.create('strong')
    expect(state.state.vault.kind).toBe('unlocked')
    await keys.lock()
    expect(state.state.vault.kind).toBe('locked')
    await expect(keys.unlock('wrong')).rejects.toMatchObject({ code: 'wrong-password' })
    expect(state.state.vault.kind).toBe('locked')
    await keys.unlock('right')
    expect(state.state.vault.kind).toBe('unlocked')
    keys.stop()
  })

  it('keeps what is needed after a restart while only the kind changes', async () => {
    const { keys, state } = setup()
    const needed = { reason: 'after-restart' as const, sinceMs: 1, claimsAtRisk: 2, deadlineHeight: null, deadlineMs: null }
    state.patch('vault', { needed })
    await keys.unlock('right')
    expect(state.state.vault).toEqual({ kind: 'unlocked', needed })
    keys.stop()
  })

  it('publishes a made key, forgets one that is gone, and leaves out networks it does not know', async () => {
    const { keys, state, list } = setup()
    await keys.unlock('right')
    list.push(KEY, { ...KEY, id: 'key-2', network: 'somewhere' })
    await keys.take({ kind: 'key-made', key: KEY })
    expect(Object.keys(state.state.keys)).toEqual(['key-1'])
    expect(state.state.keys['key-1']).toEqual({
      id: 'key-1',
      role: 'operator',
      name: 'op1',
      network: 'local',
      address: KEY.address,
      createdAtMs: 1,
      wordsConfirmedAtMs: 2,
    })
    list.splice(0)
    await keys.refresh()
    expect(state.state.keys).toEqual({})
    keys.stop()
  })

  it('makes keys for the chosen network, and none without one or for real money', async () => {
    const local = setup('local')
    await local.keys.unlock('right')
    expect(await local.keys.openNewKey({ name: 'op1', role: 'operator', mode: 'make' })).toMatchObject({ token: 'token' })
    expect(local.opened).toEqual([{ name: 'op1', role: 'operator', network: 'local', mode: 'make' }])
    local.keys.stop()
    for (const network of ['mainnet', null] as const) {
      const { keys, opened } = setup(network)
      await expect(keys.openNewKey({ name: 'op1', role: 'operator', mode: 'make' })).rejects.toMatchObject({ code: 'not-allowed' })
      expect(opened).toEqual([])
    }
  })
})

describe('the automatic lock', () => {
  it('comes after five quiet minutes and says so', async () => {
    const { keys, clock, state, status, activity } = setup()
    await keys.unlock('right')
    await clock.advance(4 * 60_000)
    keys.touch()
    await clock.advance(4 * 60_000)
    expect(status()).toBe('unlocked')
    await clock.advance(60_000)
    await clock.advance(1)
    expect(status()).toBe('locked')
    expect(state.state.vault.kind).toBe('locked')
    expect(activity).toMatchObject([{ actor: 'hearth', text: 'vault-auto-locked', facts: { minutes: '5' } }])
  })
  it('waits while a page of the confirm surface is open', async () => {
    const { keys, clock, status } = setup()
    await keys.unlock('right')
    await keys.openNewKey({ name: 'op1', role: 'operator', mode: 'make' })
    await clock.advance(9 * 60_000)
    expect(status()).toBe('unlocked')
    await keys.take({ kind: 'key-cancelled', keyId: 'x' })
    await clock.advance(4 * 60_000)
    expect(status()).toBe('unlocked')
    await clock.advance(2 * 60_000)
    expect(status()).toBe('locked')
  })
  it('follows the setting; 0 is never', async () => {
    const one = setup('local', { autoLockMinutes: '1' })
    await one.keys.unlock('right')
    await one.clock.advance(60_001)
    expect(one.status()).toBe('locked')
    const never = setup('local', { autoLockMinutes: '0' })
    await never.keys.unlock('right')
    await never.clock.advance(24 * 60 * 60_000)
    expect(never.status()).toBe('unlocked')
  })
  it('ends with a lock for another reason and does not lock what was opened since', async () => {
    const { keys, clock, setStatus, status, activity } = setup()
    await keys.unlock('right')
    await clock.advance(4 * 60_000)
    setStatus({ kind: 'locked' })
    await keys.refresh()
    await keys.unlock('right')
    await clock.advance(2 * 60_000)
    expect(status()).toBe('unlocked')
    expect(activity).toEqual([])
    keys.stop()
  })
})
