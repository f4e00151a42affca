import { describe, expect, it } from 'vitest'
import { createSettings } from '#main/core/settings/settings.ts'
import { parseStored, readSetting, SETTINGS_ROW, UNREADABLE_ROW } from '#main/core/settings/stored.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { settingIn } from '#shared/settings/read.ts'
import { SETTING_KEYS, SETTINGS, type SettingKey } from '#shared/settings/table.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'

async function setup(row?: string) {
  const rows = new Map<string, string>(row === undefined ? [] : [[SETTINGS_ROW, row]])
  const writes: string[] = []
  let isBroken = false
  const store = {
    setting: (key: string) => Promise.resolve(rows.get(key)),
    setSetting: (key: string, value: string) => {
      if (isBroken) return Promise.reject(new Error('the disk is gone'))
      writes.push(key)
      rows.set(key, value)
      return Promise.resolve()
    },
  }
  const clock = createTestClock()
  const log = createTestLog()
  const app = { version: '1', shell: 'web' as const, host: 'h', network: null, startedAtMs: 0, notice: null }
  const make = () => {
    const state = createStatePublisher(initialState(app), clock)
    return createSettings({ store, state, log, version: '1.2.3' }).then((settings) => ({ settings, state }))
  }
  return { ...(await make()), rows, writes, log, store, again: make, breakStore: () => (isBroken = true) }
}
const stored = (values: Record<string, unknown>): string => JSON.stringify({ format: 1, values })
const file = (settings: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ kind: 'hearth-settings', format: 1, version: '1', settings, ...more })

describe('settings', () => {
  it('gives and publishes the standard values before anything was chosen', async () => {
    const { settings, state, rows } = await setup()
    for (const key of SETTING_KEYS) {
      expect(settings.get(key), key).toBe(SETTINGS[key].standard)
      expect(state.state.settings[key], key).toEqual({ value: SETTINGS[key].standard, problem: null })
    }
    expect(rows.size).toBe(0)
  })

  it('keeps what was set over a restart, tells the rooms, and says what must start again', async () => {
    const { settings, state, again } = await setup()
    const told: (readonly SettingKey[])[] = []
    const stop = settings.onChange((keys) => told.push(keys))
    expect(await settings.set({ autoLockMinutes: 30, minerGasPriceTimes: 20, engineEndpoint: ' unix:///run/x.sock ' })).toEqual(['miner'])
    expect(settings.get('autoLockMinutes')).toBe(30)
    expect(settingIn(state.state.settings, 'engineEndpoint')).toBe('unix:///run/x.sock')
    expect(told).toEqual([['autoLockMinutes', 'minerGasPriceTimes', 'engineEndpoint']])
    expect(await settings.set({ autoLockMinutes: 30 })).toEqual([])
    stop()
    await settings.set({ autoLockMinutes: 31 })
    expect(told).toHaveLength(2)
    expect((await again()).settings.get('autoLockMinutes')).toBe(31)
  })

  it('writes any number of changes as one row, once', async () => {
    const { settings, writes } = await setup()
    await settings.set({ autoLockMinutes: 1, gasPriceTimes: 3, theme: 'dark', quietHours: true })
    expect(writes).toEqual([SETTINGS_ROW])
  })

  it('changes nothing, here or there, when the store fails', async () => {
    const { settings, state, breakStore, rows } = await setup()
    await settings.set({ gasPriceTimes: 3 })
    const before = rows.get(SETTINGS_ROW)
    breakStore()
    await expect(settings.set({ gasPriceTimes: 4, theme: 'dark' })).rejects.toThrow('the disk is gone')
    expect([settings.get('gasPriceTimes'), settings.get('theme'), settingIn(state.state.settings, 'gasPriceTimes')]).toEqual([
      3,
      'system',
      3,
    ])
    expect(rows.get(SETTINGS_ROW)).toBe(before)
  })

  it.each([
    [{ autoLockMinutes: 1.5 }, 'number'],
    [{ autoLockMinutes: -1 }, 'number'],
    [{ autoLockMinutes: 1_441 }, 'number'],
    [{ autoLockMinutes: '5' }, 'number'],
    [{ autoLockMinutes: null }, 'number'],
    [{ theme: 'pink' }, 'choice'],
    [{ quietHours: 'yes' }, 'switch'],
    [{ alertWebhookUrl: 'http://example.org/x' }, 'text'],
    [{ alertWebhookUrl: 'https://me:pw@example.org/x' }, 'text'],
    [{ heartbeatUrl: 'https://example.org/a b' }, 'text'],
    [{ engineEndpoint: 'http://192.168.1.5:2375' }, 'text'],
    [{ engineEndpoint: 'ssh://box' }, 'text'],
    [{ nothingOfThisName: 1 }, 'unknown'],
    [JSON.parse('{"__proto__": 1}') as Record<string, unknown>, 'unknown'],
    [{ constructor: 1 }, 'unknown'],
    [{ toString: 1 }, 'unknown'],
  ])('refuses %j and the good ones beside it', async (bad, problem) => {
    const { settings, rows } = await setup()
    await expect(settings.set({ gasPriceTimes: 7, ...bad })).rejects.toMatchObject({ code: 'setting-invalid', detail: { problem } })
    expect(settings.get('gasPriceTimes')).toBe(2)
    expect(rows.size).toBe(0)
  })

  it('resets one, and leaves no trace of it in the store', async () => {
    const { settings, rows } = await setup()
    await settings.set({ gasPriceTimes: 3, theme: 'dark' })
    await settings.reset(['gasPriceTimes'])
    expect(settings.get('gasPriceTimes')).toBe(2)
    expect(settings.get('theme')).toBe('dark')
    expect(rows.get(SETTINGS_ROW)).toBe(stored({ theme: 'dark' }))
    await expect(settings.reset(['never-heard-of'])).rejects.toMatchObject({ code: 'setting-invalid' })
  })

  it('goes on telling the other rooms when one of them stumbles', async () => {
    const { settings, log } = await setup()
    const told: string[] = []
    settings.onChange(() => {
      throw new Error('stumbled')
    })
    settings.onChange(() => told.push('second'))
    await settings.set({ theme: 'dark' })
    expect(told).toEqual(['second'])
    expect(log.lines.some((line) => line.level === 'error')).toBe(true)
  })
})

