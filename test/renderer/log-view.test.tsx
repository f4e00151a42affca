import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { createLogSearch, LINES_SHOWN, textOf, withPage, type LogLines, type LogPage } from '#renderer/features/nodes/log-lines.ts'
import { en } from '#renderer/text/en.ts'
import { startText } from '#renderer/text/text.ts'
import { runsOf } from '#renderer/ui/LineChart.tsx'
import { LOG_PATTERNS } from '#shared/model/log-patterns.ts'
import { answers } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'

let root: Root | undefined
let box: HTMLElement
let copied: string[] = []
beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
  Object.defineProperty(navigator, 'clipboard', {
    value: {
      writeText: async (text: string) => {
        copied.push(text)
      },
    },
    configurable: true,
  })
})
beforeEach(() => {
  copied = []
  box = document.createElement('div')
  document.body.append(box)
})
afterEach(async () => {
  vi.useRealTimers()
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
})

const NOW = Date.now()
const line = (number: number, text: string, level: LogLines[number]['level'] = 'info'): LogLines[number] => ({
  number,
  timeMs: NOW - 100_000 + number * 1_000,
  stream: 'out',
  level,
  text,
})
const page = (lines: LogLines, more: Partial<LogPage> = {}): LogPage => ({
  book: 'b',
  lines,
  older: false,
  newer: false,
  gaps: [],
  ...more,
})
const range = (from: number, to: number): LogLines => Array.from({ length: to - from }, (_line, at) => line(from + at, `line ${from + at}`))

async function show(
  log: (input: { after?: number; before?: number }) => LogPage,
  more: Record<string, unknown> = {},
  state = serving(NOW),
): Promise<FakeLink> {
  globalThis.location.hash = '/nodes/miner-1'
  const link = fakeLink(state)
  for (const [name, value] of Object.entries({ ...answers(NOW), ...more })) link.answers[name] = () => ({ ok: true, value })
  link.answers['nodes.logPage'] = (input) => ({ ok: true, value: log(input as { after?: number; before?: number }) })
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
async function openLogs(): Promise<void> {
  const tab = [...document.querySelectorAll<HTMLElement>('[role="tab"]')].find((each) => each.textContent === 'Logs')!
  await act(async () => {
    tab.click()
    await settle()
  })
  await act(settle)
}
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
  const input = document.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)!
  await act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value)
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
}
const key = (name: string): Promise<void> =>
  act(async () => {
    list().dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))
    await settle()
  })
const list = (): HTMLElement => document.querySelector<HTMLElement>('[role="listbox"]')!
const shown = (): string[] => [...list().querySelectorAll('[role="option"]')].map((each) => each.lastElementChild?.textContent ?? '')
const words = (): string => document.getElementById('page')?.textContent ?? ''

const LINES = [
  line(1, 'starting relayer proxy'),
  line(2, 'ERR Failed verifying relay request error="session expired"', 'error'),
  line(3, 'Block update delayed', 'warn'),
  line(4, 'relay request served successfully'),
]

