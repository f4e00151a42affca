import { act } from 'react'
import { describe, expect, it } from 'vitest'
import { clockTime } from '#renderer/text/format.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import { requests } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { SETTING_KEYS, SETTINGS, type SettingKey, type SettingScalar } from '#shared/settings/table.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { asked, pageStage, usualLink } from './page-stage.tsx'
import { serving } from './scene.ts'
import { watchSaves } from './watch-saves.ts'

const stage = pageStage()

async function show(
  chosen: Partial<Record<string, { value: SettingScalar; problem: 'unknown' | 'invalid' | null }>> = {},
  shell: AppState['app']['shell'] = 'electron',
): Promise<FakeLink> {
  globalThis.location.hash = '/settings'
  const served = serving(Date.now())
  const state: AppState = { ...served, app: { ...served.app, shell }, settings: chosen as AppState['settings'] }
  const link = usualLink(state)
  return stage.open(link)
}
const chosen = (value: SettingScalar) => ({ value, problem: null })
const text = (): string => document.body.textContent ?? ''
const rowOf = (key: SettingKey): HTMLElement => {
  const found = document.querySelector<HTMLElement>(`[data-setting="${key}"]`)
  if (!found) throw new Error(`no row ${key}`)
  return found
}
const control = (key: SettingKey): HTMLInputElement => rowOf(key).querySelector('input, select') as HTMLInputElement
const button = (name: RegExp, within: ParentNode = document): HTMLButtonElement => {
  const found = [...within.querySelectorAll('button')].find((each) => name.test(each.getAttribute('aria-label') ?? each.textContent ?? ''))
  if (!found) throw new Error(`no button ${name}`)
  return found
}
async function type(input: HTMLElement, value: string): Promise<void> {
  const prototype = input instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype
  await act(async () => {
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
    await settle()
  })
}
async function press(target: HTMLElement): Promise<void> {
  await act(async () => {
    target.click()
    await settle()
  })
}
/** A main that takes changes and publishes them. */
function takes(link: FakeLink, restarts: ('hearth' | 'miner')[] = []): void {
  link.answers['settings.set'] = (input) => {
    const { changes } = requests['settings.set'].input.parse(input)
    for (const [key, value] of Object.entries(changes))
      link.change({ slice: 'settings', id: key, value: chosen(value) }, { settings: { ...link.state.settings, [key]: chosen(value) } })
    return { ok: true, value: { restarts } }
  }
}

