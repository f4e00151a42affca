import { describe, expect, it } from 'vitest'
import { createKeys } from '#main/core/keys/keys.ts'
import type { ActivityRow, Store } from '#main/core/ports/store.ts'
import type { VaultStatus } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { fakeVault, KEY } from './fake-vault.ts'

const setup = (network: NetworkId | null = 'local', settings: Record<string, string> = {}) => {
  const clock = createTestClock()
  const log = createTestLog()
  const app = { version: '0', shell: 'web' as const, host: 'h', network, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const activity: Omit<ActivityRow, 'id'>[] = []
  const { vault, self } = fakeVault(() => clock.now())
  const list = self.keys
  const kept = new Map<string, string>()
  const store = {
    setting: (key: string) => Promise.resolve(kept.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
    addActivity: (row: Omit<ActivityRow, 'id'>) => {
      activity.push(row)
      return Promise.resolve()
    },
  } as Partial<Store> as Store
  const keys = createKeys({ vault, store, state, clock, log, autoLockMinutes: () => Number(settings['autoLockMinutes'] ?? 5) })
  return {
    keys,
    clock,
    state,
    list,
    self,
    kept,
    opened: self.opened,
    activity,
    log,
    setStatus: (next: VaultStatus) => (self.status = next),
    status: () => self.status.kind,
  }
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
      kind: 'key',
      fenced: null,
    })
    list.splice(0)
    await keys.refresh()
    expect(state.state.keys).toEqual({})
    keys.stop()
  })

  it('makes keys for the chosen network, and none without one', async () => {
    const local = setup('local')
    await local.keys.unlock('right')
    expect(await local.keys.openNewKey({ name: 'op1', role: 'operator', mode: 'make' })).toMatchObject({ token: 'token' })
    expect(local.opened).toEqual([{ name: 'op1', role: 'operator', network: 'local', mode: 'make' }])
    local.keys.stop()
    const real = setup('mainnet')
    await real.keys.unlock('right')
    await real.keys.openNewKey({ name: 'op1', role: 'operator', mode: 'make' })
    expect(real.opened).toEqual([{ name: 'op1', role: 'operator', network: 'mainnet', mode: 'make' }])
    real.keys.stop()
    const { keys, opened } = setup(null)
    await expect(keys.openNewKey({ name: 'op1', role: 'operator', mode: 'make' })).rejects.toMatchObject({ code: 'not-allowed' })
    expect(opened).toEqual([])
  })
})