describe('the log of a node', () => {
  it('is searched, filtered by level, and copied as it is shown', async () => {
    await show(() => page(LINES))
    await openLogs()
    expect(shown()).toEqual(LINES.map((each) => each.text))
    await press('Errors')
    expect(shown()).toEqual([LINES[1]!.text])
    await press('Warnings')
    expect(shown()).toEqual([LINES[1]!.text, LINES[2]!.text])
    await type('Find in the log', 'DELAYED')
    expect(shown()).toEqual([LINES[2]!.text])
    expect(list().querySelector('mark')?.textContent).toBe('delayed')
    await press('Copy Log')
    expect(copied).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d Block update delayed\n$/)])
    // What was copied names the moment to whoever reads it elsewhere.
    expect(Math.floor(Date.parse(copied[0]!.slice(0, 25).replace(' ', 'T')) / 1000)).toBe(Math.floor(LINES[2]!.timeMs / 1000))
    await type('Find in the log', 'nothing like it')
    expect(words()).toContain('No such line.')
  })

  it('asks only for what is new, and for nothing while it is held', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const link = await show(({ after }) => page(after === undefined ? LINES : []))
    await openLogs()
    await act(() => vi.advanceTimersByTimeAsync(3_000))
    const asked = link.calls.filter((call) => call.name === 'nodes.logPage').map((call) => call.input)
    expect(asked.filter((input) => (input as { after?: number }).after === 4).length).toBeGreaterThan(0)
    await press('Hold')
    const before = link.calls.filter((call) => call.name === 'nodes.logPage').length
    await act(() => vi.advanceTimersByTimeAsync(10_000))
    expect(link.calls.filter((call) => call.name === 'nodes.logPage')).toHaveLength(before)
    expect(words()).toContain('Not following.')
  })

  it.each(['web', 'electron'] as const)('is saved as it is shown, with its level and words: %s', async (shell) => {
    const saved: Blob[] = []
    URL.createObjectURL = (blob) => {
      saved.push(blob as Blob)
      return 'blob:x'
    }
    URL.revokeObjectURL = () => undefined
    const state = serving(NOW)
    await show(() => page(LINES), {}, { ...state, app: { ...state.app, shell } })
    await openLogs()
    await press('Errors')
    await press('Save the lines that are shown')
    expect(await saved[0]?.text()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d ERR Failed verifying relay request.*\n$/)
  })

  it('says so where it cannot be copied', async () => {
    await show(() => page(LINES))
    await openLogs()
    const { clipboard } = navigator
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })
    await press('Copy Log')
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true })
    expect(words()).toContain('The browser does not let a page copy here.')
    await press('Copy Log')
    expect(words()).not.toContain('no clipboard')
    expect(copied).toHaveLength(1)
  })

  it('is held when somebody scrolls up, and not by lines that come or go', async () => {
    await show(() => page(range(0, 500)))
    await openLogs()
    let height = 500 * 19
    Object.defineProperty(list(), 'scrollHeight', { get: () => height, configurable: true })
    Object.defineProperty(list(), 'clientHeight', { get: () => 400, configurable: true })
    const scrollTo = (top: number): Promise<void> =>
      act(async () => {
        list().scrollTop = top
        list().dispatchEvent(new Event('scroll', { bubbles: true }))
      })
    await scrollTo(height - 400)
    expect(button('Hold')).toBeDefined()
    // Fewer lines: the browser itself moves to the new end.
    height = 200 * 19
    await scrollTo(height - 400)
    expect(button('Hold')).toBeDefined()
    await scrollTo(height - 600)
    expect(button('Follow')).toBeDefined()
    expect(words()).toContain('Not following.')
  })

  it('is walked through with the keyboard, and each known line is explained', async () => {
    await show(() => page(LINES))
    await openLogs()
    expect(list().tabIndex).toBe(0)
    await key('ArrowUp')
    expect(list().getAttribute('aria-activedescendant')).toBe('log-line-4')
    expect(words()).toContain('A relay was answered.')
    await key('Home')
    expect(words()).toContain('Hearth has no explanation for this line.')
    await key('ArrowDown')
    expect(words()).toContain('The relay came after its session had ended')
    expect(list().querySelector('[aria-selected="true"]')?.id).toBe('log-line-2')
    // Reading a line holds the log.
    expect(button('Follow')).toBeDefined()
    await press('Close the explanation')
    expect(list().querySelector('[aria-selected="true"]')).toBeNull()
  })

  it('goes back to a time that is not read yet, and looks through all when asked', async () => {
    const link = await show(({ before }) =>
      before === undefined ? page(range(60, 70), { older: true }) : page(range(Math.max(0, before - 20), before), { older: before > 20 }),
    )
    await openLogs()
    const at = new Date(line(12, '').timeMs)
    const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
    await type('Go to this date and time', local)
    await press('Go there')
    await act(settle)
    await act(settle)
    const asked = link.calls.filter((call) => call.name === 'nodes.logPage').map((call) => (call.input as { before?: number }).before)
    expect(asked.filter((before) => before !== undefined)).toEqual([60, 40, 20])
    expect(list().getAttribute('aria-activedescendant')).toMatch(/^log-line-1[23]$/)
    await type('Find in the log', 'line 3')
    expect(shown()).toHaveLength(11)
  })

  it('draws only what is in sight of a hundred thousand lines', async () => {
    await show(() => page(range(0, LINES_SHOWN)))
    await openLogs()
    expect(shown().length).toBeGreaterThan(20)
    expect(shown().length).toBeLessThan(120)
    expect(list().querySelector('[role="option"]')?.getAttribute('aria-setsize')).toBe(String(LINES_SHOWN))
    await key('End')
    await act(async () => {
      list().scrollTop = LINES_SHOWN * 19
      list().dispatchEvent(new Event('scroll', { bubbles: true }))
    })
    expect(shown().at(-1)).toBe(`line ${LINES_SHOWN - 1}`)
    expect(list().getAttribute('aria-activedescendant')).toBe(`log-line-${LINES_SHOWN - 1}`)
  })

  it('has a sentence for every known line', () => {
    for (const id of LOG_PATTERNS) expect(en.nodes.explain[id], id).toMatch(/^[A-Z].{20,}\.$/)
    expect(LOG_PATTERNS.length).toBeGreaterThan(20)
  })
})

