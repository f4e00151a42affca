import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LINK_LIFE_MS } from '#main/shells/web/access.ts'
import { FIRST_WAIT_MS, FREE_TRIES } from '#main/shells/web/lock-out.ts'
import { SESSION_IDLE_MS } from '#main/shells/web/sessions.ts'
import { ask, askRaw, createStage, expectHardened, openSocket, type Answer, type Stage } from '#test/shells/support/web-client.ts'

/** SECURITY: S17 (and S5, S7, S8 as far as the web shell has them), against a shell that really listens. */
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

describe('the session', () => {
  test('a link opens one session, with a cookie that no script reads and no other site sends', async () => {
    const opened = await ask(stage.port, `/open?token=${stage.token()}`)
    expect(opened.status).toBe(303)
    expect(opened.headers.location).toBe('/')
    expect(opened.headers['set-cookie']?.[0]).toMatch(/^hearth_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    expectHardened(opened)
    const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const page = await ask(stage.port, '/', { headers: { Cookie: cookie } })
    expect(page.status).toBe(200)
    expect(page.body).toContain('<title>page</title>')
  })

  test.each(['/', '/index.html', '/assets/index-Ab12Cd34.js', '/plain.svg', '/nothing'])(
    '%s without a session gets a sentence and nothing else',
    async (path) => {
      const answer = await ask(stage.port, path)
      expect(answer.status).toBe(401)
      expect(answer.body).toContain('press Enter')
      expect(answer.body).not.toContain('<title>page</title>')
      expectHardened(answer)
    },
  )

  test('a wrong, doubled or foreign cookie is no session', async () => {
    const cookie = await stage.login()
    for (const value of ['hearth_session=', `hearth_session=${'A'.repeat(43)}`, `x${cookie}`, `${cookie}; ${cookie}`, `${cookie}x`]) {
      expect((await ask(stage.port, '/', { headers: { Cookie: value } })).status).toBe(401)
    }
    expect((await ask(stage.port, '/', { headers: { Cookie: `a=1; ${cookie}` } })).status).toBe(200)
  })

  test('a used link opens nothing and ends the session that it had opened, sockets included', async () => {
    const token = stage.token()
    const cookie = (await ask(stage.port, `/open?token=${token}`)).headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const socket = await openSocket(stage.port, { Origin: stage.origin, Cookie: cookie })
    const again = await ask(stage.port, `/open?token=${token}`, { headers: { Cookie: cookie } })
    expect(again.status).toBe(303)
    expect(again.headers['set-cookie']).toBeUndefined()
    const replayed = await ask(stage.port, `/open?token=${token}`)
    expect(replayed.status).toBe(401)
    expect(replayed.headers['set-cookie']).toBeUndefined()
    expect((await socket.ended).code).toBe(4401)
    expect((await ask(stage.port, '/', { headers: { Cookie: cookie } })).status).toBe(401)
  })

  test('a link dies after ten minutes, a session after a week without use', async () => {
    const token = stage.token()
    stage.wait(LINK_LIFE_MS)
    expect((await ask(stage.port, `/open?token=${token}`)).status).toBe(401)
    const cookie = await stage.login()
    stage.wait(SESSION_IDLE_MS - 1000)
    expect((await ask(stage.port, '/', { headers: { Cookie: cookie } })).status).toBe(200)
    stage.wait(SESSION_IDLE_MS - 1000)
    expect((await ask(stage.port, '/', { headers: { Cookie: cookie } })).status).toBe(200)
    stage.wait(SESSION_IDLE_MS + 1000)
    expect((await ask(stage.port, '/', { headers: { Cookie: cookie } })).status).toBe(401)
  })

  test('wrong links lock everybody out for a minute, the right one as well', async () => {
    for (let miss = 1; miss <= FREE_TRIES; miss += 1) expect((await ask(stage.port, `/open?token=wrong${miss}`)).status).toBe(401)
    const token = stage.token()
    const locked = await ask(stage.port, `/open?token=${token}`)
    expect(locked.status).toBe(429)
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0)
    stage.wait(FIRST_WAIT_MS)
    expect((await ask(stage.port, `/open?token=${token}`)).status).toBe(303)
  })

  test('neither a HEAD, a prefetch nor another site uses a link up or counts as a try', async () => {
    const token = stage.token()
    for (let round = 0; round < FREE_TRIES + 1; round += 1) {
      expect((await ask(stage.port, `/open?token=${token}`, { method: 'HEAD' })).status).toBe(405)
      expect((await ask(stage.port, `/open?token=${token}`, { headers: { 'Sec-Purpose': 'prefetch' } })).status).toBe(405)
      expect(
        (await ask(stage.port, '/open?token=x', { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' } })).status,
      ).toBe(403)
    }
    expect((await ask(stage.port, `/open?token=${token}`)).status).toBe(303)
  })

  test('tokens and cookies never reach the log', async () => {
    const token = stage.token()
    const cookie = (await ask(stage.port, `/open?token=${token}`)).headers['set-cookie']?.[0] ?? ''
    await ask(stage.port, `/open?token=${token}`)
    expect(stage.log.lines.length).toBeGreaterThan(0)
    expect(stage.log.lines.join('\n')).not.toContain(token)
    expect(stage.log.lines.join('\n')).not.toContain(cookie.split(/[=;]/)[1])
  })
})

describe('who asks', () => {
  test.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', 'evil.example:PORT', 'localhost:PORT', '[::1]:PORT'])(
    'Host %s is refused',
    async (pattern) => {
      const cookie = await stage.login()
      const Host = pattern.replace('PORT', String(stage.port))
      const answer = await ask(stage.port, '/', { headers: { Host, Cookie: cookie } })
      expect(answer.status).toBe(403)
      expect(answer.body).not.toContain('<title>page</title>')
      expectHardened(answer)
      const socket = await openSocket(stage.port, { Host, Origin: stage.origin, Cookie: cookie })
      expect((await socket.ended).status).toBe(403)
    },
  )

  test('two Host headers, an empty one, none, or an absolute address are refused', async () => {
    const cookie = await stage.login()
    const rest = `Cookie: ${cookie}\r\nConnection: close\r\n\r\n`
    for (const head of [
      `GET / HTTP/1.1\r\nHost: ${stage.host}\r\nHost: evil.example\r\n`,
      `GET / HTTP/1.1\r\n`,
      `GET / HTTP/1.1\r\nHost:\r\n`,
      `GET / HTTP/1.0\r\n`,
      `GET http://evil.example/ HTTP/1.1\r\nHost: ${stage.host}\r\n`,
      `GET //evil.example/ HTTP/1.1\r\nHost: ${stage.host}\r\n`,
    ]) {
      const answer = await askRaw(stage.port, head + rest)
      expect(answer).toMatch(/^HTTP\/1\.1 40[03]/)
      expect(answer).toContain("default-src 'none'")
    }
  })

  test.each([
    'http://evil.example',
    'null',
    'http://localhost:PORT',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1',
    'http://127.0.0.1:PORT.evil.example',
  ])('Origin %s is refused', async (pattern) => {
    const cookie = await stage.login()
    const Origin = pattern.replace('PORT', String(stage.port))
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await ask(stage.port, '/', { method, headers: { Origin, Cookie: cookie } })
      expect(answer.status).toBe(403)
      expectHardened(answer)
    }
    const socket = await openSocket(stage.port, { Origin, Cookie: cookie })
    expect((await socket.ended).status).toBe(403)
  })

  test('a socket without Origin, at another path, or from another site is refused', async () => {
    const cookie = await stage.login()
    expect((await (await openSocket(stage.port, { Cookie: cookie })).ended).status).toBe(403)
    expect(
      (await (await openSocket(stage.port, { Origin: stage.origin, Cookie: cookie, 'Sec-Fetch-Site': 'same-site' })).ended).status,
    ).toBe(403)
    const raw = await askRaw(
      stage.port,
      `GET /socket?x HTTP/1.1\r\nHost: ${stage.host}\r\nOrigin: ${stage.origin}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
    expect(raw).toMatch(/^HTTP\/1\.1 403/)
    expect(raw).toContain("default-src 'none'")
    expect(stage.app.calls).toEqual([])
  })

  test.each(['cross-site', 'same-site'])('what another origin loads (%s) is refused; a link to the front page is not', async (site) => {
    const cookie = await stage.login()
    const foreign = { Cookie: cookie, 'Sec-Fetch-Site': site }
    expect(
      (
        await ask(stage.port, '/assets/index-Ab12Cd34.js', {
          headers: { ...foreign, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
        })
      ).status,
    ).toBe(403)
    expect((await ask(stage.port, '/', { headers: { ...foreign, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' } })).status).toBe(
      403,
    )
    expect(
      (await ask(stage.port, '/', { headers: { ...foreign, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' } })).status,
    ).toBe(200)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is not served', async (method) => {
    const cookie = await stage.login()
    const answer = await ask(stage.port, '/', { method, headers: { Origin: stage.origin, Cookie: cookie } })
    expect(answer.status).toBe(405)
    expectHardened(answer)
    expect((await ask(stage.port, '/', { method, headers: { Cookie: cookie } })).status).toBe(403)
  })

  test('what is no HTTP, expects, connects or sends endless headers is answered hardened too', async () => {
    for (const text of [
      'nonsense\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: ${stage.host}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      `POST / HTTP/1.1\r\nHost: ${stage.host}\r\nExpect: a-miracle\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`,
    ]) {
      const answer = await askRaw(stage.port, text)
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/)
      expect(answer).toContain("default-src 'none'")
    }
  })
})

describe('files', () => {
  test('the page is never cached and its nonce is fresh and in its policy; hashed parts are kept', async () => {
    const headers = { Cookie: await stage.login() }
    const [first, second] = [await ask(stage.port, '/', { headers }), await ask(stage.port, '/', { headers })]
    const nonce = (answer: Answer): string => /nonce="([^"]+)"/.exec(answer.body)?.[1] ?? ''
    expect(nonce(first)).toMatch(/^[A-Za-z0-9+/]{24}$/)
    expect(nonce(second)).not.toBe(nonce(first))
    expect(first.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce(first)}'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws://${stage.host}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
    )
    expect(first.headers['cache-control']).toBe('no-store')
    const asset = await ask(stage.port, '/assets/index-Ab12Cd34.js', { headers })
    expect(asset.headers['cache-control']).toContain('immutable')
    expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expectHardened(asset)
  })

  test.each([
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/%2e%2e%2fsecret.json',
    '/..%2fsecret.json',
    '/..%5csecret.json',
    '/..\\secret.json',
    '/%252e%252e%252fsecret.json',
    '/....//secret.json',
    '/assets/..;/..;/secret.json',
    '/plain.svg%00.json',
    '/%c0%ae%c0%ae/secret.json',
    '/%',
    '/link.json',
    '/linked/secret.json',
    '/.hidden.json',
    '/C:/secret.json',
    '/assets/',
    '/assets',
    '/../page-evil/secret.json',
  ])('%s leads nowhere', async (path) => {
    const cookie = await stage.login()
    const answer = await askRaw(stage.port, `GET ${path} HTTP/1.1\r\nHost: ${stage.host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04]/)
    expect(answer).not.toContain('"secret"')
  })
})

test('only loopback is bound: no other address of this machine answers', async () => {
  const others = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).filter((entry) => !entry.internal && !entry.address.startsWith('fe80')).map((entry) => entry.address),
  )
  const reach = (host: string, port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host, port, timeout: 2000 }, () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
      socket.on('timeout', () => {
        socket.destroy()
        resolve(false)
      })
    })
  // 127.0.0.2 is loopback on Linux and yet another address: a wildcard listener would answer there even on a machine without a network card.
  for (const host of [...others, ...(process.platform === 'linux' ? ['127.0.0.2'] : [])]) {
    expect([host, await reach(host, stage.port), await reach(host, stage.confirmPort)]).toEqual([host, false, false])
  }
  expect(await reach('127.0.0.1', stage.port)).toBe(true)
})
