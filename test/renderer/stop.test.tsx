import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
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

async function show(state: AppState, hash: string): Promise<FakeLink> {
  globalThis.location.hash = hash
  const link = fakeLink(state)
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
  for (const name of ['nodes.stop', 'nodes.restart', 'nodes.keepRunning', 'tasks.cancel'])
    link.answers[name] = () => ({ ok: true, value: {} })
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
  if (!found) throw new Error(`no button ${String(name)}`)
  return found
}
const choice = (name: RegExp): HTMLInputElement => {
  const found = [...document.querySelectorAll('label')].find((each) => name.test(each.textContent ?? ''))?.querySelector('input')
  if (!found) throw new Error(`no choice ${String(name)}`)
  return found
}
const press = (target: HTMLElement): Promise<void> =>
  act(async () => {
    target.click()
    await settle()
  })
const inputs = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)

/** Serving, with the session clock as a test wants it. */
function scene(clock: Partial<AppState['clock']> = {}, miner: Partial<AppState['nodes'][string]> = {}): AppState {
  const state = serving(Date.now())
  const [id, node] = Object.entries(state.nodes).find(([, each]) => each.kind === 'relay-miner') ?? []
  if (id === undefined || !node) throw new Error('no miner')
  return { ...state, clock: { ...state.clock, ...clock }, nodes: { ...state.nodes, [id]: { ...node, ...miner } } }
}
const minerId = (state: AppState): string => Object.values(state.nodes).find((each) => each.kind === 'relay-miner')?.id ?? ''

it('a stop that costs something now waits for the quiet time unless the user says otherwise', async () => {
  const state = scene({
    verdict: 'wait',
    facts: { blocks: '3', waitKind: 'claim', miner: 'running', quietHeight: '900', quietBlocks: '6' },
  })
  const link = await show(state, `/nodes/${minerId(state)}`)
  await press(button(/^Stop Relay miner…/))
  expect(choice(/next quiet time/).checked).toBe(true)
  await press(button(/^Stop Relay miner then$/))
  expect(inputs(link, 'nodes.stop')).toEqual([{ nodeId: minerId(state), when: 'quiet', drained: true }])
})

it('now is one click away, and a restart has the same choice', async () => {
  const state = scene({
    verdict: 'costs',
    facts: { costUpokt: '5000', costClaims: '1', miner: 'running', quietHeight: '900', quietBlocks: '6' },
  })
  const link = await show(state, `/nodes/${minerId(state)}`)
  await press(button(/^Restart Relay miner…/))
  await press(choice(/^Now/))
  await press(button(/^Restart Relay miner$/))
  expect(inputs(link, 'nodes.restart')).toEqual([{ nodeId: minerId(state), when: 'now', drained: true }])
})

it('offers no moment that is not there', async () => {
  const state = scene({ verdict: 'safe', facts: { miner: 'running' }, lanes: [] })
  await show(state, `/nodes/${minerId(state)}`)
  await press(button(/^Stop Relay miner…/))
  expect(document.querySelectorAll('input[type=radio]')).toHaveLength(0)
})

it('a relay miner that was given up is started from Home, where it says by when', async () => {
  const state = scene({ verdict: 'costs', facts: { miner: 'stopped', costClaims: '1', deadlineHeight: '1240' } }, { seen: 'failing' })
  const link = await show(state, '/')
  await press(button(/^Start/))
  expect(inputs(link, 'nodes.start')).toEqual([{ nodeId: minerId(state) }])
})

it.each(['/nodes', '/'])('what waits is told with its moment on %s, and can be taken back', async (page) => {
  const wish = { action: 'stop', when: 'settled', askedAtMs: 1, height: 1_234, atMs: null } as const
  const state = scene({}, { wish })
  const link = await show(state, page)
  expect(text()).toContain('stops when all that is under way is paid, block 1,234')
  await press(button(/^Keep it running$/))
  expect(inputs(link, 'nodes.keepRunning')).toEqual([{ nodeId: minerId(state) }])
})