describe('what lies in the store', () => {
  it('of another version is told, kept through other changes, and forgotten when asked', async () => {
    const { settings, state, rows, log } = await setup(stored({ fromTheFuture: { a: [1] }, autoLockMinutes: 'often', theme: 'dark' }))
    expect(settings.get('theme')).toBe('dark')
    expect(settings.get('autoLockMinutes')).toBe(5)
    expect(state.state.settings['fromTheFuture']).toEqual({ value: '{"a":[1]}', problem: 'unknown' })
    expect(state.state.settings['autoLockMinutes']).toEqual({ value: 5, problem: 'invalid' })
    expect(log.lines.filter((line) => line.level === 'warn')).toHaveLength(2)
    await settings.set({ gasPriceTimes: 3 })
    expect(JSON.parse(rows.get(SETTINGS_ROW) ?? '')).toMatchObject({
      values: { fromTheFuture: { a: [1] }, autoLockMinutes: 'often', gasPriceTimes: 3 },
    })
    await settings.set({ autoLockMinutes: 9 })
    expect(state.state.settings['autoLockMinutes']).toEqual({ value: 9, problem: null })
    await settings.reset(['fromTheFuture'])
    expect(state.state.settings['fromTheFuture']).toBeUndefined()
    expect(rows.get(SETTINGS_ROW)).not.toContain('fromTheFuture')
  })

  it('never crowds out the settings themselves, however much of it there is', async () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_each, at) => [`strange${at}`, 'x'.repeat(500)]))
    const { state } = await setup(stored({ ...many, ['k'.repeat(5_000)]: 1, theme: 'dark' }))
    expect(state.state.settings['theme']).toEqual({ value: 'dark', problem: null })
    expect(Object.keys(state.state.settings)).toHaveLength(SETTING_KEYS.length + 20)
    expect(JSON.stringify(state.state.settings).length).toBeLessThan(6_000)
  })

  it.each(['', 'not json', '[]', '{"format":2,"values":{"theme":"dark"}}', '{"format":1}', 'null'])(
    '%j is put aside before anything is written over it',
    async (row) => {
      const { settings, rows } = await setup(row)
      expect(settings.get('theme')).toBe('system')
      expect(rows.get(SETTINGS_ROW)).toBe(row)
      await settings.set({ theme: 'light' })
      expect(rows.get(UNREADABLE_ROW)).toBe(row)
      expect(rows.get(SETTINGS_ROW)).toBe(stored({ theme: 'light' }))
    },
  )

  it('is read for the wiring without a room, and only where it is good', async () => {
    const of = (row: string) => readSetting({ setting: () => Promise.resolve(row) }, 'engineEndpoint')
    expect(await of(stored({ engineEndpoint: 'unix:///run/x.sock' }))).toBe('unix:///run/x.sock')
    expect(await of(stored({ engineEndpoint: 'http://elsewhere:1' }))).toBeUndefined()
    expect(await of('broken')).toBeUndefined()
  })

  it('with keys of the prototype is nothing special', () => {
    const { values, strange } = parseStored('{"format":1,"values":{"__proto__":{"theme":"dark"},"constructor":1}}')
    expect(values.size).toBe(0)
    expect([...strange.keys()].sort()).toEqual(['__proto__', 'constructor'])
  })
})

