import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SESSION_IDLE_MS } from '#main/shells/web/sessions.ts'
import { MAX_REQUEST_BYTES } from '#shared/api/requests.ts'
import { ask, createStage, openSocket, type Stage } from '#test/shells/support/web-client.ts'

/** SECURITY: S8 and S17 on the page's socket, against a shell that really listens. */
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

describe('the socket', () => {
  const open = async (): Promise<Awaited<ReturnType<typeof openSocket>>> =>
    openSocket(stage.port, { Origin: stage.origin, Cookie: await stage.login() })

  test('without a session it closes with 4401 and nothing reaches the app', async () => {
    const tries: Record<string, string>[] = [{ Origin: stage.origin }, { Origin: stage.origin, Cookie: `hearth_session=${'A'.repeat(43)}` }]
    for (const headers of tries) {
      const socket = await openSocket(stage.port, headers)
      if (socket.socket.readyState === 1) socket.send({ id: 1, name: 'state.get', input: {} })
      expect((await socket.ended).code).toBe(4401)
    }
    expect(stage.app.calls).toEqual([])
    expect(stage.app.listeners()).toBe(0)
  })

  test.each(['nodes.destroy', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'x'.repeat(100)])(
    'name %j is unknown',
    async (name) => {
      const socket = await open()
      socket.send({ id: 7, name, input: {} })
      expect(await socket.next()).toMatchObject({ id: 7, result: { ok: false, error: { code: 'unknown-request' } } })
      expect(stage.app.calls).toEqual([])
    },
  )

  test.each([
    '{"id":1,"name":"state.get","input":{"__proto__":{"polluted":1}}}',
    '{"id":1,"name":"state.get","__proto__":{"input":1}}',
    '{"id":1,"name":"tx.prepare","input":{"a":[{"__proto__":null}]}}',
  ])('a prototype key is refused: %s', async (text) => {
    const socket = await open()
    socket.send(text)
    expect((await socket.ended).code).toBe(4400)
    expect(stage.app.calls).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test.each([
    '',
    'nonsense',
    '[]',
    'null',
    '1',
    '{}',
    '{"id":{},"name":"state.get"}',
    '{"id":1.5,"name":"state.get"}',
    `{"id":"${'x'.repeat(65)}","name":"state.get"}`,
  ])('a malformed frame ends it: %s', async (text) => {
    const socket = await open()
    socket.send(text)
    expect((await socket.ended).code).toBe(4400)
    expect(stage.app.calls).toEqual([])
  })

  test('a frame whose name is no text is answered under its id', async () => {
    const socket = await open()
    socket.send({ id: 'q', name: ['state.get'], input: {} })
    expect(await socket.next()).toMatchObject({ id: 'q', result: { ok: false, error: { code: 'invalid-request' } } })
  })

  test('a message of 20 MB ends it unread, and the shell goes on', async () => {
    const socket = await open()
    socket.socket.on('error', () => undefined)
    socket.send(`{"id":1,"name":"state.get","input":{"text":"${'x'.repeat(20 * 1024 * 1024)}"}}`)
    expect([1006, 1009]).toContain((await socket.ended).code)
    expect(stage.app.calls).toEqual([])
    const next = await open()
    next.send({ id: 1, name: 'state.get', input: {} })
    expect(await next.next()).toMatchObject({ id: 1, result: { ok: true } })
  })

  test.each([
    ['a number', 5],
    ['a list', ['state.get']],
    ['null', null],
    ['an object', { name: 'state.get' }],
    ['true', true],
  ])('a name that is %s is refused', async (_kind, name) => {
    const socket = await open()
    socket.send({ id: 1, name, input: {} })
    expect(await socket.next()).toMatchObject({ result: { ok: false, error: { code: 'invalid-request' } } })
    expect(stage.app.calls).toEqual([])
  })

  test('a session that grew too old while the socket was open ends it at the next word, unanswered', async () => {
    const socket = await open()
    stage.wait(SESSION_IDLE_MS + 1)
    socket.send({ id: 1, name: 'state.get', input: {} })
    expect((await socket.ended).code).toBe(4401)
    expect(socket.frames).toEqual([])
    expect(stage.app.calls).toEqual([])
  })

  test('a session that was ended opens no socket again, and its cookie no page', async () => {
    const Cookie = await stage.login()
    const socket = await openSocket(stage.port, { Origin: stage.origin, Cookie })
    await stage.access.endAll()
    expect((await socket.ended).code).toBe(4401)
    expect((await (await openSocket(stage.port, { Origin: stage.origin, Cookie })).ended).code).toBe(4401)
    expect((await ask(stage.port, '/', { headers: { Cookie } })).status).toBe(401)
    expect(stage.app.calls).toEqual([])
  })

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost'])('Origin %s opens none', async (Origin) => {
    const Cookie = await stage.login()
    expect((await (await openSocket(stage.port, { Origin, Cookie })).ended).status).toBe(403)
  })

  test('a binary frame ends it with 4400, an oversized one with 1009', async () => {
    const binary = await open()
    binary.socket.send(Buffer.from('{"id":1,"name":"state.get"}'), { binary: true })
    expect((await binary.ended).code).toBe(4400)
    const large = await open()
    large.send({ id: 1, name: 'state.get', input: { text: 'x'.repeat(MAX_REQUEST_BYTES) } })
    expect((await large.ended).code).toBe(1009)
    expect(stage.app.calls).toEqual([])
  })
})
