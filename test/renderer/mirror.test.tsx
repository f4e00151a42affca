import { describe, expect, it } from 'vitest'
import { createApi } from '#renderer/bridge/call.ts'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { createMirror } from '#renderer/bridge/store.ts'
import { createElectronLink } from '#renderer/bridge/transports/electron.ts'
import { createSocketLink, SILENT_MS, type SocketLike } from '#renderer/bridge/transports/socket.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'

const NOW = 1_795_367_000_000

function mirrored(link: FakeLink) {
  const later: (() => void)[] = []
  const mirror = createMirror({ link, api: createApi(link), now: () => NOW, later: (run) => later.push(run) })
  return { mirror, later, state: () => mirror.getState().state }
}
const asked = (link: FakeLink, name: string): number => link.calls.filter((call) => call.name === name).length
const snapshots = (link: FakeLink): number => asked(link, 'state.get')
const withHeight = (state: AppState, height: number): AppState['chain'] => ({ ...state.chain, height })

describe('the copy of the state', () => {
  it('takes a snapshot and then every patch in turn', async () => {
    const link = fakeLink(serving(NOW))
    const { state } = mirrored(link)
    await settle()
    expect(state()?.chain.height).toBe(137)
    const chain = withHeight(link.state, 138)
    link.change({ slice: 'chain', value: chain }, { chain })
    expect(state()?.chain.height).toBe(138)
    const { 'miner-1': _gone, ...nodes } = link.state.nodes
    link.change({ slice: 'nodes', id: 'miner-1' }, { nodes })
    expect(Object.keys(state()?.nodes ?? {})).toEqual(['pocket-1', 'backend-1', 'keeper-1'])
    expect(snapshots(link)).toBe(1)
  })

  it('asks for what it missed when a patch was lost, and ends equal to main without a snapshot', async () => {
    const link = fakeLink(serving(NOW))
    const { mirror, state } = mirrored(link)
    await settle()
    link.change({ slice: 'chain', value: withHeight(link.state, 138) }, { chain: withHeight(link.state, 138) }, true)
    link.change({ slice: 'vault', value: { kind: 'locked', needed: null } }, { vault: { kind: 'locked', needed: null } })
    await settle()
    expect(asked(link, 'state.resume')).toBe(1)
    expect(link.calls.at(-1)?.input).toEqual({ startedAtMs: link.state.app.startedAtMs, seq: 1 })
    expect(snapshots(link)).toBe(1)
    expect(state()).toEqual(link.state)
    expect(mirror.getState().seq).toBe(3)
  })

  it('takes a snapshot where main no longer has what was missed', async () => {
    const link = fakeLink(serving(NOW))
    const { mirror, state } = mirrored(link)
    await settle()
    for (const height of [138, 139])
      link.change({ slice: 'chain', value: withHeight(link.state, height) }, { chain: withHeight(link.state, height) }, true)
    link.recent.length = 0
    link.change({ slice: 'vault', value: { kind: 'locked', needed: null } }, { vault: { kind: 'locked', needed: null } })
    await settle()
    expect(state()).toEqual(link.state)
    expect(mirror.getState().seq).toBe(4)
  })

  it('resumes at its number when the line is back, also when a push overtakes the answer', async () => {
    const link = fakeLink(serving(NOW))
    const { mirror, state } = mirrored(link)
    await settle()
    link.status('lost')
    link.change({ slice: 'chain', value: withHeight(link.state, 138) }, { chain: withHeight(link.state, 138) }, true)
    link.status('open')
    link.change({ slice: 'chain', value: withHeight(link.state, 139) }, { chain: withHeight(link.state, 139) })
    await settle()
    expect(state()).toEqual(link.state)
    expect([mirror.getState().seq, snapshots(link), asked(link, 'state.resume')]).toEqual([3, 1, 1])
  })

  it('takes a snapshot when main cannot resume, and resumes again when only the line broke', async () => {
    const link = fakeLink(serving(NOW))
    const { state, later } = mirrored(link)
    await settle()
    const answers: ApiResult<never>[] = [
      { ok: false, error: { code: 'internal', detail: { reason: 'link-lost' }, ref: '' } },
      { ok: false, error: { code: 'internal', ref: 'r1' } },
    ]
    link.answers['state.resume'] = () => answers.shift()!
    link.change({ slice: 'chain', value: withHeight(link.state, 138) }, { chain: withHeight(link.state, 138) }, true)
    link.status('lost')
    link.status('open')
    await settle()
    later.pop()?.()
    await settle()
    expect([asked(link, 'state.resume'), snapshots(link)]).toEqual([2, 1])
    later.pop()?.()
    await settle()
    expect([asked(link, 'state.resume'), snapshots(link)]).toEqual([2, 2])
    expect(state()).toEqual(link.state)
  })

  it('refuses a patch whose value does not fit, and reads everything anew', async () => {
    const link = fakeLink(serving(NOW))
    const { state } = mirrored(link)
    await settle()
    link.push({ seq: 2, changes: [{ slice: 'chain', value: { height: 'many' } }] })
    expect(state()?.chain.height).toBe(137)
    await settle()
    expect(snapshots(link)).toBe(2)
  })

  it('ignores what is old', async () => {
    const link = fakeLink(serving(NOW))
    const { state } = mirrored(link)
    await settle()
    link.push({ seq: 1, changes: [{ slice: 'chain', value: withHeight(link.state, 9) }] })
    expect(state()?.chain.height).toBe(137)
    expect(snapshots(link)).toBe(1)
  })

  it('keeps showing the last state while the line is broken, and starts over when it is back', async () => {
    const link = fakeLink(serving(NOW))
    const { mirror, state } = mirrored(link)
    await settle()
    link.status('lost')
    expect(mirror.getState().lostAtMs).toBe(NOW)
    expect(state()?.chain.height).toBe(137)
    // Another main: its numbers start again from below.
    link.state = { ...link.state, app: { ...link.state.app, startedAtMs: NOW + 1 }, chain: withHeight(link.state, 140) }
    link.seq = 1
    link.status('open')
    await settle()
    expect(mirror.getState().lostAtMs).toBeNull()
    expect(state()?.chain.height).toBe(140)
  })

  it('checks answers before anybody uses them', async () => {
    const link = fakeLink(serving(NOW))
    link.answers['nodes.suggestPort'] = () => ({ ok: true, value: { hostPort: 'next' } })
    const result = await createApi(link)['nodes.suggestPort']({ nodeId: 'miner-1', containerPort: 8545 })
    expect(result).toMatchObject({ ok: false, error: { code: 'internal' } })
  })

  it('does not send an input that the table refuses', async () => {
    const link = fakeLink(serving(NOW))
    const result = await createApi(link)['relays.sendTest']({ serviceId: 'anvil', count: 0 })
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(link.calls).toHaveLength(0)
  })
})

