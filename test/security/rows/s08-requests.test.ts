import { expect, test } from 'vitest'
import { createDispatcher, type Handlers } from '#main/core/dispatch.ts'
import type { InvokeEvent } from '#main/shells/electron/electron-api.ts'
import { MAX_REQUEST_BYTES, requests } from '#shared/api/requests.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { FakeContents, frame } from '#test/fakes/electron.ts'
import { stageElectron } from './stage.ts'

const on = stageElectron()

test('S8: only the main frame of our window, with exactly our origin, is answered', async () => {
  const page = await on.stage.start()
  const main = frame('app://hearth')
  const strangers: InvokeEvent[] = [
    { sender: new FakeContents(), senderFrame: main },
    { sender: page.webContents, senderFrame: null },
    { sender: page.webContents, senderFrame: frame('app://hearth', main) },
    ...['app://hearth.evil', 'app://hearth:1', 'app://evil', 'https://hearth', 'null', '', 'confirm://surface'].map((origin) => ({
      sender: page.webContents,
      senderFrame: frame(origin),
    })),
  ]
  for (const event of strangers)
    expect(await on.stage.call(event, 'state.get', '{}')).toMatchObject({ ok: false, error: { code: 'not-allowed' } })
  expect(on.stage.app.calls).toEqual([])
  expect(await on.stage.call(on.stage.fromPage(), 'state.get', '{}')).toMatchObject({ ok: true })
})

test('S8: a name of the table, a size, one text, at most a whole number to call it off by; else core hears nothing', async () => {
  await on.stage.start()
  const ask = async (...args: unknown[]): Promise<string> =>
    ((await on.stage.call(on.stage.fromPage(), ...args)) as { error: { code: string } }).error.code
  for (const name of ['nodes.destroy', '__proto__', 'constructor', 'hasOwnProperty', '', 'x'.repeat(1_000)])
    expect(await ask(name, '{}')).toBe('unknown-request')
  expect(await ask('state.get', `"${'ü'.repeat(MAX_REQUEST_BYTES / 2)}"`)).toBe('too-large')
  const wrong = [
    ['state.get'],
    ['state.get', {}],
    [['state.get'], '{}'],
    ['state.get', '{"__proto__":{}}'],
    ...[1.5, '1', null, {}, Number.POSITIVE_INFINITY].map((id) => ['state.get', '{}', id]),
    ['state.get', '{}', 1, 2],
  ]
  for (const args of wrong) expect(await ask(...args)).toBe('invalid-request')
  expect(on.stage.app.calls).toEqual([])
})

test('S8: every row of the table refuses what its schema does not know', async () => {
  const ran: string[] = []
  const handlers = Object.fromEntries(
    Object.keys(requests).map((name) => [name, () => Promise.resolve(void ran.push(name))]),
  ) as unknown as Handlers
  const call = createDispatcher(handlers, createTestLog())
  for (const name of Object.keys(requests)) {
    expect(await call(name, { surplus: 1 })).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(await call(name, JSON.parse('{"__proto__":{"x":1}}'))).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(await call(name, { text: 'x'.repeat(MAX_REQUEST_BYTES) })).toMatchObject({ ok: false, error: { code: 'too-large' } })
  }
  expect(ran).toEqual([])
})