describe('the settings page', () => {
  it('shows every setting with what it does, why, at what risk, and its standard value', async () => {
    await show()
    for (const key of SETTING_KEYS) {
      const words = rowOf(key).textContent ?? ''
      expect(words, key).toMatch(/Why.+Risk.+Standard: /)
      expect(control(key).id, key).toBe(rowOf(key).querySelector('label')?.htmlFor)
      expect(words, key).not.toMatch(/settings\.|\{\{/)
    }
    expect(rowOf('autoLockMinutes').textContent).toContain('Standard: 5 minutes')
    expect(rowOf('engineEndpoint').textContent).toContain('found by itself')
    expect(text()).not.toContain('Changed')
  })

  it('offers in a browser nothing that only a window can do', async () => {
    await show({ keepRunning: chosen(true) }, 'web')
    const offered = [...document.querySelectorAll('[data-setting]')].map((row) => row.getAttribute('data-setting'))
    expect(offered).toEqual(SETTING_KEYS.filter((key) => SETTINGS[key].section !== 'desktop'))
    expect(text()).not.toContain('differs from the standard')
  })

  it('marks what differs from the standard, and leads back to it', async () => {
    const link = await show({ autoLockMinutes: chosen(30) })
    takes(link)
    expect(control('autoLockMinutes').value).toBe('30')
    expect(rowOf('autoLockMinutes').textContent).toContain('Changed')
    expect(text()).toContain('1 differs from the standard')
    await press(button(/back to 5 minutes/))
    await press(button(/^Apply changes$/))
    expect(asked(link, 'settings.set')).toEqual([{ changes: { autoLockMinutes: 5 } }])
    expect(rowOf('autoLockMinutes').textContent).not.toContain('Changed')
    expect(text()).toContain('Applied.')
  })

  it('collects changes and sends them together, once, and nothing before', async () => {
    const link = await show()
    takes(link)
    await type(control('theme'), 'dark')
    await type(control('autoLockMinutes'), '12')
    expect(asked(link, 'settings.set')).toEqual([])
    expect(text()).toContain('2 changes')
    expect(text()).toContain('Nothing restarts.')
    await press(button(/^Apply changes$/))
    expect(asked(link, 'settings.set')).toEqual([{ changes: { theme: 'dark', autoLockMinutes: 12 } }])
  })

  it('takes typed changes back', async () => {
    const link = await show()
    await type(control('autoLockMinutes'), '12')
    await press(button(/^Discard$/))
    expect(control('autoLockMinutes').value).toBe('5')
    expect(document.querySelector('[aria-label="Changes not applied yet"]')).toBeNull()
    expect(asked(link, 'settings.set')).toEqual([])
  })

  it.each([
    ['autoLockMinutes', 'soon'],
    ['autoLockMinutes', '1.5'],
    ['autoLockMinutes', '-1'],
    ['autoLockMinutes', ''],
    ['autoLockMinutes', '1441'],
    ['alertWebhookUrl', 'http://x.example'],
    ['engineEndpoint', 'tcp://10.0.0.1:2375'],
  ] as const)('does not take %s = %j, and says so under the field', async (key, typed) => {
    const link = await show()
    await type(control(key), typed)
    expect(control(key).getAttribute('aria-invalid')).toBe('true')
    expect(rowOf(key).querySelector('[role="alert"]')?.textContent).toBeTruthy()
    await press(button(/^Apply changes$/))
    expect(asked(link, 'settings.set')).toEqual([])
  })

  it('says before applying that the relay miner starts again, and what that costs now', async () => {
    await show()
    await type(control('relayTimeoutSeconds'), '20')
    const foot = document.querySelector('[aria-label="Changes not applied yet"]')
    expect(foot?.textContent).toMatch(/starts the relay miner again\. .+/)
  })

  it('keeps what was typed when main refuses', async () => {
    const link = await show()
    link.answers['settings.set'] = (): ApiResult<unknown> => ({ ok: false, error: { code: 'internal', ref: 'r9' } })
    await type(control('autoLockMinutes'), '12')
    await press(button(/^Apply changes$/))
    expect(control('autoLockMinutes').value).toBe('12')
    expect(text()).toContain('r9')
  })

  it('finds by title, by words of the help and by option, and says when nothing fits', async () => {
    await show()
    const search = document.querySelector<HTMLInputElement>('input[aria-label="Find a setting"]')
    if (!search) throw new Error('no search')
    const found = (): string[] => [...document.querySelectorAll<HTMLElement>('[data-setting]')].map((each) => each.dataset['setting'] ?? '')
    await type(search, 'light')
    expect(found()).toContain('theme')
    expect(found()).not.toContain('engineEndpoint')
    await type(search, 'npipe')
    expect(found()).toEqual(['engineEndpoint'])
    await type(search, 'GAS proofs')
    expect(found()).toEqual(['minerGasPriceTimes'])
    await type(search, 'zebra')
    expect(found()).toEqual([])
    expect(text()).toContain('No setting has "zebra"')
    await act(async () => void search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })))
    expect(found()).toHaveLength(SETTING_KEYS.length)
  })

  it('is reached by / from anywhere but a field', async () => {
    await show()
    const search = document.querySelector<HTMLInputElement>('input[aria-label="Find a setting"]')
    await act(async () => void document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true })))
    expect(document.activeElement).toBe(search)
    control('alertWebhookUrl').focus()
    await act(
      async () =>
        void control('alertWebhookUrl').dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true })),
    )
    expect(document.activeElement).toBe(control('alertWebhookUrl'))
  })

  it('resets a section at a time', async () => {
    const link = await show({ gasMarginPercent: chosen(300), gasPriceTimes: chosen(9), autoLockMinutes: chosen(30) })
    takes(link)
    await press(button(/Reset the section Transactions/))
    await press(button(/^Apply changes$/))
    expect(asked(link, 'settings.set')).toEqual([{ changes: { gasMarginPercent: 150, gasPriceTimes: 2 } }])
  })

  it('tells of what lies stored and is not used, and forgets it when asked', async () => {
    const link = await show({ fromTheFuture: { value: '7', problem: 'unknown' }, theme: { value: 'system', problem: 'invalid' } })
    link.answers['settings.reset'] = () => ({ ok: true, value: { restarts: [] } })
    expect(text()).toContain('fromTheFuture = 7 comes from another version')
    expect(text()).toContain('theme holds a value that this version does not take')
    await press(button(/Forget it: fromTheFuture/))
    expect(asked(link, 'settings.reset')).toEqual([{ keys: ['fromTheFuture'] }])
  })

  it('links to the pages that have more', async () => {
    await show({}, 'web')
    const hrefs = [...document.querySelectorAll('a')].map((each) => each.getAttribute('href'))
    for (const page of ['keys', 'records', 'sessions']) expect(hrefs).toContain(`#/settings/${page}`)
  })
})

describe('the look', () => {
  it('follows the setting at once and after a reload', async () => {
    const link = await show({ theme: chosen('dark') })
    expect(document.documentElement.dataset['theme']).toBe('dark')
    expect(globalThis.localStorage.getItem('hearth-theme')).toBe('dark')
    await act(async () => {
      link.change({ slice: 'settings', id: 'theme', value: chosen('system') }, { settings: { theme: chosen('system') } })
      await settle()
    })
    expect(document.documentElement.dataset['theme']).toBeUndefined()
    expect(globalThis.localStorage.getItem('hearth-theme')).toBeNull()
  })

  it('writes times with 12 or 24 hours', async () => {
    const evening = new Date(2026, 10, 22, 21, 5).getTime()
    await show({ clockHours: chosen('24') })
    expect(clockTime(evening)).toBe('21:05')
    await stage.close()
    await show({ clockHours: chosen('12') })
    expect(clockTime(evening)).toMatch(/^9:05\s?pm$/i)
    await stage.close()
    await show()
  })
})

