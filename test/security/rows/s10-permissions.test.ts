import { expect, test } from 'vitest'
import { stageElectron } from './stage.ts'

const on = stageElectron()
const REFUSED = [
  'clipboard-read',
  'media',
  'geolocation',
  'midi',
  'midiSysex',
  'openExternal',
  'pointerLock',
  'fullscreen',
  'display-capture',
  'hid',
  'serial',
  'usb',
  'idle-detection',
  'storage-access',
  'window-management',
  'fileSystem',
  'keyboardLock',
  'unknown',
  '',
]

test('S10: what the table does not name is refused, and the one thing it names is for the page alone', async () => {
  const page = await on.stage.start()
  const asked = (partition: string, permission: string, requestingUrl: string, isMainFrame: boolean): boolean[] => {
    const session = on.stage.sessionOf(partition)
    const answers: boolean[] = []
    session.requestHandler?.(page.webContents, permission, (granted) => answers.push(granted), { requestingUrl, isMainFrame })
    answers.push(session.checkHandler?.(page.webContents, permission, requestingUrl, { isMainFrame }) === true)
    return answers
  }
  const page_ = 'persist:hearth'
  expect(asked(page_, 'clipboard-sanitized-write', 'app://hearth/', true)).toEqual([true, true])
  expect(asked(page_, 'clipboard-sanitized-write', 'app://hearth/', false)).toEqual([false, false])
  for (const url of ['app://hearth.evil/', 'https://hearth/', 'confirm://surface/', ''])
    expect([url, asked(page_, 'clipboard-sanitized-write', url, true)]).toEqual([url, [false, false]])
  for (const permission of REFUSED)
    expect([permission, asked(page_, permission, 'app://hearth/', true)]).toEqual([permission, [false, false]])
  for (const partition of [page_, 'hearth-confirm']) {
    expect(on.stage.sessionOf(partition).deviceHandler?.()).toBe(false)
    let prevented = false
    on.stage.sessionOf(partition).download?.({ preventDefault: () => void (prevented = true) })
    expect(prevented).toBe(true)
  }
})
