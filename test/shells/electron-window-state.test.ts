import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { opening, readWindowState, rememberWindow, type WindowState } from '#main/shells/electron/window-state.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createFakeElectron, type FakeWindow } from '#test/fakes/electron.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { createStateApp } from './support/desktop-state.ts'
import { createElectronStage } from './support/electron-stage.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-place-'))
  file = join(folder, 'place.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const left = { workArea: { x: 0, y: 0, width: 1920, height: 1040 } }
const right = { workArea: { x: 1920, y: 0, width: 2560, height: 1400 } }
const screen = (...displays: (typeof left)[]) => ({ getAllDisplays: () => displays, getPrimaryDisplay: () => displays[0] ?? left })
const state = (more: Partial<WindowState> = {}): WindowState => ({ x: 2000, y: 100, width: 1400, height: 900, maximized: false, ...more })

describe('where the window opens', () => {
  test('as it was, on the display that it was on', () => {
    expect(opening(state(), screen(left, right))).toEqual({ x: 2000, y: 100, width: 1400, height: 900, maximized: false })
    expect(opening(state({ x: -300, maximized: true }), screen(left))).toMatchObject({ x: -300, maximized: true })
  })
  test('in its size alone when the display is gone', () => {
    const opened = opening(state({ maximized: true }), screen(left))
    expect(opened).toEqual({ width: 1400, height: 900, maximized: true })
  })
  test.each([
    ['the title bar is above', { x: 100, y: -200 }],
    ['the title bar is below', { x: 100, y: 1030 }],
    ['only a strip shows', { x: 1850, y: 100 }],
    ['only a strip shows on the left', { x: -1350, y: 100 }],
  ])('in its size alone when one could not take hold of it: %s', (_why, place) => {
    expect(opening(state(place), screen(left)).x).toBeUndefined()
  })
  test('no larger than the display, no smaller than a page needs', () => {
    expect(opening(state({ width: 4000, height: 4000 }), screen(left))).toMatchObject({ width: 1920, height: 1040 })
    expect(opening(undefined, screen({ workArea: { x: 0, y: 0, width: 800, height: 600 } }))).toMatchObject({ width: 960, height: 640 })
    expect(opening(undefined, screen(left))).toEqual({ width: 1280, height: 800, maximized: false })
  })
})

describe('what is remembered', () => {
  const windowOf = (): FakeWindow => {
    const electron = createFakeElectron()
    void new electron.BrowserWindow({ width: 1280, height: 800, title: '', show: true, webPreferences: {} as never })
    return electron.windows[0] as FakeWindow
  }

  test('a moment after the last change, once', async () => {
    const clock = createTestClock()
    const window = windowOf()
    const flush = rememberWindow(window, file, clock, createQuietLog())
    for (let x = 1; x <= 50; x += 1) {
      window.bounds = { x, y: 2, width: 1300, height: 820 }
      window.raise('move')
      await clock.advance(10)
    }
    expect(readWindowState(file)).toBeUndefined()
    await clock.advance(500)
    await flush()
    expect(readWindowState(file)).toEqual({ x: 50, y: 2, width: 1300, height: 820, maximized: false })
  })

  test('what is not written yet is written at the end; a window that is minimised has no place', async () => {
    const clock = createTestClock()
    const window = windowOf()
    const flush = rememberWindow(window, file, clock, createQuietLog())
    window.minimized = true
    window.raise('resize')
    await flush()
    expect(readWindowState(file)).toBeUndefined()
    window.minimized = false
    window.maximize()
    window.raise('maximize')
    await flush()
    expect(readWindowState(file)?.maximized).toBe(true)
  })

  test.each([
    '',
    '{',
    'null',
    '{"x":1}',
    '{"x":0,"y":0,"width":1e9,"height":800,"maximized":false}',
    '{"x":0,"y":0,"width":10,"height":10,"maximized":false}',
  ])('a file of %j is no place', async (text) => {
    await writeFile(file, text)
    expect(readWindowState(file)).toBeUndefined()
  })

  test('a folder that cannot be written is logged and nothing else', async () => {
    const log = createQuietLog()
    const window = windowOf()
    const flush = rememberWindow(window, join(folder, 'gone', 'place.json'), createTestClock(), log)
    window.raise('move')
    await flush()
    expect(log.lines.join()).toContain('place of the window')
  })

  test('the next start of the shell opens there', async () => {
    const stage = await createElectronStage(createStateApp())
    try {
      const page = await stage.start()
      page.bounds = { x: 40, y: 50, width: 1111, height: 777 }
      page.raise('move')
      stage.electron.answer = (question) => question.buttons[0] ?? ''
      stage.electron.emit('before-quit')
      await expect.poll(() => stage.electron.calls).toContain('exit 0')
      expect(JSON.parse(await readFile(join(stage.folder, 'data', 'window', 'place.json'), 'utf8'))).toMatchObject({ x: 40 })
      const again = await stage.start()
      expect(again.options).toMatchObject({ x: 40, y: 50, width: 1111, height: 777 })
    } finally {
      await stage.close()
    }
  })
})
