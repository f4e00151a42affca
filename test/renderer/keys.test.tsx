import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import { requests } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { firstStart, keeping, keysNeeded, OPERATOR, OWNER } from './scene.ts'

const SURFACE = { surfaceUrl: 'http://localhost:1/s/token', expiresAtMs: 1 }
let root: Root | undefined
let box: HTMLElement
const opened: string[] = []

beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  box = document.createElement('div')
  document.body.append(box)
  vi.spyOn(globalThis, 'open').mockImplementation((url) => {
    opened.push(String(url))
    return null
  })
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
  opened.splice(0)
  vi.restoreAllMocks()
})

async function show(state: AppState, hash = '/settings/keys', more: Record<string, ApiResult<unknown>> = {}): Promise<FakeLink> {
  globalThis.location.hash = hash
  const link = fakeLink(state)
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
  for (const name of ['keys.open', 'keys.export', 'keys.prove', 'keys.delete', 'vault.backup', 'vault.drill', 'vault.restore'])
    link.answers[name] = () => ({ ok: true, value: SURFACE })
  for (const name of ['vault.changePassword', 'vault.setUnlock', 'keys.unfence']) link.answers[name] = () => ({ ok: true, value: {} })
  for (const [name, result] of Object.entries(more)) link.answers[name] = () => result
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const text = (): string => document.body.textContent ?? ''
const button = (name: RegExp): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((each) =>
    name.test(each.getAttribute('aria-label') ?? each.textContent ?? ''),
  )
  if (!found) throw new Error(`no button ${name}: ${text()}`)
  return found
}
const field = (label: RegExp): HTMLInputElement | HTMLSelectElement => {
  const found = [...document.querySelectorAll('label')].find((each) => label.test(each.textContent ?? ''))
  const input = found?.htmlFor ? document.getElementById(found.htmlFor) : found?.querySelector('input')
  if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) throw new Error(`no field ${label}`)
  return input
}
async function type(input: HTMLInputElement | HTMLSelectElement, value: string): Promise<void> {
  const prototype = input instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype
  await act(async () => {
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
    await settle()
  })
}
async function press(target: HTMLElement): Promise<void> {
  await act(async () => {
    target.click()
    await settle()
  })
}
/** What was asked, checked against the table as main would. */
const calls = (link: FakeLink, name: keyof typeof requests): unknown[] =>
  link.calls.filter((call) => call.name === name).map((call) => requests[name].input.parse(call.input))
const now = (): number => Date.now()

