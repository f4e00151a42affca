import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { en } from '#renderer/text/en.ts'
import { startText } from '#renderer/text/text.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'

let root: Root | undefined
let box: HTMLElement
const NOW = Date.now()
const TICKET = 'a-ticket-of-the-surface'
beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  box = document.createElement('div')
  document.body.append(box)
  vi.stubGlobal('open', vi.fn())
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function show(): Promise<FakeLink> {
  globalThis.location.hash = '/settings/keys'
  const link = fakeLink(serving(NOW))
  for (const [name, value] of Object.entries(answers(NOW))) link.answers[name] = () => ({ ok: true, value })
  link.answers['vault.backup'] = () => ({ ok: true, value: { surfaceUrl: `http://localhost:1/s/${TICKET}`, expiresAtMs: NOW + 600_000 } })
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const button = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
const press = (name: string): Promise<void> =>
  act(async () => {
    const found = button(name)
    if (!found) throw new Error(`no button ${name}`)
    found.click()
    await settle()
  })

describe('a backup that goes through the browser', () => {
  it('can be saved once it is written, once', async () => {
    const link = await show()
    const saved: { name: string; size: number }[] = []
    let size = 0
    Object.assign(URL, { createObjectURL: (blob: Blob) => ((size = blob.size), 'blob:x'), revokeObjectURL: () => undefined })
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
      saved.push({ name: this.download, size })
    })
    await press(en.vaultKeys.backups.write)
    expect(button(en.vaultKeys.backups.take)).toBeUndefined()
    const details = answers(NOW)['keys.details'] as RequestOutput<'keys.details'>
    const written = { ...details, backup: { atMs: NOW + 5, path: '/data/backups/hearth-keys-b.hearth-backup' } }
    link.answers['keys.details'] = () => ({ ok: true, value: written })
    const custody = { ...link.state.custody, revision: link.state.custody.revision + 1 }
    await act(async () => {
      link.change({ slice: 'custody', value: custody }, { custody })
      await settle()
    })
    link.answers['vault.takeBackup'] = () => ({ ok: true, value: { fileName: 'hearth-keys-b.hearth-backup', base64: 'AAECAw==' } })
    await press(en.vaultKeys.backups.take)
    expect(link.calls.at(-1)).toEqual({ name: 'vault.takeBackup', input: { ticket: TICKET } })
    expect(saved).toEqual([{ name: 'hearth-keys-b.hearth-backup', size: 4 }])
    expect(button(en.vaultKeys.backups.take)).toBeUndefined()
    expect(document.body.textContent).toContain(en.vaultKeys.backups.taken)
  })

  const choose = (file: File): Promise<void> =>
    act(async () => {
      const input = document.querySelector<HTMLInputElement>('input[type="file"]')
      if (!input) throw new Error('no file field')
      Object.defineProperty(input, 'files', { configurable: true, value: [file] })
      input.dispatchEvent(new Event('change', { bubbles: true }))
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    })
  const fileOf = (bytes: Uint8Array<ArrayBuffer>): File => {
    const file = new File([bytes], 'keys.hearth-backup')
    Object.defineProperty(file, 'arrayBuffer', { value: () => Promise.resolve(bytes.buffer) })
    return file
  }

  it('can be chosen where the browser is; its path on the machine of Hearth takes the place in the field', async () => {
    const link = await show()
    const path = '/data/backups/brought-1.hearth-backup'
    link.answers['vault.bringBackup'] = () => ({ ok: true, value: { path } })
    await choose(fileOf(new Uint8Array([0, 1, 2, 3])))
    expect(link.calls.find((call) => call.name === 'vault.bringBackup')?.input).toEqual({ base64: 'AAECAw==' })
    expect([...document.querySelectorAll('input')].map((input) => input.value)).toContain(path)
  })

  it('that is gone since it was chosen is told, and nothing is sent', async () => {
    const link = await show()
    const gone = new File([new Uint8Array(4)], 'keys.hearth-backup')
    Object.defineProperty(gone, 'arrayBuffer', { value: () => Promise.reject(new DOMException('gone', 'NotFoundError')) })
    await choose(gone)
    expect(link.calls.some((call) => call.name === 'vault.bringBackup')).toBe(false)
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('This file could not be read. Nothing was changed.')
  })

  it('is not sent when it is no backup by its size, and says so', async () => {
    const link = await show()
    await choose(fileOf(new Uint8Array(200_000)))
    expect(link.calls.some((call) => call.name === 'vault.bringBackup')).toBe(false)
    expect(document.querySelector('[role="alert"]')?.textContent).toContain(en.errors['too-large'].text)
  })
})
