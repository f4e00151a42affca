import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { ROUTES } from '#renderer/app/routes.ts'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { AppState } from '#shared/api/state.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { answers } from './answers.ts'
import { choosing, chosen, firstStart, halfway, keysNeeded, SCENES, serving } from './scene.ts'

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

async function show(state: AppState, hash = '/'): Promise<FakeLink> {
  globalThis.location.hash = hash
  const link = fakeLink(state)
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
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
  if (!found) throw new Error(`no button ${name}`)
  return found
}
const field = (label: string): HTMLInputElement => {
  const found = [...document.querySelectorAll('label')].find((each) => each.textContent === label)
  return document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
}
async function type(input: HTMLInputElement, value: string): Promise<void> {
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
}
async function press(target: HTMLElement): Promise<void> {
  await act(async () => {
    target.click()
    await settle()
  })
}

describe('first start', () => {
  it('asks for a password twice and sends nothing while they differ', async () => {
    const link = await show(firstStart(Date.now()))
    await type(field('Vault password'), 'four unrelated words here')
    await type(field('The same again'), 'four unrelated words hear')
    await press(button(/^Create vault$/))
    expect(link.calls.some((call) => call.name === 'vault.create')).toBe(false)
    expect(text()).toContain('differ')
    link.answers['vault.create'] = () => ({ ok: true, value: {} })
    await type(field('The same again'), 'four unrelated words here')
    await press(button(/^Create vault$/))
    expect(link.calls.at(-1)).toEqual({ name: 'vault.create', input: { password: 'four unrelated words here' } })
  })

  it('tells in words how hard the password is to guess', async () => {
    await show(firstStart(Date.now()))
    await type(field('Vault password'), 'short')
    expect(text()).toContain('Too short')
    await type(field('Vault password'), 'aaaaaaaaaaaa')
    expect(text()).toContain('Easy to guess')
    await type(field('Vault password'), 'Tram7 oboe lichen quartz')
    expect(text()).toContain('Strong')
  })

  it('chooses the Local chain at once, and a network of others after it said what that means', async () => {
    const link = await show(choosing(Date.now()))
    await press(button(/^Choose Local chain$/))
    const picked = (): unknown[] => link.calls.filter((call) => call.name === 'app.chooseNetwork').map((call) => call.input)
    expect(picked()).toEqual([{ network: 'local' }])
    for (const [id, name, money] of [
      ['mainnet', 'Mainnet', 'POKT here is worth money'],
      ['beta', 'Beta', 'POKT here buys nothing'],
    ] as const) {
      await press(button(new RegExp(`^Choose ${name}…$`)))
      const said = document.querySelector('[role="dialog"]')?.textContent ?? ''
      expect(said).toContain(money)
      expect(said).toContain('Choosing starts nothing')
      expect(said).toContain('sauron-rpc.')
      expect(picked()).not.toContainEqual({ network: id })
      await press(button(new RegExp(`^Choose ${name}$`)))
      expect(picked().at(-1)).toEqual({ network: id })
      await press(button(/^Cancel$/))
    }
  })

  it('begins with Practice where there is no engine, which asks for none', async () => {
    const state = choosing(Date.now())
    const link = await show({ ...state, engine: { ...state.engine, kind: 'absent' } })
    const cards = [...document.querySelectorAll('section')]
    expect(cards.find((card) => card.textContent.includes('begin here'))?.getAttribute('aria-label')).toBe('Practice')
    await press(button(/^Choose Practice$/))
    expect(link.calls.find((call) => call.name === 'app.chooseNetwork')?.input).toEqual({ network: 'practice' })
  })

  it('names the trouble of the engine with its cure, and looks again', async () => {
    const state = choosing(Date.now())
    const link = await show({ ...state, engine: { ...state.engine, kind: 'no-permission', detail: 'permission denied' } })
    expect(text()).toContain('you may not use it')
    expect(text()).toContain('permission denied')
    expect(button(/^Choose Local chain$/).disabled).toBe(true)
    await press(button(/^Look again$/))
    expect(link.calls.slice(-2).map((call) => call.name)).toEqual(['engine.check', 'engine.find'])
  })
})

