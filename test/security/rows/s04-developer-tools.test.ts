import { expect, test } from 'vitest'
import { bothWindows, stageElectron } from './stage.ts'

const on = stageElectron()

test('S4: no developer tools in what is shipped, never any at the confirm surface, and no dictionary is loaded from elsewhere', async () => {
  const { page, confirm } = await bothWindows(on.stage)
  expect([page, confirm].map((window) => window.options.webPreferences.devTools)).toEqual([false, false])
  expect([page, confirm].map((window) => window.options.webPreferences.spellcheck)).toEqual([false, false])
})

test('S4: from sources the page has them, the confirm surface has not', async () => {
  const { page, confirm } = await bothWindows(on.stage, false)
  expect([page, confirm].map((window) => window.options.webPreferences.devTools)).toEqual([true, false])
})
