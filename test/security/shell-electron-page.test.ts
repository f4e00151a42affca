import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { InvokeEvent } from '#main/shells/electron/electron-api.ts'
import { MAX_REQUEST_BYTES } from '#shared/api/requests.ts'
import { FakeContents, frame } from '#test/fakes/electron.ts'
import { createElectronStage, TICKET, type ElectronStage } from '#test/shells/support/electron-stage.ts'

/** Rows S5 to S8 of the hardening table and the confirm surface, on the shell as it starts, over a fake of Electron. */
let stage: ElectronStage
beforeEach(async () => {
  stage = await createElectronStage()
})
afterEach(() => stage.close())

describe('S5 to S7: what is served', () => {
  const get = (url: string, init: RequestInit = {}): Promise<Response> => {
    const handler = stage.sessionOf('persist:hearth').handlers.get('app')
    if (!handler) throw new Error('no handler')
    return handler(new Request(url, init))
  }

  test('the page, under its own origin, with the strict policy', async () => {
    await stage.start()
    const answer = await get('app://hearth/')
    const body = await answer.text()
    const nonce = /nonce="([^"]+)"/.exec(body)?.[1]
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/)
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
    )
    expect((await get('app://hearth/assets/index-Ab12Cd34.js?x#y')).status).toBe(200)
  })

  test.each([
    'app://hearth/../secret.json',
    'app://hearth/%2e%2e%2fsecret.json',
    'app://hearth/..%5csecret.json',
    'app://other/index.html',
    'app://hearth.evil/',
    'app://hearth:1/',
  ])('%s leads nowhere', async (url) => {
    await stage.start()
    const answer = await get(url)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await answer.text()).not.toContain('secret')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('nothing is posted to the page', async () => {
    await stage.start()
    expect((await get('app://hearth/', { method: 'POST', body: 'x' })).status).toBe(405)
  })

  test.each([
    ['app://hearth/index.html', false],
    ['data:image/png;base64,AA', false],
    ['https://evil.example/', true],
    ['http://127.0.0.1/', true],
    ['ws://127.0.0.1/', true],
    ['file:///etc/passwd', true],
    ['app://evil/', true],
    [`confirm://surface/s/${TICKET}`, true],
  ])('S6: a request of the page to %s is cancelled: %s', async (url, cancel) => {
    await stage.start()
    const answers: unknown[] = []
    stage.sessionOf('persist:hearth').beforeRequest?.({ url }, (answer) => answers.push(answer))
    expect(answers).toEqual([{ cancel }])
  })
})

