import { afterEach, beforeEach } from 'vitest'
import type { FakeWindow } from '#test/fakes/electron.ts'
import { createElectronStage, TICKET, type ElectronStage } from '#test/shells/support/electron-stage.ts'

/** The Electron shell over the fake of Electron, anew for each test. */
export function stageElectron(): { readonly stage: ElectronStage } {
  let stage: ElectronStage | undefined
  beforeEach(async () => {
    stage = await createElectronStage()
  })
  afterEach(() => stage?.close())
  return {
    get stage() {
      if (!stage) throw new Error('no stage')
      return stage
    },
  }
}

/** Both kinds of windows that Hearth opens. */
export async function bothWindows(stage: ElectronStage, packaged = true): Promise<{ page: FakeWindow; confirm: FakeWindow }> {
  const page = await stage.start({ packaged })
  page.webContents.openHandler?.({ url: `confirm://surface/s/${TICKET}` })
  return { page, confirm: stage.windowAt(1) }
}