describe('the page of the keys', () => {
  it('lists every key with its role, address, and the days of its proofs', async () => {
    await show(keeping(now()))
    const rows = [...document.querySelectorAll('tbody tr')].map((row) => row.textContent ?? '')
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(/Hardware wallet, owner.*watched, no key here/)
    expect(rows[0]).not.toContain('never')
    expect(rows[1]).toMatch(/^Operator, operator/)
    expect(rows[1]).not.toContain('never')
    expect(rows[2]).toMatch(/Operator of the old PC, operator.*waits for you.*nevernever/)
    expect(document.querySelector(`[title="${OWNER}"]`)).not.toBeNull()
    expect(text()).not.toMatch(/vaultKeys\.|\{\{/)
  })
  it('makes and brings keys in the key window, and shows that it is open until something changed', async () => {
    const link = await show(keeping(now()))
    await press(button(/^Bring a key…$/))
    await type(field(/^What for$/), 'owner')
    await type(field(/^Name$/), 'From paper')
    await press(button(/^Open the key window$/))
    expect(calls(link, 'keys.open')).toEqual([{ name: 'From paper', role: 'owner', mode: 'import' }])
    expect(opened).toEqual([SURFACE.surfaceUrl])
    expect(text()).toContain('Go on in the key window')
    const custody = { ...link.state.custody, revision: 2 }
    await act(async () => {
      link.change({ slice: 'custody', value: custody }, { custody })
      await settle()
    })
    expect(text()).not.toContain('Go on in the key window')
  })
  it('opens one key: where it came from, and its three pages', async () => {
    const link = await show(keeping(now()))
    await press(button(/^Open Operator$/))
    expect(text()).toContain('made here')
    expect(text()).toContain("m/44'/118'/0'/0/0")
    await press(button(/^Prove your copy…$/))
    await press(button(/^Show its secret…$/))
    await press(button(/^Delete it…$/))
    expect([calls(link, 'keys.prove'), calls(link, 'keys.export'), calls(link, 'keys.delete')]).toEqual([
      [{ keyId: 'k2' }],
      [{ keyId: 'k2' }],
      [{ keyId: 'k2' }],
    ])
    expect(opened).toHaveLength(3)
  })
  it('offers no secret of a watched address', async () => {
    await show(keeping(now()))
    await press(button(/^Open Hardware wallet$/))
    expect(text()).not.toContain('Show its secret')
    expect(button(/^Stop watching…$/)).toBeDefined()
  })
  it('says why nothing opens while the keys are locked', async () => {
    await show(keeping(now()), '/settings/keys', { 'keys.export': { ok: false, error: { code: 'vault-locked', ref: 'r' } } })
    await press(button(/^Open Operator$/))
    await press(button(/^Show its secret…$/))
    expect(text()).toContain('The keys are locked')
    expect(opened).toEqual([])
  })
  it('watches an address', async () => {
    const link = await show(keeping(now()), '/settings/keys', { 'keys.watch': { ok: true, value: { keyId: 'k9' } } })
    await press(button(/^Watch an address…$/))
    expect(button(/^Watch it$/).disabled).toBe(true)
    await type(field(/^Address$/), ` ${OPERATOR} `)
    await press(button(/^Watch it$/))
    expect(calls(link, 'keys.watch')).toEqual([{ name: 'Owner wallet', role: 'owner', address: OPERATOR }])
  })
})

describe('the fence', () => {
  it('asks before a key serves here, and tells what the chain knows', async () => {
    const link = await show(keeping(now()), '/settings/keys', {
      'keys.unfence': { ok: false, error: { code: 'fence-claims-pending', detail: { claims: '2' }, ref: 'r' } },
    })
    expect(text()).toContain('“Operator of the old PC” was restored or brought in')
    await press(button(/^It serves here now…$/))
    await type(field(/^What is true$/), 'settled')
    await press(button(/^Serve with it here$/))
    expect(calls(link, 'keys.unfence')).toEqual([{ keyId: 'k3', because: 'settled' }])
    expect(text()).toContain('still has 2 claims of this operator')
    link.answers['keys.unfence'] = () => ({ ok: true, value: {} })
    await type(field(/^What is true$/), 'other-off')
    await press(button(/^Serve with it here$/))
    expect(calls(link, 'keys.unfence').at(-1)).toEqual({ keyId: 'k3', because: 'other-off' })
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })
})

describe('backups', () => {
  it('writes, tries and restores in the key window', async () => {
    const link = await show(keeping(now()))
    await press(button(/^Write a backup…$/))
    await type(field(/^Folder for the file$/), ' /media/stick ')
    await press(button(/^Write a backup…$/))
    await press(button(/^Try it…$/))
    await type(field(/^Backup file$/), '/b.hearth-backup')
    await press(button(/^Restore it…$/))
    expect(calls(link, 'vault.backup')).toEqual([{ folder: null }, { folder: '/media/stick' }])
    expect(calls(link, 'vault.drill')).toEqual([{ path: '/media/ada/stick/hearth-keys-2026-11-13-0931-7c1e.hearth-backup' }])
    expect(calls(link, 'vault.restore')).toEqual([{ path: '/b.hearth-backup' }])
  })
  it('tells a try that did not pass', async () => {
    const details = answers(now())['keys.details'] as object
    await show(keeping(now()), '/settings/keys', {
      'keys.details': { ok: true, value: { ...details, failedDrill: { atMs: 1, path: '/b', reason: 'checksum' } } },
    })
    expect(text()).toContain('The last try did not pass: checksum')
  })
  it('are the way back from a damaged vault, and from none', async () => {
    const damaged = await show({ ...keeping(now()), vault: { kind: 'damaged', needed: null } })
    await type(field(/^Backup file$/), '/b.hearth-backup')
    await press(button(/^Restore…$/))
    expect(calls(damaged, 'vault.restore')).toEqual([{ path: '/b.hearth-backup' }])
    await act(async () => root?.unmount())
    const first = await show(firstStart(now()), '/')
    await press(button(/I have a backup of a vault/))
    await type(field(/^Backup file on this machine$/), '/c.hearth-backup')
    await press(button(/^Restore…$/))
    expect(calls(first, 'vault.restore')).toEqual([{ path: '/c.hearth-backup' }])
    expect(opened).toHaveLength(2)
  })
})

describe('what opens the vault', () => {
  it('after a restart is a choice with its risk, and takes the password', async () => {
    const link = await show(keeping(now()))
    expect(text()).toContain('its mode is 0644')
    expect(field(/^System keychain/).disabled).toBe(true)
    expect(text()).toContain('Hearth has no keychain of the system here.')
    await press(field(/^Ask me/))
    await type(field(/^Vault password$/), 'open sesame')
    await press(button(/^Use this$/))
    expect(calls(link, 'vault.setUnlock')).toEqual([{ mode: 'ask', password: 'open sesame' }])
    expect(text()).toContain('From now on: Ask me.')
  })
  it('is a password that is changed after the present one, typed twice', async () => {
    const link = await show(keeping(now()))
    await type(field(/^Vault password now$/), 'old one')
    await type(field(/^New vault password$/), 'new one')
    await type(field(/^The new one again$/), 'new two')
    await press(button(/^Change password$/))
    expect(text()).toContain('The two differ')
    expect(calls(link, 'vault.changePassword')).toEqual([])
    await type(field(/^The new one again$/), 'new one')
    await press(button(/^Change password$/))
    expect(calls(link, 'vault.changePassword')).toEqual([{ current: 'old one', next: 'new one' }])
    expect(text()).toContain('The vault password is changed')
    expect((field(/^Vault password now$/) as HTMLInputElement).value).toBe('')
    expect((field(/^New vault password$/) as HTMLInputElement).value).toBe('')
  })
  it('is told at the lock, with why it did not work this time', async () => {
    const state = keysNeeded(now())
    await show({ ...state, custody: keeping(now()).custody }, '/unlock')
    expect(text()).toContain('It did not work this time.')
    expect(text()).toContain('its mode is 0644')
    expect(text()).toMatch(/Key file for this machinechosen/)
  })
})