describe('the socket', () => {
  function sockets() {
    const made: { line: SocketLike & { sent: string[]; fire: (type: string, event: object) => void; state: number } }[] = []
    const waits: { run: () => void; ms: number }[] = []
    const silences: { run: () => void; ms: number }[] = []
    const link = createSocketLink({
      open: () => {
        const listeners = new Map<string, (event: object) => void>()
        const line = {
          sent: [] as string[],
          state: 0,
          get readyState() {
            return line.state
          },
          send: (text: string) => void line.sent.push(text),
          close: () => undefined,
          addEventListener: (type: string, listener: (event: object) => void) => void listeners.set(type, listener),
          fire: (type: string, event: object) => {
            line.state = type === 'open' ? 1 : type === 'close' ? 3 : line.state
            listeners.get(type)?.(event)
          },
        }
        made.push({ line })
        return line
      },
      later: (run, ms) => {
        const wait = { run, ms }
        const list = ms === SILENT_MS ? silences : waits
        list.push(wait)
        return () => void list.splice(list.indexOf(wait), 1)
      },
      random: () => 0.5,
    })
    const statuses: string[] = []
    link.onStatus((status) => statuses.push(status))
    return { link, made, waits, silences, statuses }
  }

  it('matches answers to questions by their number', async () => {
    const { link, made } = sockets()
    const line = made[0]!.line
    line.fire('open', {})
    const first = link.call('engine.check', {})
    const second = link.call('vault.lock', {})
    const [one, two] = line.sent.map((text) => JSON.parse(text) as { id: number; name: string })
    expect([one?.name, two?.name]).toEqual(['engine.check', 'vault.lock'])
    line.fire('message', { data: JSON.stringify({ id: two?.id, result: { ok: true, value: { two: 2 } } }) })
    line.fire('message', { data: JSON.stringify({ id: one?.id, result: { ok: true, value: { one: 1 } } }) })
    expect(await first).toEqual({ ok: true, value: { one: 1 } })
    expect(await second).toEqual({ ok: true, value: { two: 2 } })
  })

  it('comes back with growing waits, and tells an unanswered question as lost, once', async () => {
    const { link, made, waits, statuses } = sockets()
    made[0]!.line.fire('open', {})
    const question = link.call('localChain.start', {})
    made[0]!.line.fire('close', { code: 1006 })
    expect(await question).toMatchObject({ ok: false, error: { code: 'internal', detail: { reason: 'link-lost' } } })
    for (let turn = 1; turn <= 8; turn += 1) {
      waits.at(-1)!.run()
      made.at(-1)!.line.fire('close', { code: 1006 })
    }
    const lengths = waits.map((wait) => wait.ms)
    expect(lengths.slice(0, 4)).toEqual([250, 500, 1000, 2000])
    expect(lengths.at(-1)).toBe(10_000)
    waits.at(-1)!.run()
    made.at(-1)!.line.fire('open', {})
    expect(statuses).toEqual(['connecting', 'open', 'lost', 'open'])
    // What was asked on the broken line is never asked again by itself.
    expect(made.at(-1)!.line.sent).toEqual([])
  })

  it('is given up as dead when it says nothing for long, and any word keeps it', async () => {
    const { link, made, waits, silences, statuses } = sockets()
    const { line } = made[0]!
    line.fire('open', {})
    line.fire('message', { data: '{"beat":1}' })
    expect(silences).toHaveLength(1)
    const answer = link.call('engine.check', {})
    silences[0]!.run()
    expect(await answer).toMatchObject({ ok: false, error: { detail: { reason: 'link-lost' } } })
    expect(statuses.at(-1)).toBe('lost')
    expect(waits).toHaveLength(1)
    // What the dead line says later is nobody's.
    line.fire('message', { data: '{"beat":2}' })
    line.fire('close', { code: 1006 })
    expect([waits.length, silences.length]).toEqual([1, 0])
  })

  it('gives up for good when the session has ended', () => {
    const { made, waits, statuses } = sockets()
    made[0]!.line.fire('open', {})
    made[0]!.line.fire('close', { code: 4401 })
    expect(statuses.at(-1)).toBe('ended')
    expect(waits).toHaveLength(0)
  })
})

