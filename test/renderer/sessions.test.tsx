import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { AppState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'

let root: Root | undefined
let box: HTMLElement
beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  box = document.createElement('div')
  document.body.append(box)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
})

const NOW = Date.now()
type Listed = { passwordSetAtMs: number | null; sessions: { id: string; current: boolean }[] }
async function show(list: Listed = answers(NOW)['sessions.list'] as Listed, app: Partial<AppState['app']> = {}): Promise<FakeLink> {
  globalThis.location.hash = '/settings/sessions'
  const state = serving(NOW)
  const link = fakeLink({ ...state, app: { ...state.app, ...app } })
  for (const [name, value] of Object.entries(answers(NOW))) link.answers[name] = () => ({ ok: true, value })
  link.answers['sessions.list'] = () => ({ ok: true, value: list })
  for (const name of ['sessions.end', 'sessions.endAll', 'signIn.setPassword']) link.answers[name] = () => ({ ok: true, value: {} })
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const page = (): HTMLElement => document.getElementById('page')!
const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
  if (!found) throw new Error(`no button ${name}`)
  return found
}
const press = (name: string): Promise<void> =>
  act(async () => {
    button(name).click()
    await settle()
  })
async function type(label: string, value: string): Promise<void> {
  const found = [...document.querySelectorAll('label')].find((each) => each.textContent === label)
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
}
const calls = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)

describe('the signed-in browsers', () => {
  it('are rows with browser, address, way in and last sight, the own one marked', async () => {
    await show()
    const rows = [...page().querySelectorAll('tbody tr')].map((row) => row.textContent)
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(/Firefox on Linux.*this browser.*192\.168\.1\.20.*password.*now.*Sign out here/)
    expect(rows[1]).toMatch(/Chrome on Android192\.168\.1\.31password.*3.h agoEnd$/)
    expect(rows[2]).toMatch(/Safari on macOS2001:db8:4:1::7one-time link/)
  })

  it('are ended one by one, and the list is read again', async () => {
    const link = await show()
    await press('End the session of Chrome on Android at 192.168.1.31')
    expect(calls(link, 'sessions.end')).toEqual([{ id: 'mnopqrstuvwx' }])
    expect(calls(link, 'sessions.list')).toHaveLength(2)
  })

  it('are ended all but this one, or with it', async () => {
    const link = await show()
    await press('End all others')
    await press('End all, this one too')
    expect(calls(link, 'sessions.endAll')).toEqual([{ exceptThis: true }, { exceptThis: false }])
  })

  it('offer no end of others where there is none', async () => {
    const list = answers(NOW)['sessions.list'] as Listed
    await show({ ...list, sessions: list.sessions.filter(({ current }) => current) })
    expect(() => button('End all others')).toThrow()
    expect(page().textContent).toContain('No other browser is signed in.')
  })

  it('are not asked for in a window, which has no sign-in', async () => {
    const link = await show(undefined, { shell: 'electron' })
    expect(calls(link, 'sessions.list')).toHaveLength(0)
    expect(page().textContent).toContain('In its own window Hearth has no sign-in')
  })
})

describe('the sign-in password', () => {
  it('is changed with the present one, and nothing is sent while the new ones differ', async () => {
    const link = await show()
    await type('Sign-in password now', 'old old old old')
    await type('New sign-in password', 'copper window hardly june')
    await type('The new one again', 'copper window hardly jun')
    await press('Change password')
    expect(calls(link, 'signIn.setPassword')).toEqual([])
    expect(page().textContent).toContain('The two differ.')
    await type('The new one again', 'copper window hardly june')
    await press('Change password')
    expect(calls(link, 'signIn.setPassword')).toEqual([{ current: 'old old old old', password: 'copper window hardly june' }])
    expect(page().textContent).toContain('Every other session has ended.')
    expect([...page().querySelectorAll('input')].map(({ value }) => value)).toEqual(['', '', ''])
  })

  it('is set without one where there is none, and a refusal is told in words', async () => {
    const list = answers(NOW)['sessions.list'] as Listed
    const link = await show({ ...list, passwordSetAtMs: null })
    link.answers['signIn.setPassword'] = () => ({
      ok: false,
      error: { code: 'weak-password', detail: { reason: 'too-short', minimum: '10' }, ref: 'r' },
    })
    await type('New sign-in password', 'short')
    await type('The new one again', 'short')
    await press('Set password')
    expect(calls(link, 'signIn.setPassword')).toEqual([{ current: null, password: 'short' }])
    expect(page().textContent).toContain('This password is too short.')
    expect(page().textContent).toContain('only a one-time link')
  })
})