function draining(why: string, cancellable: boolean): AppState {
  const state = scene()
  const now = Date.now()
  const step = (key: string, status: 'done' | 'running' | 'waiting', facts: Record<string, string> = {}) => ({
    key,
    status,
    startedAtMs: status === 'waiting' ? null : now - 4_000,
    endedAtMs: status === 'done' ? now - 3_900 : null,
    facts,
  })
  const task: TaskState = {
    id: 'node-stop-1',
    kind: 'node-stop',
    status: 'running',
    startedAtMs: now - 4_000,
    endedAtMs: null,
    cancellable,
    steps: [
      step('refuse-relays', 'done', { refused: 'yes' }),
      step('save-relays', 'running', { untilMs: String(now + 7_000), answered: '41' }),
      step('stop-miner', 'waiting'),
    ],
    pulls: [],
    done: 0,
    total: 0,
    lastLine: '',
    facts: { nodeId: minerId(state), why },
    error: null,
  }
  return { ...state, tasks: { [task.id]: task } }
}

it('a drain is shown with its steps, its time and what it keeps; it can be taken back, or cut short with its price in the label', async () => {
  const state = draining('stop', true)
  const link = await show(state, '/nodes')
  expect(text()).toContain('Relay miner is about to stop')
  expect(text()).toMatch(/[67] s to go/)
  expect(text()).toContain('41 relays answered')
  expect(text()).toContain('Let the relay miner write down what it served')
  await press(button(/^Keep it running$/))
  expect(inputs(link, 'tasks.cancel')).toEqual([{ taskId: 'node-stop-1' }])
  await press(button(/lose the relays of the last ten seconds/))
  expect(inputs(link, 'nodes.stop')).toEqual([{ nodeId: minerId(state), when: 'now', drained: false }])
})

it('a drain for new settings has no way back, only the short one', async () => {
  const state = draining('change', false)
  const link = await show(state, '/nodes')
  expect(() => button(/^Keep it running$/)).toThrow('no button')
  await press(button(/lose the relays of the last ten seconds/))
  expect(inputs(link, 'nodes.restart')).toEqual([{ nodeId: minerId(state), when: 'now', drained: false }])
})

it('a chain with open claims goes only after the user has let them go', async () => {
  const link = await show(scene(), '/nodes')
  link.answers['localChain.remove'] = () => ({
    ok: false,
    error: { code: 'claims-open', detail: { claims: '3', upokt: '2500000' }, ref: '' },
  })
  await press(button(/^Remove the Local chain…$/))
  await press(button(/^Remove the Local chain$/))
  expect(text()).toContain('3 claims of 2.5 POKT are not paid yet')
  expect(button(/^Remove the Local chain$/).disabled || button(/^Remove the Local chain$/).hasAttribute('data-disabled')).toBe(true)
  link.answers['localChain.remove'] = () => ({ ok: true, value: { taskId: 't' } })
  await press(choice(/Let them go/))
  await press(button(/^Remove the Local chain$/))
  expect(inputs(link, 'localChain.remove')).toEqual([{ loseOpenClaims: false }, { loseOpenClaims: true }])
})

it('the form of services shows what changes in the configuration, and what restarts', async () => {
  const link = await show(scene(), '/supplier/services')
  expect(inputs(link, 'supplier.previewConfig').length).toBeGreaterThan(0)
  expect(text()).toContain('+   - service_id: "eth"')
  expect(text()).toContain('Relay miner restarts once the chain has it, drained')
})

it.each([
  [
    'costs',
    { costClaims: '2', deadlineHeight: '1240' },
    'Not running, and a claim is due',
    '2 claims are lost at 1,240 unless it runs before',
  ],
  ['safe', { dueHeight: '1210', backByHeight: '1220' }, 'Start it by 1,220', 'is due at 1,210. If it runs by 1,220, nothing of it is lost'],
  ['safe', {}, 'Not running', 'owes nothing'],
] as const)(
  'a relay miner that is down: %s %j says by when it must be back, not what a stop costs',
  async (verdict, facts, word, sentence) => {
    await show(scene({ verdict, facts: { miner: 'stopped', ...facts } }, { wanted: 'stopped', seen: 'stopped' }), '/')
    expect(text()).toContain(word)
    expect(text()).toContain(sentence)
    expect(text()).not.toMatch(/Safe to stop|Stopping now costs/)
  },
)
