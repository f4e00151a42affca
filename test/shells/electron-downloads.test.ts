import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileNameOf } from '#main/shells/electron/downloads.ts'
import type { DownloadItem, WebContents } from '#main/shells/electron/electron-api.ts'
import { FakeContents } from '#test/fakes/electron.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'

let stage: ElectronStage
let contents: WebContents
beforeEach(async () => {
  stage = await createElectronStage()
  contents = (await stage.start()).webContents
})
afterEach(() => stage.close())

interface Asked {
  prevented: boolean
  dialog: { title: string; defaultPath: string } | undefined
}
function download(fields: { url?: string; name?: string; bytes?: number; from?: WebContents; partition?: string } = {}): Asked {
  const asked: Asked = { prevented: false, dialog: undefined }
  const item: DownloadItem = {
    getURL: () => fields.url ?? 'blob:app://hearth/3b1c-4d',
    getFilename: () => fields.name ?? 'hearth-miner-20261122.log',
    getTotalBytes: () => fields.bytes ?? 1_000,
    setSaveDialogOptions: (options) => void (asked.dialog = options),
  }
  const session = stage.sessionOf(fields.partition ?? 'persist:hearth')
  session.download?.({ preventDefault: () => void (asked.prevented = true) }, item, fields.from ?? contents)
  return asked
}

describe('a file that the page gives out', () => {
  test('goes where the user says, in the dialog of the system', () => {
    expect(download()).toEqual({ prevented: false, dialog: { title: 'Save this file', defaultPath: 'hearth-miner-20261122.log' } })
    for (const name of ['hearth-settings.json', 'book.csv', 'hearth-keys-2026-11-22-1200-ab12.hearth-backup'])
      expect([name, download({ name }).dialog?.defaultPath]).toEqual([name, name])
  })

  test.each([
    ['an address of the network', { url: 'https://evil.example/x.log' }],
    ['a file of this machine', { url: 'file:///etc/passwd' }],
    ['a data address', { url: 'data:application/json,{}' }],
    ['a blob of another origin', { url: 'blob:https://evil.example/1' }],
    ['a blob of an origin that begins like ours', { url: 'blob:app://hearth.evil/1' }],
    ['the page itself', { url: 'app://hearth/index.html' }],
    ['a program', { name: 'setup.exe' }],
    ['a name that leads elsewhere', { name: '../../.bashrc.log' }],
    ['a hidden name', { name: '.profile.txt' }],
    ['a name with a line break', { name: 'a\n.log' }],
    ['too much', { bytes: 65 * 1024 * 1024 }],
    ['other contents', { from: new FakeContents() }],
    ['the confirm surface', { partition: 'hearth-confirm' }],
  ])('is refused when it is %s', (_what, fields) => {
    expect(download(fields)).toEqual({ prevented: true, dialog: undefined })
  })

  test('may be asked for as a blob of our own, and no blob of others', () => {
    const answers: (boolean | undefined)[] = []
    for (const url of ['blob:app://hearth/1', 'blob:https://evil.example/1', 'blob:app://hearth.evil/1'])
      stage.sessionOf('persist:hearth').beforeRequest?.({ url }, (answer) => answers.push(answer.cancel))
    expect(answers).toEqual([false, true, true])
  })

  test('has a name that is one', () => {
    expect(fileNameOf('a b.log')).toBe('a b.log')
    for (const name of ['', 'a', 'a.log.exe', 'a..log', 'x/y.log', 'x\\y.log', `${'a'.repeat(200)}.log`])
      expect(fileNameOf(name)).toBeUndefined()
  })
})
