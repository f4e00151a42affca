import { expect, test } from 'vitest'
import { loadPreload } from './preload-stage.ts'
import { bothWindows, stageElectron } from './stage.ts'

const on = stageElectron()

test('S2: the page and what runs in it share no world with Node or the preload', async () => {
  const { page, confirm } = await bothWindows(on.stage)
  for (const { options } of [page, confirm]) {
    expect(options.webPreferences).toMatchObject({
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    })
  }
  expect(confirm.options.webPreferences.preload).toBeUndefined()
})

test('S2: a page that finds itself not isolated is given nothing', async () => {
  expect((await loadPreload({ sandboxed: true, contextIsolated: false })).exposed.size).toBe(0)
})
