import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ApiResult } from '#shared/api/errors.ts'
import { createLineCalls } from '#main/shells/line-calls.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'
import { createStage, openSocket, type Stage, type TestSocket } from './support/web-client.ts'
import { PATIENCE } from '#test/patience.ts'

const CANCELLED: ApiResult<never> = { ok: false, error: { code: 'cancelled', ref: '' } }
/** Answers only when it is told to stop. */
const untilCancelled = (_name: string, _input: unknown, signal?: AbortSignal): Promise<ApiResult<unknown>> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(CANCELLED)))

describe('over the socket', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await createStage(createShellApp(untilCancelled))
  })
  afterEach(() => stage.close())
  const open = async (): Promise<TestSocket> => openSocket(stage.port, { Origin: stage.origin, Cookie: await stage.login() })

  test('a call ends by its id, and the one that ends it is told', async () => {
    const socket = await open()
    socket.send({ id: 1, name: 'engine.find', input: {} })
    socket.send({ id: 2, name: 'calls.cancel', input: { id: 1 } })
    const frames = [await socket.next(), await socket.next()]
    expect(frames).toContainEqual({ id: 1, result: CANCELLED })
    expect(frames).toContainEqual({ id: 2, result: { ok: true, value: { found: true } } })
    socket.send({ id: 3, name: 'calls.cancel', input: { id: 1 } })
    expect(await socket.next()).toEqual({ id: 3, result: { ok: true, value: { found: false } } })
    socket.send({ id: 4, name: 'calls.cancel', input: { id: {} } })
    expect(await socket.next()).toMatchObject({ id: 4, result: { ok: false, error: { code: 'invalid-request' } } })
  })

  test('nobody ends what another line asked', async () => {
    const [mine, other] = [await open(), await open()]
    mine.send({ id: 1, name: 'engine.find', input: {} })
    await vi.waitFor(() => expect(stage.app.calls).toHaveLength(1), PATIENCE)
    other.send({ id: 2, name: 'calls.cancel', input: { id: 1 } })
    expect(await other.next()).toEqual({ id: 2, result: { ok: true, value: { found: false } } })
    expect(mine.frames).toHaveLength(0)
  })

  test('a page that is gone ends its reads and not what it wished', async () => {
    const ended: string[] = []
    stage.app.call = async (name, input, signal) => {
      signal?.addEventListener('abort', () => ended.push(name))
      stage.app.calls.push({ name, input })
      return new Promise(() => undefined)
    }
    const socket = await open()
    socket.send({ id: 1, name: 'engine.find', input: {} })
    socket.send({ id: 2, name: 'tx.prepare', input: {} })
    await vi.waitFor(() => expect(stage.app.calls).toHaveLength(2), PATIENCE)
    socket.socket.close()
    await vi.waitFor(() => expect(ended).toEqual(['engine.find']), PATIENCE)
  })
})

describe('in the window', () => {
  let stage: ElectronStage
  beforeEach(async () => {
    stage = await createElectronStage()
  })
  afterEach(() => stage.close())

  test('a call ends by its id, and an id that is none is refused', async () => {
    await stage.start()
    stage.app.call = untilCancelled
    const answer = stage.call(stage.fromPage(), 'engine.find', '{}', 7)
    expect(await stage.call(stage.fromPage(), 'calls.cancel', '{"id":7}')).toEqual({ ok: true, value: { found: true } })
    expect(await answer).toEqual(CANCELLED)
    for (const id of ['7', 1.5, null, {}])
      expect(await stage.call(stage.fromPage(), 'state.get', '{}', id)).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  })

  test('core hears which network the page shows, and what is no network is refused', async () => {
    await stage.start()
    const heard: unknown[] = []
    stage.app.call = (_name, _input, _signal, shown) => Promise.resolve({ ok: true, value: heard.push(shown) })
    for (const more of [['beta'], [null], []]) await stage.call(stage.fromPage(), 'nodes.start', '{}', 7, ...more)
    expect(heard).toEqual(['beta', null, undefined])
    for (const network of [5, {}, 'x'.repeat(65)])
      expect(await stage.call(stage.fromPage(), 'nodes.start', '{}', 7, network)).toMatchObject({ error: { code: 'invalid-request' } })
    expect(await stage.call(stage.fromPage(), 'nodes.start', '{}', 7, 'beta', 'more')).toMatchObject({ error: { code: 'invalid-request' } })
    expect(heard).toHaveLength(3)
  })
})

test('a second call under an id that is taken runs, and the first stays the one that the id means', async () => {
  const app = createShellApp()
  const signals: AbortSignal[] = []
  app.call = (_name, _input, signal) => {
    if (signal) signals.push(signal)
    return new Promise(() => undefined)
  }
  const calls = createLineCalls(app, createTestLog())
  void calls.run(1, 'engine.find', {})
  void calls.run(1, 'engine.find', {})
  await calls.run(2, 'calls.cancel', { id: 1 })
  expect(signals.map((signal) => signal.aborted)).toEqual([true, false])
})