describe('the network that the page shows', () => {
  it('is said with every write, as it is then, and with no read', async () => {
    const link = fakeLink(serving(NOW))
    const said: unknown[] = []
    const { api } = bridgeOver({
      call: (name, input, signal, shown) => {
        said.push([name, shown])
        return link.call(name, input, signal)
      },
      onPush: (listener) => link.onPush(listener),
      onStatus: (listener) => link.onStatus(listener),
    })
    await settle()
    const { app } = link.state
    await api['nodes.stop']({ nodeId: 'miner-1' })
    link.change({ slice: 'app', value: { ...app, network: 'beta' } }, { app: { ...app, network: 'beta' } })
    await api['nodes.stop']({ nodeId: 'miner-1' })
    await api['activity.list']({ limit: 1 })
    link.change({ slice: 'app', value: { ...app, network: null } }, { app: { ...app, network: null } })
    await api['vault.lock']({})
    expect(said).toEqual([
      ['state.get', undefined],
      ['nodes.stop', app.network],
      ['nodes.stop', 'beta'],
      ['activity.list', undefined],
      ['vault.lock', null],
    ])
  })

  it('goes both ways to main', async () => {
    const sent: unknown[] = []
    const socket = createSocketLink({
      open: () => ({
        readyState: 1,
        send: (text) => void sent.push(JSON.parse(text)),
        close: () => undefined,
        addEventListener: () => undefined,
      }),
      later: () => () => undefined,
      random: () => 0,
    })
    void socket.call('vault.lock', {}, undefined, 'beta')
    void socket.call('vault.lock', {}, undefined, null)
    void socket.call('vault.lock', {})
    expect(sent).toEqual([
      { id: 1, name: 'vault.lock', input: {}, network: 'beta' },
      { id: 2, name: 'vault.lock', input: {}, network: null },
      { id: 3, name: 'vault.lock', input: {} },
    ])
    const passed: unknown[][] = []
    const window = createElectronLink({
      call: (...args) => Promise.resolve(void passed.push(args)),
      onPush: () => () => undefined,
    })
    await window.call('vault.lock', {}, undefined, 'beta')
    await window.call('vault.lock', {}, undefined, null)
    await window.call('vault.lock', {})
    expect(passed.map((args) => args.slice(3))).toEqual([['beta'], [null], []])
  })
})
