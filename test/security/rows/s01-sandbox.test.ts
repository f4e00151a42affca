import { expect, test } from 'vitest'
import { loadPreload } from './preload-stage.ts'
import { bothWindows, stageElectron } from './stage.ts'

const on = stageElectron()

test('S1: every window is sandboxed, and the sandbox is on before Electron is ready', async () => {
  const { page, confirm } = await bothWindows(on.stage)
  expect([page, confirm].map((window) => window.options.webPreferences.sandbox)).toEqual([true, true])
  const { calls } = on.stage.electron
  expect(calls.indexOf('enableSandbox')).toBeGreaterThanOrEqual(0)
  expect(calls.indexOf('enableSandbox')).toBeLessThan(calls.indexOf('whenReady'))
})

test.each(['no-sandbox', 'disable-web-security', 'remote-debugging-port', 'remote-debugging-pipe'])(
  'S1: with --%s nothing starts',
  (name) => {
    on.stage.begin({ switches: [name] })
    expect(on.stage.electron.calls).toContain('exit 1')
    expect(on.stage.electron.calls).not.toContain('whenReady')
  },
)

test('S1: a page that finds itself outside the sandbox is given nothing', async () => {
  expect((await loadPreload({ sandboxed: false, contextIsolated: true })).exposed.size).toBe(0)
})
