import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { moment, recordVerdict, wholeDays } from '#renderer/features/records/record-words.ts'
import { startText, words } from '#renderer/text/text.ts'
import { requests } from '#shared/api/requests.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { recordStatus, recordTask } from './record-scene.ts'
import { serving } from './scene.ts'

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})

describe('the verdict', () => {
  const now = Date.now()
  it('is good, old, failed or none, worst first, and counts whole copies alone', () => {
    expect(recordVerdict(words, recordStatus(now), now)).toMatchObject({ tone: 'ok', title: 'The record is copied every day' })
    expect(recordVerdict(words, recordStatus(now), now).text).toContain('6 copies are kept')
    const old = recordStatus(now - 3 * 86_400_000)
    expect(recordVerdict(words, old, now)).toMatchObject({ tone: 'warn', title: expect.stringContaining('3') as string })
    const failures = [{ where: 'chosen' as const, code: 'folder-invalid' as const, detail: { reason: 'missing' }, atMs: now }]
    expect(recordVerdict(words, { ...old, failures }, now)).toMatchObject({ tone: 'warn', title: 'The last backup failed' })
    expect(recordVerdict(words, { ...old, failures: [], copies: [] }, now).title).toBe('There is no backup yet')
    const damaged = { ...recordStatus(now), copies: recordStatus(now).copies.map((copy) => ({ ...copy, ok: false })) }
    expect(recordVerdict(words, damaged, now).title).toBe('There is no backup yet')
  })

  it('takes whole days within the bounds alone', () => {
    expect(['90', ' 7 ', '0', '3651', '1.5', '-3', 'x', ''].map((text) => wholeDays(text, 1, 3_650))).toEqual([
      90,
      7,
      null,
      null,
      null,
      null,
      null,
      null,
    ])
  })

  it('the scene fits the schema of the answer', () => {
    requests['records.status'].output.parse(recordStatus(now))
  })
})

