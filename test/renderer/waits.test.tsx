import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { createElectronLink } from '#renderer/bridge/transports/electron.ts'
import { createSocketLink, type SocketLike } from '#renderer/bridge/transports/socket.ts'
import { en } from '#renderer/text/en.ts'
import { startText } from '#renderer/text/text.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import type { TaskState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'

let root: Root | undefined
let box: HTMLElement
const NOW = 1_795_367_000_000
beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setInterval', 'clearInterval'] })
  box = document.createElement('div')
  document.body.append(box)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
  vi.useRealTimers()
})

const never = (): Promise<never> => new Promise(() => undefined)
async function show(path: string, slow: RequestName[], tasks: TaskState[] = []): Promise<FakeLink> {
  globalThis.location.hash = path
  const state = serving(NOW)
  const link = fakeLink({ ...state, tasks: Object.fromEntries(tasks.map((task) => [task.id, task])) })
  for (const [name, value] of Object.entries(answers(NOW))) link.answers[name] = () => ({ ok: true, value })
  for (const name of slow) link.answers[name] = never
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const pass = (ms: number): Promise<void> =>
  act(async () => {
    vi.advanceTimersByTime(ms)
    await settle()
  })
const bar = (): HTMLElement | null => document.querySelector(`[aria-label="${en.waits.label}"]`)
const press = (within: HTMLElement | null): Promise<void> =>
  act(async () => {
    const button = within?.querySelector('button')
    if (!button) throw new Error('no button')
    button.click()
    await settle()
  })

describe('a read that lasts', () => {
  it('is said after a second, with a way out that ends it at main', async () => {
    const link = await show('/settings/records', ['records.status'])
    expect(bar()?.textContent ?? '').toBe('')
    await pass(1_000)
    expect(bar()?.textContent).toContain(`Reading: ${en.waits.names['records-status']}`)
    await press(bar())
    expect(link.cancelled).toEqual(['records.status'])
    expect(bar()?.textContent ?? '').toBe('')
    expect(document.body.textContent).toContain(en.errors.cancelled.text)
  })

  it('ends with the page that asked', async () => {
    const link = await show('/settings/records', ['records.status'])
    expect(link.cancelled).toEqual([])
    await act(async () => {
      globalThis.location.hash = '/nodes'
      globalThis.dispatchEvent(new HashChangeEvent('hashchange'))
      await settle()
    })
    expect(link.cancelled).toEqual(['records.status'])
  })
})

describe('a write that lasts', () => {
  const task = (fields: Partial<TaskState>, begun: boolean): TaskState => ({
    id: 'request-1',
    kind: 'request',
    status: 'running',
    startedAtMs: NOW - 3_000,
    endedAtMs: null,
    cancellable: true,
    steps: [
      { key: 'request-turn', status: begun ? 'done' : 'running', startedAtMs: NOW - 3_000, endedAtMs: null, facts: {} },
      { key: 'request-runs', status: begun ? 'running' : 'waiting', startedAtMs: null, endedAtMs: null, facts: {} },
    ],
    pulls: [],
    done: 0,
    total: 0,
    lastLine: '',
    facts: { request: 'tx.prepare' },
    error: null,
    ...fields,
  })

  it('is said, with its time and a way out where it has one', async () => {
    const link = await show('/', [], [task({}, true)])
    expect(bar()?.textContent).toContain(`Under way: ${en.waits.names['tx-prepare']}`)
    expect(bar()?.textContent).toMatch(/for 3\ss/)
    link.answers['tasks.cancel'] = () => ({ ok: true, value: {} })
    await press(bar())
    expect(link.calls.at(-1)).toEqual({ name: 'tasks.cancel', input: { taskId: 'request-1' } })
  })

  it('says that it waits for another, and that there is no way back once it has begun', async () => {
    await show(
      '/',
      [],
      [
        task({ id: 'request-1', cancellable: false, facts: { request: 'vault.changePassword' } }, true),
        task({ id: 'request-2', facts: { request: 'nodes.start' } }, false),
      ],
    )
    expect(bar()?.textContent).toContain(en.waits.noWayBack)
    expect(bar()?.textContent).toContain(`Waits for what was asked before it: ${en.waits.names.other}`)
    expect(bar()?.querySelectorAll('button')).toHaveLength(1)
  })

  it('has words for each request that can be cancelled or asks somebody slow', () => {
    const waiting = (Object.keys(requests) as RequestName[]).filter((name) => requests[name].waits)
    expect(waiting.length).toBeGreaterThan(8)
    for (const name of waiting) expect(Object.hasOwn(en.waits.names, name.replace('.', '-')), name).toBe(true)
    // None is left over from a request that is gone.
    for (const key of Object.keys(en.waits.names)) expect(key === 'other' || Object.hasOwn(requests, key.replace('-', '.')), key).toBe(true)
  })
})

describe('both ways to main', () => {
  it('the socket sends the id of the call that is called off', async () => {
    const sent: string[] = []
    const listeners = new Map<string, (event: { data?: unknown }) => void>()
    const socket: SocketLike = {
      readyState: 1,
      send: (text) => void sent.push(text),
      close: () => undefined,
      addEventListener: (type, listener) => void listeners.set(type, listener),
    }
    const link = createSocketLink({ open: () => socket, later: () => () => undefined, random: () => 0 })
    const abort = new AbortController()
    const answer = link.call('engine.find', {}, abort.signal)
    abort.abort()
    expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([
      { id: 1, name: 'engine.find', input: {} },
      { id: 2, name: 'calls.cancel', input: { id: 1 } },
    ])
    listeners.get('message')?.({ data: JSON.stringify({ id: 1, result: { ok: false, error: { code: 'cancelled', ref: '' } } }) })
    expect(await answer).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })

  it('the window too, and not once there is an answer', async () => {
    const calls: unknown[][] = []
    const link = createElectronLink({
      call: (...args) => {
        calls.push(args)
        return args[0] === 'engine.find' ? never() : Promise.resolve({ ok: true, value: {} })
      },
      onPush: () => () => undefined,
    })
    const abort = new AbortController()
    void link.call('engine.find', {}, abort.signal)
    const over = new AbortController()
    await link.call('activity.list', {}, over.signal)
    over.abort()
    abort.abort()
    const id = calls[0]?.[2]
    expect(Number.isSafeInteger(id)).toBe(true)
    expect(calls.map(([name, input]) => [name, input])).toEqual([
      ['engine.find', {}],
      ['activity.list', {}],
      ['calls.cancel', { id }],
    ])
  })
})