describe('settings as a file', () => {
  it('comes back as it went, without addresses', async () => {
    const one = await setup()
    await one.settings.set({
      autoLockMinutes: 17,
      theme: 'dark',
      alertWebhookUrl: 'https://ntfy.sh/secret-topic',
      engineEndpoint: 'unix:///x',
    })
    const text = one.settings.export()
    expect(text).not.toMatch(/secret-topic|unix:/)
    const two = await setup()
    const judged = two.settings.judge(text)
    expect(judged.changes.map((change) => [change.key, change.from, change.to])).toEqual([
      ['theme', 'system', 'dark'],
      ['autoLockMinutes', 5, 17],
    ])
    expect(two.settings.get('theme')).toBe('system')
    expect(two.writes).toEqual([])
    await two.settings.import(text, judged.digest)
    expect([two.settings.get('theme'), two.settings.get('autoLockMinutes')]).toEqual(['dark', 17])
    expect(two.writes).toEqual([SETTINGS_ROW])
  })

  it('says of each key why it is left out, and takes the rest', async () => {
    const { settings } = await setup()
    const text = file({
      theme: 'dark',
      gasPriceTimes: 2,
      autoLockMinutes: 'soon\n\u0007now',
      moonPhase: true,
      alertWebhookUrl: 'https://evil.example/take',
      engineEndpoint: 'unix:///evil.sock',
    })
    const { changes, ignored, same, digest } = settings.judge(text)
    expect(changes.map((change) => change.key)).toEqual(['theme'])
    expect(same).toBe(1)
    expect(ignored).toEqual([
      { key: 'autoLockMinutes', reason: 'invalid', value: 'soon now' },
      { key: 'moonPhase', reason: 'unknown', value: 'true' },
      { key: 'alertWebhookUrl', reason: 'stays-here', value: '' },
      { key: 'engineEndpoint', reason: 'stays-here', value: '' },
    ])
    await settings.import(text, digest)
    expect([settings.get('theme'), settings.get('alertWebhookUrl'), settings.get('engineEndpoint')]).toEqual(['dark', '', ''])
  })

  it('is applied only as it was looked at', async () => {
    const { settings } = await setup()
    const text = file({ theme: 'dark', gasPriceTimes: 3 })
    const { digest } = settings.judge(text)
    await settings.set({ gasPriceTimes: 9 })
    await expect(settings.import(text, digest)).rejects.toMatchObject({ code: 'settings-file-invalid', detail: { problem: 'changed' } })
    await expect(settings.import(file({ theme: 'light' }), digest)).rejects.toMatchObject({ detail: { problem: 'changed' } })
    expect(settings.get('theme')).toBe('system')
  })

  it.each([
    ['', 'not-json'],
    ['\u0000\u0001\u0002', 'not-json'],
    ['{"kind":"hearth-settings"', 'not-json'],
    ['null', 'not-settings'],
    ['[1]', 'not-settings'],
    ['{"kind":"other","format":1,"settings":{}}', 'not-settings'],
    ['{"kind":"hearth-settings","format":0,"settings":{}}', 'not-settings'],
    ['{"kind":"hearth-settings","format":1,"settings":[]}', 'not-settings'],
    ['{"kind":"hearth-settings","format":2,"settings":{}}', 'newer'],
    ['x'.repeat(100_001), 'too-large'],
  ])('%j is refused as %s', async (text, problem) => {
    const { settings } = await setup()
    expect(() => settings.judge(text)).toThrow(expect.objectContaining({ code: 'settings-file-invalid', detail: { problem } }) as Error)
  })
})