describe('what the page holds of a log', () => {
  it('grows at both ends, keeps each line once and no more than a hundred thousand', () => {
    let held = withPage(null, page(range(500, 600), { older: true }))
    held = withPage(held, page(range(600, 610)))
    held = withPage(held, page(range(590, 620), { older: true }))
    expect(held.lines.map((each) => each.number)).toEqual(range(500, 620).map((each) => each.number))
    held = withPage(held, page(range(450, 500), { older: false }))
    expect(held).toMatchObject({ older: false })
    expect(held.lines).toHaveLength(170)
    expect(withPage(held, page([]))).toBe(held)
    held = withPage(held, page(range(620, 620 + LINES_SHOWN)))
    expect(held.lines).toHaveLength(LINES_SHOWN)
    expect(held.lines.at(-1)?.number).toBe(619 + LINES_SHOWN)
  })

  it('starts anew with another book, and marks where lines are missing', () => {
    const held = withPage(null, page(range(1, 5)))
    expect(withPage(held, { ...page(range(1, 3)), book: 'c' }).lines).toHaveLength(2)
    expect([...withPage(held, page(range(9, 12))).gaps]).toEqual([9])
    expect([...withPage(held, page(range(5, 12), { gaps: [7] })).gaps]).toEqual([7])
  })

  it('is searched with the same answer at once and bit by bit', () => {
    const search = createLogSearch()
    const lines = range(0, 3_000).map((each) => ({ ...each, level: each.number % 7 === 0 ? ('error' as const) : ('info' as const) }))
    const filter = { needle: '5', from: 'error' as const }
    let last: LogLines = []
    for (const [from, to] of [
      [100, 200],
      [100, 900],
      [100, 900],
      [500, 1_500],
      [50, 1_500],
      [50, 3_000],
    ] as const) {
      const part = lines.slice(from, to)
      last = search(part, filter)
      expect(last.map((each) => each.number)).toEqual(
        part.filter((each) => each.level === 'error' && each.text.includes('5')).map((each) => each.number),
      )
    }
    expect(last.length).toBeGreaterThan(100)
    expect(search(lines, { needle: 'line 77', from: 'debug' })).toHaveLength(11)
    expect(textOf(last.slice(0, 2)).split('\n')).toHaveLength(3)
  })
})

describe('what the miner did', () => {
  const account = answers(NOW)['metrics.miner'] as Record<string, unknown>
  it('is said in words: served, mined, paid, unpaid and why, refused', async () => {
    await show(() => page(LINES))
    expect(words()).toMatch(/It was asked for 1,318 relays\./)
    expect(words()).toMatch(/Served1,240.*Mined1,225.*Paid180.*Unpaid15.*Dropped12.*Found invalid later3.*Refused78/)
    expect(words()).not.toContain('Backend errors')
  })

  it('keeps apart what was no relay', async () => {
    const strange = { serviceId: 'unknown_service_id', requests: 1_440, successes: 0, errors: 1_440, dropped: 0, delayedFailures: 0 }
    await show(() => page(LINES), { 'metrics.miner': { ...account, services: [strange] } })
    expect(words()).toContain('knocked at 1,440 times by what was no relay')
    expect(words()).toMatch(/It was asked for 1,318 relays\./)
  })

  it('adds up: what is neither served nor refused has a line of its own, and only then', async () => {
    await show(() => page(LINES))
    expect(words()).not.toContain('Not answered')
    await act(async () => root?.unmount())
    await show(() => page(LINES), { 'metrics.miner': { ...account, requests: 1_321 } })
    expect(words()).toMatch(/Refused78.*Not answered3/)
  })

  it('is asked for other lengths of time', async () => {
    const link = await show(() => page(LINES))
    await press('7 days')
    expect(link.calls.filter((call) => call.name === 'metrics.miner').at(-1)?.input).toEqual({ hours: 168 })
  })

  it.each([
    ['no-answer', 'does not tell its counts'],
    ['not-a-page', 'no page of counts'],
    ['too-large', 'too large to be one'],
    ['not-running', 'has just started'],
  ])('says when nothing new is known: %s', async (state, words_) => {
    await show(() => page(LINES), { 'metrics.miner': { ...account, state, unreadable: 2 } })
    expect(words()).toContain(words_)
    expect(words()).toContain('2 counts on its page are no numbers')
  })

  it('says that a stopped miner does not run', async () => {
    const state = serving(NOW)
    for (const node of Object.values(state.nodes))
      if (node.kind === 'relay-miner') Object.assign(node, { wanted: 'stopped', seen: 'stopped' })
    await show(() => page(LINES), { 'metrics.miner': { ...account, state: 'not-running' } }, state)
    expect(words()).toContain('The relay miner does not run.')
  })

  it('has charts that say their figures, and say when there are none', async () => {
    await show(() => page(LINES))
    const charts = [...document.querySelectorAll('svg[role="img"]')].map((each) => each.getAttribute('aria-label') ?? '')
    expect(
      charts.filter((label) => /^(Relays a minute|CPU, % of one core|Memory): now .+, lowest .+, highest .+/.test(label)),
    ).toHaveLength(3)
    await act(async () => root?.unmount())
    await show(() => page(LINES), { 'metrics.series': { points: [] } })
    expect(words().match(/Nothing was measured in this time\./g)).toHaveLength(3)
  })

  it('draws no line over a time in which nothing was measured', () => {
    const at = (atMs: number) => ({ atMs, mean: 1, min: 1, max: 1 })
    expect(runsOf([at(0), at(10), at(100), at(105)], 20).map((run) => run.length)).toEqual([2, 2])
    expect(runsOf([], 20)).toEqual([])
  })
})