describe('a long page', () => {
  it('leads to each of its sections, also for the keyboard', async () => {
    await show()
    const nav = document.querySelector('nav[aria-label="Sections of this page"]')
    const names = [...(nav?.querySelectorAll('button') ?? [])].map((each) => each.textContent)
    expect(names).toContain('Alerts')
    expect(names.length).toBe(document.querySelectorAll('[data-section]').length)
    const target = document.querySelector<HTMLElement>('[data-section="alerts"]')
    if (!target) throw new Error('no section')
    let scrolled = 0
    target.scrollIntoView = () => {
      scrolled += 1
    }
    await press(button(/^Alerts$/))
    expect(scrolled).toBe(1)
    expect(document.activeElement).toBe(target)
  })
})

describe('settings as a file', () => {
  const judged = {
    changes: [{ key: 'minerGasPriceTimes', from: 10, to: 20, restarts: ['miner'] }],
    ignored: [{ key: 'moonPhase', reason: 'unknown', value: 'true' }],
    same: 3,
    digest: 'd1',
  }
  async function choose(content: string | File): Promise<void> {
    const input = document.querySelector<HTMLInputElement>('input[type="file"]')
    if (!input) throw new Error('no file field')
    const file = typeof content === 'string' ? new File([content], 'settings.json') : content
    Object.defineProperty(input, 'files', { value: [file], configurable: true })
    await act(async () => {
      input.dispatchEvent(new Event('change', { bubbles: true }))
      await new Promise((resolve) => setTimeout(resolve, 20))
      await settle()
    })
  }

  it('is shown whole before it is saved', async () => {
    const link = await show()
    link.answers['settings.export'] = () => ({
      ok: true,
      value: { fileName: 'hearth-settings.json', text: '{"kind":"hearth-settings"}\n' },
    })
    await press(button(/^Export settings…$/))
    expect(text()).toContain('{"kind":"hearth-settings"}')
    const saved = watchSaves()
    await press(button(/^Save as hearth-settings.json$/))
    expect(await saved()).toEqual([{ name: 'hearth-settings.json', text: '{"kind":"hearth-settings"}\n' }])
  })

  it('is looked at before it is applied, and applied as it was looked at', async () => {
    const link = await show()
    link.answers['settings.judge'] = () => ({ ok: true, value: judged })
    link.answers['settings.import'] = () => ({ ok: true, value: { restarts: ['miner'] } })
    await choose('the text')
    expect(asked(link, 'settings.judge')).toEqual([{ text: 'the text' }])
    const dialog = document.querySelector('[role="dialog"]')
    expect(dialog?.textContent).toMatch(/Gas price of claims and proofs.*10 times.*20 times/)
    expect(dialog?.textContent).toContain('moonPhase: not a setting of this version')
    expect(dialog?.textContent).toContain('3 more are as they are here.')
    expect(asked(link, 'settings.import')).toEqual([])
    await press(button(/^Apply 1 change$/))
    expect(asked(link, 'settings.import')).toEqual([{ text: 'the text', digest: 'd1' }])
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })

  it('that is none is told in words, and nothing opens', async () => {
    const link = await show()
    link.answers['settings.judge'] = (): ApiResult<unknown> => ({
      ok: false,
      error: { code: 'settings-file-invalid', detail: { problem: 'not-json' }, ref: '' },
    })
    await choose('\u0000\u0001')
    expect(text()).toContain('This file is damaged or is something else.')
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })

  it('that is gone since it was chosen is told, and the next one that can be read is looked at', async () => {
    const link = await show()
    link.answers['settings.judge'] = () => ({ ok: true, value: judged })
    const gone = new File(['x'], 'settings.json')
    Object.defineProperty(gone, 'text', { value: () => Promise.reject(new DOMException('gone', 'NotFoundError')) })
    await choose(gone)
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('This file could not be read.')
    expect(asked(link, 'settings.judge')).toEqual([])
    await choose('the text')
    expect(asked(link, 'settings.judge')).toEqual([{ text: 'the text' }])
    expect(text()).not.toContain('This file could not be read.')
  })

  it('that changes nothing offers nothing to apply', async () => {
    const link = await show()
    link.answers['settings.judge'] = () => ({ ok: true, value: { changes: [], ignored: [], same: 12, digest: 'd' } })
    await choose('x')
    expect(text()).toContain('Nothing: all of its settings are as they are here.')
    expect(() => button(/^Apply \d/)).toThrow('no button')
  })
})

describe('a test message', () => {
  it('is offered once there is an address, and its failure is told', async () => {
    const link = await show({ alertWebhookUrl: chosen('https://ntfy.sh/x') })
    link.answers['alerts.test'] = (): ApiResult<unknown> => ({
      ok: false,
      error: { code: 'alert-undelivered', detail: { host: 'ntfy.sh', reason: 'status 404' }, ref: '' },
    })
    await press(button(/^Send a test message$/))
    expect(text()).toContain('ntfy.sh says status 404')
    await stage.close()
    await show()
    expect(() => button(/^Send a test message$/)).toThrow('no button')
  })
})
