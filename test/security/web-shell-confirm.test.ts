import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ask, createStage, expectHardened, type Answer, type Stage } from '#test/shells/support/web-client.ts'

/** SECURITY: S7 and S17 on the confirm surface's listener, against a shell that really listens. */
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const TICKET = `/s/${'a'.repeat(43)}`

describe('the confirm listener', () => {
  const at = (path: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> =>
    ask(stage.confirmPort, path, { ...options, headers: { Host: `localhost:${stage.confirmPort}`, ...options.headers } })
  const post = (headers: Record<string, string>, body = 'password=x'): Promise<Answer> =>
    at(TICKET, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body })

  test('serves a ticket and its style, with a policy that knows no script', async () => {
    const page = await at(TICKET, {
      headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
    })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    expectHardened(page)
    const style = await at('/surface.css')
    expect([style.status, style.headers['content-type'], style.body]).toEqual([200, 'text/css; charset=utf-8', 'body{}'])
    expectHardened(style)
    expect(stage.app.posts).toEqual([{ token: 'a'.repeat(43), method: 'GET', body: '' }])
  })

  test('takes the form of its own page, byte for byte', async () => {
    const answer = await post({ Origin: stage.shell.confirmOrigin, 'Sec-Fetch-Site': 'same-origin' }, 'password=%20x%26&y=%C3%BC')
    expect(answer.status).toBe(200)
    expect(stage.app.posts).toEqual([{ token: 'a'.repeat(43), method: 'POST', body: 'password=%20x%26&y=%C3%BC' }])
  })

  test('takes no form from anywhere else', async () => {
    const own = stage.shell.confirmOrigin
    const foreign: Record<string, string>[] = [
      {},
      { Origin: 'null' },
      { Origin: stage.origin },
      { Origin: 'http://evil.example' },
      { Origin: `http://127.0.0.1:${stage.confirmPort}` },
      { Origin: own, 'Sec-Fetch-Site': 'cross-site' },
      { Origin: own, 'Sec-Fetch-Site': 'same-site' },
    ]
    for (const headers of foreign) {
      const answer = await post(headers)
      expect([headers, answer.status]).toEqual([headers, 403])
      expectHardened(answer)
    }
    expect(stage.app.posts).toEqual([])
  })

  test('is shown in no frame and loaded as nothing but a page', async () => {
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    ]) {
      expect((await at(TICKET, { headers })).status).toBe(403)
    }
    expect(stage.app.posts).toEqual([])
  })

  test('refuses another Host, type, size and method', async () => {
    const Origin = stage.shell.confirmOrigin
    for (const Host of ['evil.example', stage.host, `127.0.0.1:${stage.confirmPort}`, 'localhost'])
      expect((await at(TICKET, { headers: { Host } })).status).toBe(403)
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x'])
      expect((await post({ Origin, 'Content-Type': type })).status).toBe(415)
    expect((await post({ Origin }, 'x'.repeat(16 * 1024 + 1))).status).toBe(413)
    expect((await post({ Origin, 'Transfer-Encoding': 'chunked' }, 'x'.repeat(16 * 1024 + 1))).status).toBe(413)
    expect(stage.app.posts).toEqual([])
    expect((await post({ Origin }, 'x'.repeat(16 * 1024))).status).toBe(200)
    for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS']) expect((await at(TICKET, { method })).status).toBe(405)
  })

  test.each([
    '/',
    '/open?token=x',
    '/socket',
    '/index.html',
    '/s/',
    '/s/short',
    '/s/../surface.css',
    `${TICKET}/more`,
    `${TICKET}?x=1`,
    '/s/%61aaaaaaaaaaaaaaaaaaaaaaa',
  ])('%s is not there, session or not', async (path) => {
    const cookie = await stage.login()
    const answer = await at(path, { headers: { Cookie: cookie } })
    expect(answer.status).toBe(404)
    expectHardened(answer)
    expect(stage.app.posts).toEqual([])
  })

  test('a failing surface tells nothing of why', async () => {
    stage.app.surface = () => Promise.reject(new Error('the words are abandon abandon'))
    const answer = await at(TICKET)
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('abandon')
    expectHardened(answer)
  })
})
