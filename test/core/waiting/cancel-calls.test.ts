import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import { createDispatcher, type Handlers } from '#main/core/dispatch.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createLongRequests, LONG_MS } from '#main/core/tasks/long-requests.ts'
import { cancellable, unlessCancelled } from '#main/core/unless-cancelled.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { rejection } from '#test/fakes/rejection.ts'

type Handler = (input: never, signal: AbortSignal) => Promise<unknown>

function setup(some: Partial<Record<RequestName, Handler>>) {
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
    clock,
  )
  const handlers = Object.fromEntries(
    Object.keys(requests).map((name) => [name, some[name as RequestName] ?? (() => Promise.resolve({}))]),
  ) as unknown as Handlers
  const long = createLongRequests(state, clock)
  return { clock, long, call: createDispatcher(handlers, createTestLog(), long), tasks: () => Object.values(state.state.tasks) }
}
const never = (): Promise<never> => new Promise(() => undefined)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a cancelled read', () => {
  it('ends at once, whatever its handler does, and tells the handler', async () => {
    const signals: AbortSignal[] = []
    const { call } = setup({
      'activity.list': (_input, signal) => {
        signals.push(signal)
        return never()
      },
    })
    const abort = new AbortController()
    const answer = call('activity.list', { limit: 1 }, abort.signal)
    await turn()
    abort.abort()
    expect(await answer).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect(signals[0]?.aborted).toBe(true)
  })

  it('that was cancelled before it came is never begun', async () => {
    let begun = 0
    const { call } = setup({
      'activity.list': () => {
        begun += 1
        return Promise.resolve({ rows: [] })
      },
    })
    expect(await call('activity.list', { limit: 1 }, AbortSignal.abort())).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect(begun).toBe(0)
  })
})

describe('a cancelled write', () => {
  it('is taken out of the row while it waits for its turn, and never begins', async () => {
    const begun: string[] = []
    let release: () => void = () => undefined
    const { call } = setup({
      'nodes.start': async ({ nodeId }: { nodeId: string }) => {
        begun.push(nodeId)
        if (nodeId === 'a') await new Promise<void>((resolve) => (release = resolve))
        return {}
      },
    })
    const first = call('nodes.start', { nodeId: 'a' })
    const abort = new AbortController()
    const second = call('nodes.start', { nodeId: 'b' }, abort.signal)
    const third = call('nodes.start', { nodeId: 'c' })
    await turn()
    abort.abort()
    expect(await second).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    release()
    expect([(await first).ok, (await third).ok]).toEqual([true, true])
    expect(begun).toEqual(['a', 'c'])
  })

  it('that has begun is finished, and says how it ended', async () => {
    let release: () => void = () => undefined
    const done: string[] = []
    const { call } = setup({
      'nodes.start': async () => {
        await new Promise<void>((resolve) => (release = resolve))
        done.push('written')
        return {}
      },
    })
    const abort = new AbortController()
    const answer = call('nodes.start', { nodeId: 'a' }, abort.signal)
    await turn()
    abort.abort()
    await turn()
    expect(done).toEqual([])
    release()
    expect(await answer).toMatchObject({ ok: true })
    expect(done).toEqual(['written'])
  })
})

describe('a write that lasts', () => {
  it('is a task with its two steps after a second, for everybody, and gone when it is over', async () => {
    let release: () => void = () => undefined
    const { call, clock, tasks } = setup({
      'vault.changePassword': async () => {
        await new Promise<void>((resolve) => (release = resolve))
        return {}
      },
    })
    const first = call('vault.changePassword', { current: 'secret one', next: 'secret two' })
    const second = call('nodes.start', { nodeId: 'a' })
    await clock.advance(LONG_MS - 1)
    expect(tasks()).toEqual([])
    await clock.advance(1)
    expect(tasks().map((task) => [task.facts['request'], task.cancellable, ...task.steps.map((step) => step.status)])).toEqual([
      ['vault.changePassword', false, 'done', 'running'],
      ['nodes.start', true, 'running', 'waiting'],
    ])
    expect(JSON.stringify(tasks())).not.toContain('secret')
    release()
    await Promise.all([first, second])
    expect(tasks()).toEqual([])
  })

  it('can be ended by its task while it waits, and says no once it has begun', async () => {
    let release: () => void = () => undefined
    const { call, clock, tasks, long } = setup({
      'vault.create': async () => {
        await new Promise<void>((resolve) => (release = resolve))
        return {}
      },
    })
    const first = call('vault.create', { password: 'x' })
    const second = call('nodes.start', { nodeId: 'a' })
    await clock.advance(LONG_MS)
    const [creating, starting] = tasks()
    expect(() => long.cancel(creating?.id ?? '')).toThrow(HearthError)
    expect(long.cancel(starting?.id ?? '')).toBe(true)
    expect(await second).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect(long.cancel('no such task')).toBe(false)
    release()
    expect((await first).ok).toBe(true)
  })
})

describe('waiting for somebody outside', () => {
  it('ends with the signal, and leaves no listener behind', async () => {
    const abort = new AbortController()
    expect(await unlessCancelled(abort.signal, () => Promise.resolve(5))).toBe(5)
    const waiting = rejection(unlessCancelled(abort.signal, never))
    abort.abort()
    expect((await waiting).code).toBe('cancelled')
    expect((await rejection(unlessCancelled(abort.signal, () => Promise.resolve(5)))).code).toBe('cancelled')
  })

  it('goes through each question of a port, and leaves what answers at once as it is', async () => {
    const abort = new AbortController()
    const port = cancellable({ size: 3, ask: never, answer: (text: string) => Promise.resolve(text), list: () => [1] }, abort.signal)
    expect([port.size, port.list(), await port.answer('x')]).toEqual([3, [1], 'x'])
    const waiting = rejection(port.ask())
    abort.abort()
    expect((await waiting).code).toBe('cancelled')
    expect((await rejection(port.answer('x'))).code).toBe('cancelled')
  })
})