describe('the way up', () => {
  it('starts the Local chain from Home', async () => {
    const link = await show(chosen(Date.now()))
    link.answers['localChain.start'] = () => ({ ok: true, value: { taskId: 't1' } })
    await press(button(/^Start the Local chain$/))
    expect(link.calls.some((call) => call.name === 'localChain.start')).toBe(true)
    expect(globalThis.location.hash).toBe('#/start')
  })

  it('opens the key window and leaves a visible link to it', async () => {
    const opened = vi.spyOn(globalThis, 'open').mockReturnValue(null)
    const link = await show(chosen(Date.now()))
    link.answers['keys.open'] = () => ({
      ok: true,
      value: { surfaceUrl: 'http://localhost:4001/confirm/abc', expiresAtMs: Date.now() + 600_000 },
    })
    await press(button(/^Make owner key$/))
    await press(button(/key window/))
    expect(link.calls.at(-1)).toEqual({ name: 'keys.open', input: { name: 'Owner', role: 'owner', mode: 'make' } })
    expect(opened).toHaveBeenCalledWith('http://localhost:4001/confirm/abc', '_blank', 'noopener')
    const shown = [...document.querySelectorAll('a')].find((each) => each.textContent === 'Open the confirm page')
    expect(shown?.href).toBe('http://localhost:4001/confirm/abc')
    expect(shown?.rel).toContain('noopener')
    opened.mockRestore()
  })

  it('shows an error with its sentence, its next step and its code', async () => {
    const link = await show(chosen(Date.now()))
    link.answers['localChain.start'] = () => ({ ok: false, error: { code: 'port-taken', detail: { port: '26657' }, ref: 'r-77' } })
    await press(button(/^Start the Local chain$/))
    const alert = document.querySelector('[role=alert]')?.textContent ?? ''
    expect(alert).toContain('26657')
    expect(alert).toContain('port-taken')
    expect(alert).toContain('r-77')
  })
})

describe('keys', () => {
  it('says what is wrong with a password and waits when it must', async () => {
    const link = await show(keysNeeded(Date.now()), '/unlock')
    link.answers['vault.unlock'] = () => ({ ok: false, error: { code: 'wrong-password', ref: 'r1' } })
    await type(field('Vault password'), 'not it at all')
    await press(button(/^Unlock$/))
    expect(document.querySelector('[role=alert]')?.textContent).toContain('wrong-password')
    link.answers['vault.unlock'] = () => ({ ok: false, error: { code: 'too-many-tries', detail: { seconds: '30' }, ref: 'r2' } })
    await type(field('Vault password'), 'not it either')
    await press(button(/^Unlock$/))
    expect(text()).toMatch(/\b(30|29)\b/)
    expect(button(/^Unlock$/).disabled).toBe(true)
  })

  it('says on every page that keys are needed, for what and until when', async () => {
    await show(keysNeeded(Date.now()), '/nodes')
    expect(text()).toContain('2 claims are at risk')
  })
})

describe('the line to main', () => {
  it('keeps what it knows, and says so, while the line is broken', async () => {
    const link = await show(serving(Date.now()))
    await act(async () => link.status('lost'))
    expect(text()).toContain('Hearth does not answer')
    expect(text()).toContain('Session 14')
  })

  it('says where a new link comes from when the session has ended', async () => {
    const link = await show(serving(Date.now()))
    await act(async () => link.status('ended'))
    expect(text()).toContain('terminal')
  })
})

describe('every screen', () => {
  const routes = ROUTES.map((route) => [route.id, route.sample.replace(':nodeId', 'pocket-1')] as const)

  it.each(routes)('%s draws itself in every state without breaking', async (_id, hash) => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    for (const scene of Object.values(SCENES)) {
      await show(scene(Date.now()), hash)
      expect(text().length).toBeGreaterThan(40)
      expect(text()).not.toContain('This page broke')
      expect(text()).not.toMatch(/\{\{|undefined|NaN|\[object/)
      await act(async () => root?.unmount())
      box = document.createElement('div')
      document.body.replaceChildren(box)
    }
    expect(complaints.mock.calls.map((call) => String(call[0]).slice(0, 200))).toEqual([])
    complaints.mockRestore()
  })

  it('says that an address leads nowhere', async () => {
    await show(halfway(Date.now()), '/moon')
    expect(text()).toContain('There is no such page')
  })

  it('goes to a page by Alt and its number', async () => {
    await show(serving(Date.now()))
    await act(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '2', code: 'Digit2', altKey: true, bubbles: true }))
      await settle()
    })
    await act(settle)
    expect(globalThis.location.hash).toBe('#/nodes')
  })
})
