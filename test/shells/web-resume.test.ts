import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createApi } from '#renderer/bridge/call.ts'
import { createMirror, type Mirror } from '#renderer/bridge/store.ts'
import { createSocketLink, type SocketLike } from '#renderer/bridge/transports/socket.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type PublishedState } from '#main/core/state/publisher.ts'
import { requests } from '#shared/api/requests.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { createStage, type Stage } from './support/web-client.ts'
import { PATIENCE } from '#test/patience.ts'

/** The page's own bridge over real sockets to a real shell with the real publisher: lines break, patches get lost, pages fall asleep. */
const RUN = 1_795_000_000_000
const START = { version: '0', shell: 'web' as const, host: 'attic', network: null, startedAtMs: RUN, notice: null }

let publisher: PublishedState
let stage: Stage
let asked: string[]
beforeEach(async () => {
  publisher = createStatePublisher(initialState(START), systemClock)
  asked = []
  const app = createShellApp((name, input) => {
    asked.push(name)
    if (name === 'state.get') return { ok: true, value: publisher.snapshot() }
    const { startedAtMs, seq } = requests['state.resume'].input.parse(input)
    return { ok: true, value: publisher.resume(startedAtMs, seq) }
  })
  app.subscribe = (listener) => publisher.subscribe(listener)
  stage = await createStage(app)
})
afterEach(() => stage.close())

interface Page {
  mirror: { getState(): Mirror }
  /** The line that is open now. */
  line(): WebSocket
  lines: WebSocket[]
  /** Loses this many of the next pushes on the way. */
  lose(count: number): void
}

async function openPage(): Promise<Page> {
  const cookie = await stage.login()
  const lines: WebSocket[] = []
  let losing = 0
  const wrap = (socket: WebSocket): SocketLike => ({
    get readyState() {
      return socket.readyState
    },
    send: (text) => socket.send(text),
    close: () => socket.close(),
    addEventListener(type, listener) {
      if (type !== 'message') {
        socket.on(type, (code: unknown) => listener(typeof code === 'number' ? { code } : {}))
        return
      }
      socket.on('message', (bytes: Buffer) => {
        const data = bytes.toString('utf8')
        if (losing > 0 && data.startsWith('{"push"')) {
          losing -= 1
          return
        }
        listener({ data })
      })
    },
  })
  const link = createSocketLink({
    open() {
      const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/socket`, { headers: { Origin: stage.origin, Cookie: cookie } })
      socket.on('error', () => undefined)
      lines.push(socket)
      return wrap(socket)
    },
    later: (run, ms) => {
      // Waits of the page, a hundred times faster; what counts silence is left out.
      const timer = setTimeout(run, ms > 20_000 ? 2 ** 30 : ms / 100)
      return () => clearTimeout(timer)
    },
    random: () => 0.5,
  })
  const mirror = createMirror({ link, api: createApi(link), now: Date.now, later: (run, ms) => void setTimeout(run, ms / 100) })
  await vi.waitFor(() => expect(mirror.getState().state).not.toBeNull(), PATIENCE)
  return {
    mirror,
    lines,
    line: () => lines.at(-1)!,
    lose: (count) => {
      losing = count
    },
  }
}

const change = (round: number, detail = ''): void => {
  publisher.put('balances', `a${round % 7}`, { address: 'a', upokt: String(round), asOf: { height: 1, atMs: 1 } })
  if (round % 5 === 0) publisher.remove('balances', `a${(round + 3) % 7}`)
  if (detail !== '') publisher.patch('engine', { detail })
  publisher.flush()
}
const same = async (page: Page): Promise<void> => {
  await vi.waitFor(
    () => {
      const { state, seq } = page.mirror.getState()
      expect({ seq, state }).toEqual(publisher.snapshot())
    },
    { timeout: 5_000 },
  )
}

describe('a page', () => {
  test('whose line breaks comes back and is sent what it missed, not the whole', async () => {
    const page = await openPage()
    change(1)
    await same(page)
    page.line().terminate()
    for (let round = 2; round < 9; round += 1) change(round)
    await same(page)
    expect(page.lines).toHaveLength(2)
    expect(asked).toEqual(['state.get', 'state.resume'])
    // And it hears what comes from then on.
    change(9)
    await same(page)
    expect(asked).toHaveLength(2)
  })

  test('that lost a patch on an open line asks for it with the next one', async () => {
    const page = await openPage()
    change(1)
    await same(page)
    page.lose(3)
    for (let round = 2; round < 6; round += 1) change(round)
    await same(page)
    expect(page.lines).toHaveLength(1)
    expect(asked).toEqual(['state.get', 'state.resume'])
  })

  test('that was away too long gets a snapshot', async () => {
    const page = await openPage()
    change(1)
    await same(page)
    page.line().terminate()
    for (let round = 0; round < 1_000; round += 1) change(round, `${round}`.padEnd(400, 'x'))
    await same(page)
    expect(asked).toEqual(['state.get', 'state.resume'])
  })

  test('whose Hearth was started anew takes the new one’s state, though its numbers are lower', async () => {
    const page = await openPage()
    for (let round = 0; round < 20; round += 1) change(round)
    await same(page)
    publisher = createStatePublisher(initialState({ ...START, startedAtMs: RUN + 1, host: 'cellar' }), systemClock)
    page.line().terminate()
    await same(page)
    expect(page.mirror.getState().state?.app.host).toBe('cellar')
    change(1)
    await same(page)
  })

  test('that falls asleep is not written to without end, and is whole again when it wakes', async () => {
    const page = await openPage()
    change(1)
    await same(page)
    page.line().pause()
    for (let round = 0; round < 400; round += 1) {
      publisher.patch('app', { host: `${round}`.padEnd(200_000, 'x') })
      for (let index = 0; index < 40; index += 1)
        publisher.put('attention', `f${index}`, {
          id: `f${index}`,
          level: 'info',
          key: `k${round}`,
          facts: { text: 'x'.repeat(300) },
          fix: 'none',
          sinceMs: 1,
        })
      publisher.patch('engine', { detail: `${round}`.padEnd(900, 'x') })
      publisher.flush()
      if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    page.line().resume()
    await same(page)
    expect(page.lines).toHaveLength(1)
  })

  test('ends like main whatever breaks when', async () => {
    const page = await openPage()
    let random = 4_711
    const next = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
      return random % below
    }
    for (let round = 0; round < 400; round += 1) {
      change(round, next(10) === 0 ? 'x'.repeat(next(800)) : '')
      if (next(12) === 0) page.lose(1 + next(4))
      if (next(15) === 0) page.line().terminate()
      if (next(4) === 0) await new Promise((resolve) => setTimeout(resolve, next(4)))
    }
    page.lose(0)
    change(401)
    await same(page)
    expect(page.lines.length).toBeGreaterThan(5)
    expect(asked.filter((name) => name === 'state.resume').length).toBeGreaterThan(page.lines.length - 2)
  }, 20_000)
})
