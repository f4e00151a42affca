import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { ComposeOptions } from '#main/shells/compose-options.ts'
import type { InvokeEvent } from '#main/shells/electron/electron-api.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { runElectron } from '#main/shells/electron/run.ts'
import type { Outside } from '#main/shells/electron/start-options.ts'
import { createFakeElectron, frame, type FakeElectron, type FakeSession, type FakeWindow } from '#test/fakes/electron.ts'
import { createShellApp, type ShellApp } from '#test/fakes/shell-app.ts'
import { PATIENCE } from '#test/patience.ts'

export const TICKET = 'a'.repeat(43)

/** The Electron shell as it starts, over the fake of Electron, with a small page on disk. */
export interface ElectronStage {
  readonly folder: string
  readonly app: ShellApp
  readonly electron: FakeElectron
  /** The machine around it, to be changed before the start. */
  readonly outside: Outside
  readonly printed: string[]
  /** Arguments after the data folder. */
  argv: string[]
  /** Runs the entry as far as it goes before Electron is ready. */
  begin(options?: Parameters<typeof createFakeElectron>[0], compose?: (options: ComposeOptions) => Promise<ShellApp>): void
  /** Runs it until the page is loaded. @returns its window */
  start(options?: Parameters<typeof createFakeElectron>[0]): Promise<FakeWindow>
  /** Waits for the page after `begin`. @returns its window */
  started(): Promise<FakeWindow>
  windowAt(index: number): FakeWindow
  sessionOf(partition: string): FakeSession
  /** The event of a request by the page's own main frame. */
  fromPage(): InvokeEvent
  call(event: InvokeEvent, ...args: unknown[]): Promise<unknown>
  close(): Promise<void>
}

/** @param app other than one that echoes */
export async function createElectronStage(app: ShellApp = createShellApp()): Promise<ElectronStage> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-electron-'))
  await mkdir(join(folder, 'page', 'assets'), { recursive: true })
  await mkdir(join(folder, 'resources', 'surface'), { recursive: true })
  await Promise.all([
    writeFile(join(folder, 'page', 'index.html'), '<meta nonce="__CSP_NONCE__"><title>page</title>'),
    writeFile(join(folder, 'page', 'assets', 'index-Ab12Cd34.js'), 'export {}'),
    writeFile(join(folder, 'secret.json'), '"secret"'),
    writeFile(join(folder, 'resources', 'surface', 'surface.css'), 'body{}'),
  ])
  const printed: string[] = []
  let electron: FakeElectron | undefined
  const must = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new Error(`no ${what}`)
    return value
  }
  const stage: ElectronStage = {
    folder,
    app,
    outside: {
      platform: 'linux',
      arch: 'x64',
      env: {},
      home: join(folder, 'home'),
      execPath: '/opt/Hearth/hearth',
      clock: systemClock,
      print: (line) => void printed.push(line),
    },
    printed,
    argv: [],
    get electron() {
      return must(electron, 'start yet')
    },
    begin(options = {}, compose = async () => app) {
      electron = createFakeElectron(options)
      const places = {
        rendererDir: join(folder, 'page'),
        preloadPath: join(folder, 'preload.cjs'),
        resourcesDir: join(folder, 'resources'),
      }
      runElectron(electron, compose, places, ['--data-dir', join(folder, 'data'), ...stage.argv], stage.outside)
      electron.becomeReady()
    },
    async start(options) {
      stage.begin(options)
      const page = await stage.started()
      // What the shell asked for itself, for tray and notifications.
      app.calls.length = 0
      return page
    },
    async started() {
      await vi.waitFor(() => expect(electron?.windows[0]?.urls[0]).toMatch(/^app:\/\/hearth\//), PATIENCE)
      return stage.windowAt(0)
    },
    windowAt: (index) => must(electron?.windows[index], `window ${index}`),
    sessionOf: (partition) => must(electron?.sessions.get(partition), `session ${partition}`),
    fromPage: () => ({ sender: stage.windowAt(0).webContents, senderFrame: frame('app://hearth') }),
    call: (event, ...args) => stage.electron.invoke('hearth:call', event, ...args),
    async close() {
      if (electron) {
        // Gives the data folder back, as a quit does; whatever is asked is answered with going.
        electron.answer = (question) => question.buttons[0] ?? ''
        electron.emit('before-quit')
        await vi.waitFor(() => expect(electron?.calls.some((entry) => /^(exit|quit)/.test(entry))).toBe(true), PATIENCE)
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
  return stage
}