describe('S8: requests', () => {
  test('the page gets its answer, over the one channel that there is', async () => {
    await stage.start()
    expect(stage.electron.channels).toEqual(['hearth:call'])
    expect(await stage.call(stage.fromPage(), 'nodes.start', '{"nodeId":"pocket"}')).toEqual({ ok: true, value: { echo: 'nodes.start' } })
    expect(stage.app.calls).toEqual([{ name: 'nodes.start', input: { nodeId: 'pocket' } }])
  })

  test('nobody else does', async () => {
    const page = await stage.start()
    const main = frame('app://hearth')
    const others: InvokeEvent[] = [
      { sender: new FakeContents(), senderFrame: main },
      { sender: page.webContents, senderFrame: null },
      { sender: page.webContents, senderFrame: frame('app://hearth', main) },
      { sender: page.webContents, senderFrame: frame('app://hearth.evil') },
      { sender: page.webContents, senderFrame: frame('app://evil') },
      { sender: page.webContents, senderFrame: frame('https://hearth') },
      { sender: page.webContents, senderFrame: frame('null') },
      { sender: page.webContents, senderFrame: frame('') },
      { sender: page.webContents, senderFrame: frame('confirm://surface') },
    ]
    for (const event of others)
      expect(await stage.call(event, 'state.get', '{}')).toMatchObject({ ok: false, error: { code: 'not-allowed' } })
    expect(stage.app.calls).toEqual([])
    // The shell itself listens, for its tray.
    expect(stage.app.listeners()).toBe(1)
  })

  test.each([
    ['unknown-request', ['nodes.destroy', '{}']],
    ['unknown-request', ['__proto__', '{}']],
    ['unknown-request', ['constructor', '{}']],
    ['invalid-request', ['state.get', '{"__proto__":{"polluted":1}}']],
    ['invalid-request', ['state.get', 'nonsense']],
    ['invalid-request', ['state.get', {}]],
    ['invalid-request', ['state.get']],
    ['invalid-request', ['state.get', '{}', 'more']],
    ['invalid-request', [['state.get'], '{}']],
    ['too-large', ['state.get', `"${'ü'.repeat(MAX_REQUEST_BYTES / 2)}"`]],
  ])('%s: %j', async (code, args) => {
    await stage.start()
    expect(await stage.call(stage.fromPage(), ...args)).toMatchObject({ ok: false, error: { code } })
    expect(stage.app.calls).toEqual([])
  })

  test('patches go to the page after it asked for the state, and stop with the window', async () => {
    const page = await stage.start()
    stage.app.push({ seq: 1, changes: [] })
    expect(page.webContents.sent).toEqual([])
    await stage.call(stage.fromPage(), 'state.get', '{}')
    await vi.waitFor(() => {
      stage.app.push({ seq: 2, changes: [] })
      expect(page.webContents.sent[0]).toEqual({ channel: 'hearth:push', args: [{ seq: 2, changes: [] }] })
    })
    page.close()
    expect(() => stage.app.push({ seq: 3, changes: [] })).not.toThrow()
  })
})

describe('the confirm surface', () => {
  const send = (url: string, init: RequestInit = {}): Promise<Response> => {
    const handler = stage.sessionOf('hearth-confirm').handlers.get('confirm')
    if (!handler) throw new Error('no handler')
    return handler(new Request(url, init))
  }
  const form = { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }

  test('is served in its own session only, without script', async () => {
    await stage.start()
    expect([...stage.sessionOf('persist:hearth').handlers.keys()]).toEqual(['app'])
    expect([...stage.sessionOf('hearth-confirm').handlers.keys()]).toEqual(['confirm'])
    const page = await send(`confirm://surface/s/${TICKET}`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    expect(await (await send('confirm://surface/surface.css')).text()).toBe('body{}')
    expect((await send(`confirm://surface/s/${TICKET}`, { ...form, body: 'password=%20x' })).status).toBe(200)
    expect(stage.app.posts.at(-1)).toEqual({ token: TICKET, method: 'POST', body: 'password=%20x' })
  })

  test('refuses every other address, type, size and origin', async () => {
    await stage.start()
    for (const url of [
      'confirm://other/s/x',
      'confirm://surface/',
      `confirm://surface/s/${TICKET}?x`,
      'confirm://surface/s/short',
      'confirm://surface/index.html',
    ])
      expect((await send(url)).status).toBe(404)
    const url = `confirm://surface/s/${TICKET}`
    expect((await send(url, { method: 'PUT', body: 'x' })).status).toBe(405)
    expect((await send(url, { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } })).status).toBe(415)
    expect((await send(url, { ...form, body: 'x'.repeat(16 * 1024 + 1) })).status).toBe(413)
    expect((await send(url, { ...form, headers: { ...form.headers, Origin: 'app://hearth' }, body: 'x' })).status).toBe(403)
    expect(stage.app.posts).toEqual([])
  })

  test('a failing surface tells nothing of why', async () => {
    await stage.start()
    stage.app.surface = () => Promise.reject(new Error('the words are abandon abandon'))
    const answer = await send(`confirm://surface/s/${TICKET}`)
    expect(answer.status).toBe(500)
    expect(await answer.text()).toBe('')
  })
})