describe('the page', () => {
  let root: Root | undefined
  let box: HTMLElement
  beforeEach(() => {
    // Copies are named by their minute: it must not turn between the page and what is looked for on it.
    vi.useFakeTimers({ toFake: ['Date'] })
    box = document.createElement('div')
    document.body.append(box)
  })
  afterEach(async () => {
    vi.useRealTimers()
    await act(async () => root?.unmount())
    document.body.replaceChildren()
  })
  const show = async (more: Record<string, unknown> = {}, state: AppState = serving(Date.now())): Promise<FakeLink> => {
    globalThis.location.hash = '/settings/records'
    const link = fakeLink(state)
    const known = { 'records.status': recordStatus(Date.now()), ...more }
    for (const [name, value] of Object.entries(known)) link.answers[name] = () => ({ ok: true, value })
    root = createRoot(box)
    await act(async () => {
      root?.render(<App bridge={bridgeOver(link)} />)
      await settle()
    })
    await act(settle)
    return link
  }
  const button = (name: string): HTMLButtonElement => {
    const found = [...document.querySelectorAll('button')].find(
      (each) => each.textContent?.trim() === name || each.getAttribute('aria-label') === name,
    )
    if (!found) throw new Error(`no button ${name}`)
    return found
  }
  const press = (name: string): Promise<void> =>
    act(async () => {
      button(name).click()
      await settle()
    })
  const type = (label: string, text: string, nth = 0): Promise<void> =>
    act(async () => {
      const found = [...document.querySelectorAll('label')].filter((each) => each.textContent === label)[nth]
      const input = document.getElementById(found?.htmlFor ?? '')
      if (!(input instanceof HTMLInputElement)) throw new Error(`no field ${label}`)
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text)
      input.dispatchEvent(new Event('input', { bubbles: true }))
      await settle()
    })
  const text = (): string => document.body.textContent ?? ''
  const asked = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)
  const task = (fields: Partial<TaskState>, kind: 'records-backup' | 'records-export' = 'records-backup') => {
    const value = recordTask(Date.now(), kind, fields)
    return { change: { slice: 'tasks' as const, id: value.id, value }, tasks: { tasks: { [value.id]: value } } }
  }

  it('shows sizes, copies with their check, the second place and what is kept', async () => {
    await show()
    for (const fact of [
      'The record is copied every day',
      '60.2',
      '279',
      '9.4',
      '1712',
      '/home/ada/.local/share/hearth',
      'Copied there once a day',
    ])
      expect(text(), fact).toContain(fact)
    expect(document.querySelectorAll('tbody tr')).toHaveLength(6)
    expect(text()).toContain('Damaged')
    const damaged = moment(recordStatus(Date.now()).copies[3]?.atMs ?? 0)
    expect(button(`Restore the backup of ${damaged}`).disabled).toBe(true)
    await press('Show all 7')
    expect(document.querySelectorAll('tbody tr')).toHaveLength(7)
  })

  it('backs up to either place, shows how far it is, stops it, and reads the list again when it ended', async () => {
    const link = await show({ 'records.backup': { taskId: 'records-backup-1' }, 'tasks.cancel': {} })
    await press('Back up now')
    await press('Back up to the second place now')
    expect(asked(link, 'records.backup')).toEqual([{ where: 'beside' }, { where: 'chosen' }])
    const running = task({ done: 30, total: 100 })
    await act(async () => {
      link.change(running.change, running.tasks)
      await settle()
    })
    expect(document.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow')).toBe('30')
    await press('Cancel')
    expect(asked(link, 'tasks.cancel')).toEqual([{ taskId: 'records-backup-1' }])
    const before = asked(link, 'records.status').length
    const done = task({ status: 'done', endedAtMs: Date.now(), facts: { name: 'hearth-1.db', bytes: '56100000', where: 'beside' } })
    await act(async () => {
      link.change(done.change, done.tasks)
      await settle()
    })
    expect(asked(link, 'records.status').length).toBe(before + 1)
    expect(text()).toContain('Backed up: hearth-1.db, 56.1')
    const failed = task({ status: 'failed', endedAtMs: Date.now(), error: { code: 'disk-full', detail: {} } })
    await act(async () => {
      link.change(failed.change, failed.tasks)
      await settle()
    })
    expect(text()).toContain('The disk is full')
  })

  it('says what a restore changes before it asks for it, and that it waits; it can be taken back', async () => {
    const link = await show({ 'records.restore': {}, 'records.cancelRestore': {} })
    const [first] = recordStatus(Date.now()).copies
    await press(`Restore the backup of ${moment(first?.atMs ?? 0)}`)
    expect(asked(link, 'records.restore')).toEqual([])
    for (const part of ['nothing is paid twice', 'Neither is in this copy', 'set-aside']) expect(text()).toContain(part)
    const pending = recordStatus(Date.now())
    link.answers['records.status'] = () => ({
      ok: true,
      value: { ...pending, pending: { name: pending.copies[0]?.name ?? '', chosen: true, askedAtMs: 1 } },
    })
    await press('Restore at the next start')
    expect(asked(link, 'records.restore')).toMatchObject([{ chosen: true }])
    expect(text()).toContain('A restore waits for the next start')
    link.answers['records.status'] = () => ({ ok: true, value: pending })
    await press('Do not restore')
    expect(asked(link, 'records.cancelRestore')).toEqual([{}])
    expect(text()).not.toContain('A restore waits')
  })

  it('checks a copy again and says what is wrong with a folder under its field', async () => {
    const link = await show({ 'records.check': {}, 'records.chooseFolder': {} })
    const status = recordStatus(Date.now())
    const [first] = status.copies
    link.answers['records.status'] = () => ({ ok: true, value: status })
    await press('Stop using it')
    expect(asked(link, 'records.chooseFolder')).toEqual([{ path: null }])
    await press(`Check again: the backup of ${moment(first?.atMs ?? 0)}`)
    expect(asked(link, 'records.check')).toEqual([{ name: first?.name, chosen: true }])
    link.answers['records.check'] = () => ({ ok: false, error: { code: 'backup-missing', ref: '' } })
    await press(`Check again: the backup of ${moment(first?.atMs ?? 0)}`)
    expect(document.querySelector('td [role="alert"]')?.textContent).toContain('backup-missing')
    link.answers['records.chooseFolder'] = () => ({ ok: false, error: { code: 'folder-invalid', detail: { reason: 'missing' }, ref: '' } })
    await type('Folder', '/nowhere')
    await press('Use this folder')
    expect(asked(link, 'records.chooseFolder').at(-1)).toEqual({ path: '/nowhere' })
    expect(text()).toContain('There is no such folder')
  })

  it.each([
    [{ chosenReady: false }, 'The folder is not there now'],
    [{ chosenSameDisk: true }, 'on the same disk as the record'],
    [{ failures: [{ where: 'beside' as const, code: 'disk-full' as const, detail: {}, atMs: 1 }] }, 'The disk is full'],
  ])('warns: %j', async (fields, sentence) => {
    await show({ 'records.status': recordStatus(Date.now(), fields) })
    expect(text()).toContain(sentence)
  })

  it('exports to a typed folder with progress and says where it is', async () => {
    const link = await show({ 'records.export': { taskId: 'records-export-1' } })
    expect(button('Export').disabled).toBe(true)
    await type('Folder', ' /media/out ', 1)
    await press('Export')
    expect(asked(link, 'records.export')).toEqual([{ folder: '/media/out' }])
    const running = task({}, 'records-export')
    await act(async () => {
      link.change(running.change, running.tasks)
      await settle()
    })
    expect(text()).toContain('61,000 of 240,000 rows')
    const done = task({ status: 'done', endedAtMs: 1, facts: { folder: '/media/out/hearth-export-1', rows: '240000' } }, 'records-export')
    await act(async () => {
      link.change(done.change, done.tasks)
      await settle()
    })
    expect(text()).toContain('Exported 240,000 rows to')
    expect(text()).toContain('/media/out/hearth-export-1')
  })

  it('keeps rows for as long as is typed, within the bounds', async () => {
    const link = await show({ 'records.setRetention': {} })
    expect(button('Save').disabled).toBe(true)
    await type('List of what happened', '3')
    expect(text()).toContain('from 30 to 3,650')
    expect(button('Save').disabled).toBe(true)
    await type('List of what happened', '400')
    await press('Save')
    expect(asked(link, 'records.setRetention')).toEqual([{ relayResultsDays: 90, activityDays: 400 }])
    expect(text()).toContain('Older rows go within a day')
  })

  it('says what is wrong when the record cannot be looked at, and tries again', async () => {
    globalThis.location.hash = '/settings/records'
    const link = fakeLink(serving(Date.now()))
    link.answers['records.status'] = () => ({ ok: false, error: { code: 'internal', ref: 'r9' } })
    root = createRoot(box)
    await act(async () => {
      root?.render(<App bridge={bridgeOver(link)} />)
      await settle()
    })
    await act(settle)
    expect(text()).toContain('r9')
    link.answers['records.status'] = () => ({ ok: true, value: recordStatus(Date.now()) })
    await press('Try again')
    expect(text()).toContain('The record is copied every day')
  })
})