describe('what the surface led to', () => {
  it('a new key is claimed for this installation; one that was brought in is not, but on a chain of this machine', async () => {
    const { keys, state, list } = setup('beta')
    await keys.unlock('right')
    const brought = { ...KEY, id: 'key-2', address: 'pokt1b', network: 'beta', origin: 'words' as const }
    const play = { ...brought, id: 'key-3', address: 'pokt1c', network: 'local' }
    const made = { ...brought, id: 'key-4', address: 'pokt1d', origin: 'made' as const }
    list.push(brought, play, made)
    for (const key of list) await keys.take({ kind: 'key-made', key })
    const fenced = Object.fromEntries(Object.values(state.state.keys).map((key) => [key.id, key.fenced]))
    expect(fenced).toEqual({ 'key-2': 'new-here', 'key-3': null, 'key-4': null })
    keys.stop()
  })
  it('backups and drills are dated by key, a failed drill is told and does not undo a passed one', async () => {
    const { keys, clock, state, list, activity } = setup()
    list.push(KEY)
    await keys.unlock('right')
    const now = clock.now()
    await keys.take({ kind: 'backup-made', path: '/b', madeAtMs: now, keys: [KEY] })
    await clock.advance(1_000)
    await keys.take({ kind: 'drill-passed', path: '/b', madeAtMs: now, keys: [KEY], missing: [] })
    expect(await keys.care.read()).toMatchObject({
      backup: { atMs: now, path: '/b' },
      drill: { atMs: now + 1_000, path: '/b', madeAtMs: now },
      backupAtMs: { 'key-1': now },
      drillAtMs: { 'key-1': now + 1_000 },
    })
    expect(state.state.custody).toMatchObject({ backupAtMs: now, drillAtMs: now + 1_000 })
    await keys.take({ kind: 'drill-failed', path: '/b', reason: 'checksum' })
    expect(await keys.care.read()).toMatchObject({ drill: { atMs: now + 1_000 }, failedDrill: { reason: 'checksum' } })
    expect(activity.at(-1)).toMatchObject({ text: 'drill-failed', level: 'bad', facts: { reason: 'checksum' } })
    await keys.take({ kind: 'drill-passed', path: '/b', madeAtMs: now, keys: [], missing: [] })
    expect((await keys.care.read()).failedDrill).toBeUndefined()
    keys.stop()
  })
  it('a secret that was shown and a key that went are told', async () => {
    const { keys, activity } = setup()
    await keys.unlock('right')
    await keys.take({ kind: 'key-exported', key: KEY, form: 'hex' })
    await keys.take({ kind: 'key-removed', key: KEY })
    expect(activity.map(({ text, level }) => [text, level])).toEqual([
      ['key-exported', 'warn'],
      ['key-removed', 'warn'],
    ])
    keys.stop()
  })
  it('a restore says which keys it left out, for being here for another network', async () => {
    const { keys, activity } = setup()
    await keys.take({ kind: 'restored', keys: [], leftOut: [KEY] })
    expect(activity.map(({ text, level, facts }) => [text, level, facts['name'], facts['network']])).toEqual([
      ['keys-restored', 'info', undefined, undefined],
      ['key-left-out', 'warn', KEY.name, KEY.network],
    ])
    keys.stop()
  })
  it('a restore leaves the vault open, with the keys fenced', async () => {
    const { keys, state, list, setStatus } = setup()
    list.push(KEY)
    setStatus({ kind: 'unlocked' })
    await keys.take({ kind: 'restored', keys: [KEY], leftOut: [] })
    expect(state.state.vault.kind).toBe('unlocked')
    expect(state.state.keys['key-1']?.fenced).toBe('new-here')
    keys.stop()
  })
})

describe('a vault that opens itself', () => {
  const locked = (mode: 'ask' | 'file') => {
    const made = setup()
    made.self.status = { kind: 'locked' }
    made.self.mode = mode
    return made
  }
  it('opens by the choice that was made, says so, and locks again after quiet', async () => {
    const { keys, clock, state, status, activity } = locked('file')
    expect(await keys.openUnattended()).toBe(true)
    expect(state.state.vault.kind).toBe('unlocked')
    expect(activity).toMatchObject([{ text: 'vault-opened-itself', actor: 'hearth' }])
    await clock.advance(5 * 60_000 + 1)
    expect(status()).toBe('locked')
    // Quiet locked it, not the user.
    expect(await keys.openUnattended()).toBe(true)
    keys.stop()
  })
  it('does not when the choice is to ask, or after the user locked it', async () => {
    expect(await locked('ask').keys.openUnattended()).toBe(false)
    const { keys, status } = locked('file')
    await keys.openUnattended()
    await keys.lock()
    expect(await keys.openUnattended()).toBe(false)
    expect(status()).toBe('locked')
    await keys.unlock('right')
    expect(await keys.openUnattended()).toBe(true)
    keys.stop()
  })
  it('says once why it could not, and forgets that when it could', async () => {
    const { keys, self, state, activity } = locked('file')
    self.unattendedError = new HearthError('unlock-file-refused', { reason: 'mode', path: '/k', mode: '0644' })
    expect(await keys.openUnattended()).toBe(false)
    expect(await keys.openUnattended()).toBe(false)
    expect(activity).toMatchObject([{ text: 'vault-unlock-failed', level: 'warn', facts: { code: 'unlock-file-refused' } }])
    expect(state.state.custody.unlockProblem).toMatchObject({ code: 'unlock-file-refused', detail: { mode: '0644' } })
    self.unattendedError = undefined
    expect(await keys.openUnattended()).toBe(true)
    expect(state.state.custody.unlockProblem).toBeNull()
    keys.stop()
  })
  it('leaves a failure that nobody expected to whoever asked', async () => {
    const { keys, self } = locked('file')
    self.unattendedError = new TypeError('broken') as never
    await expect(keys.openUnattended()).rejects.toThrow('broken')
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
