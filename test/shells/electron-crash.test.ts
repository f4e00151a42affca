import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isGpuOff } from '#main/shells/electron/crash.ts'
import { version } from '#main/shells/locations.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'
import type { FakeWindow } from '#test/fakes/electron.ts'
import { createStateApp, type StateApp } from './support/desktop-state.ts'
import { createElectronStage, TICKET, type ElectronStage } from './support/electron-stage.ts'
import { PATIENCE } from '#test/patience.ts'

let stage: ElectronStage
let app: StateApp
let clock: TestClock
let page: FakeWindow
beforeEach(async () => {
  app = createStateApp()
  clock = createTestClock()
  stage = await createElectronStage(app)
  stage.outside.clock = clock
  page = await stage.start()
})
afterEach(() => stage.close())

const gone = (reason = 'crashed', window: FakeWindow = page): void =>
  void stage.electron.emit('render-process-gone', window.webContents, { reason, exitCode: 5 })
const titles = (): string[] => stage.electron.desktop.notes.map((note) => note.options.title)

describe('a window that breaks', () => {
  test.each(['crashed', 'oom', 'killed', 'abnormal-exit'])(
    '%s: the page is opened again, with a word, and nothing else stops',
    (reason) => {
      gone(reason)
      expect(page.webContents.reloads).toBe(1)
      expect(titles()).toEqual(['The window broke and was opened again'])
      expect([app.stopped(), app.calls, stage.electron.questions]).toEqual([false, [], []])
    },
  )

  test('a clean end is no crash', () => {
    gone('clean-exit')
    expect([page.webContents.reloads, titles()]).toEqual([0, []])
  })

  test('again and again it asks instead, once; opening again begins anew', async () => {
    let answer: (label: string) => void = () => undefined
    stage.electron.answer = () => new Promise((resolve) => (answer = resolve))
    for (let times = 0; times < 6; times += 1) gone()
    expect(page.webContents.reloads).toBe(3)
    expect(stage.electron.questions.map((question) => question.message)).toEqual(['The window breaks again and again'])
    answer('Open again')
    await vi.waitFor(() => expect(page.webContents.reloads).toBe(4), PATIENCE)
    gone()
    expect(page.webContents.reloads).toBe(5)
  })

  test('seldom is not again and again', async () => {
    for (let times = 0; times < 10; times += 1) {
      gone()
      await clock.advance(61_000)
    }
    expect([page.webContents.reloads, stage.electron.questions]).toEqual([10, []])
  })

  test('the question may end in quitting, which asks what that costs', async () => {
    stage.electron.answer = (question) => (question.message.startsWith('The window breaks') ? 'Quit' : 'Cancel')
    for (let times = 0; times < 4; times += 1) gone()
    await vi.waitFor(() => expect(stage.electron.questions.at(-1)?.message).toBe('Quit Hearth?'), PATIENCE)
  })

  test('a confirm window that breaks is never opened again: nothing is signed in it', () => {
    page.webContents.openHandler?.({ url: `confirm://surface/s/${TICKET}` })
    const confirm = stage.windowAt(1)
    gone('crashed', confirm)
    expect([confirm.webContents.reloads, page.webContents.reloads]).toEqual([0, 0])
    expect(titles()).toEqual(['The confirm window broke'])
    expect(confirm.isDestroyed()).toBe(true)
  })
})

describe('a window that does not answer', () => {
  test('asks; the answer "open again" ends its process, and the rule above opens it', async () => {
    stage.electron.answer = () => 'Open again'
    page.raise('unresponsive')
    await vi.waitFor(() => expect(page.webContents.crashes).toBe(1), PATIENCE)
    gone('killed')
    expect(page.webContents.reloads).toBe(1)
  })

  test('waiting changes nothing, and one that answers again takes its question back', async () => {
    stage.electron.answer = () => new Promise(() => undefined)
    page.raise('unresponsive')
    page.raise('unresponsive')
    expect(stage.electron.questions).toHaveLength(1)
    page.raise('responsive')
    expect(stage.electron.questions[0]?.signal?.aborted).toBe(true)
    await clock.advance(0)
    expect(page.webContents.crashes).toBe(0)
    page.raise('unresponsive')
    expect(stage.electron.questions).toHaveLength(2)
  })
})

describe('the graphics driver', () => {
  const file = (): string => join(stage.folder, 'data', 'window', 'graphics.json')
  const breaks = (times: number): void => {
    for (let done = 0; done < times; done += 1) stage.electron.emit('child-process-gone', { type: 'GPU', reason: 'crashed', exitCode: 1 })
  }

  test('three times within a minute: the next start draws without it, for a week and this version', async () => {
    breaks(2)
    stage.electron.emit('child-process-gone', { type: 'Utility', reason: 'crashed', exitCode: 1 })
    await clock.advance(0)
    expect(titles()).toEqual([])
    breaks(1)
    await vi.waitFor(() => expect(titles()).toEqual(['The graphics driver broke']), PATIENCE)
    const row = JSON.parse(await readFile(file(), 'utf8')) as { version: string; atMs: number }
    expect(row).toEqual({ version: version(), atMs: clock.now() })
    const week = 7 * 24 * 3_600_000
    expect(isGpuOff(file(), version(), clock.now() + week - 1)).toBe(true)
    expect(isGpuOff(file(), version(), clock.now() + week)).toBe(false)
    expect(isGpuOff(file(), '99.0.0', clock.now())).toBe(false)
    expect(isGpuOff(file(), version(), clock.now() - 1)).toBe(false)
    stage.electron.answer = (question) => question.buttons[0] ?? ''
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(stage.electron.calls).toContain('exit 0'), PATIENCE)
    await stage.start()
    expect(stage.electron.calls).toContain('no gpu')
  })

  test('a file that is damaged takes nothing away', async () => {
    await writeFile(file(), '{"version":"0.1.0"')
    expect(isGpuOff(file(), version(), clock.now())).toBe(false)
    expect(stage.electron.calls).not.toContain('no gpu')
  })
})
