import { hostname } from 'node:os'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWebShell } from '#main/shells/web/shell.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import {
  ask,
  askRaw,
  cookieFrom,
  createStage,
  expectHardened,
  openSocket,
  postForm,
  type Answer,
  type Stage,
} from '#test/shells/support/web-client.ts'

/** SECURITY: S17 beyond loopback: TLS, names, cookies, the two origins, the proxy in front. */
const TICKET = `/s/${'a'.repeat(43)}`
const log = createQuietLog()
let stage: Stage

describe('beyond loopback', () => {
  let Host: string
  beforeEach(async () => {
    stage = await createStage(
      createShellApp(() => ({ ok: true, value: { surfaceUrl: `${stage.shell.confirmOrigin}/s/token`, expiresAtMs: 1 } })),
      { bind: '0.0.0.0', tls: true, names: ['attic.example', 'named.example:9443'] },
    )
    Host = `192.0.2.5:${stage.port}`
  })
  afterEach(() => stage.close())
  const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(stage.port, path, { tls: true, headers: { Host, ...headers } })

  test('nothing listens without TLS, whoever asks for it', async () => {
    for (const bind of ['0.0.0.0', '::', '192.168.1.2'])
      await expect(
        createWebShell({
          app: stage.app,
          access: stage.access,
          rendererDir: '',
          surfaceCss: Buffer.of(),
          bind,
          port: 0,
          confirmPort: 0,
          log,
        }),
      ).rejects.toThrow('only with TLS')
  })

  test('plain HTTP gets nothing at all', async () => {
    for (const port of [stage.port, stage.confirmPort]) {
      const answer = await askRaw(port, `GET / HTTP/1.1\r\nHost: ${Host}\r\nConnection: close\r\n\r\n`).catch(() => '')
      expect(answer).not.toContain('HTTP/1.1 200')
      expect(answer).not.toContain('Hearth')
    }
  })

  test.each(['TLSv1', 'TLSv1.1'] as const)('%s is not spoken', async (version) => {
    for (const port of [stage.port, stage.confirmPort]) {
      const error = await new Promise((resolve) => {
        const socket = tlsConnect({
          port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT@SECLEVEL=0',
        })
        socket.on('secureConnect', () => resolve(undefined))
        socket.on('error', resolve)
      })
      expect(error).toBeInstanceOf(Error)
    }
  })

  test('every answer asks for TLS from now on; the cookie is of this host alone and never in the clear', async () => {
    const opened = await get(`/open?token=${stage.token()}`)
    expect(opened.headers['set-cookie']?.[0]).toMatch(
      /^__Host-hearth_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Secure; Max-Age=2592000$/,
    )
    const Cookie = cookieFrom(opened)
    const answers = [
      opened,
      await get('/', { Cookie }),
      await get('/'),
      await get('/', { Host: 'evil.example' }),
      await get('/assets/index-Ab12Cd34.js', { Cookie }),
      await ask(stage.confirmPort, TICKET, { tls: true, headers: { Host: `192.0.2.5:${stage.confirmPort}` } }),
      await ask(stage.confirmPort, TICKET, { tls: true, headers: { Host: 'evil.example' } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([303, 200, 401, 403, 200, 200, 403])
    for (const answer of answers) {
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
      expectHardened(answer)
    }
    // The cookie of the plain shell counts for nothing here.
    expect((await get('/', { Cookie: Cookie.replace('__Host-', '') })).status).toBe(401)
  })

  test('answers to addresses and to names of this machine, and to no name that could be rebound to it', async () => {
    const good = [
      '192.0.2.5:1',
      '203.0.113.9',
      '[2001:db8::1]:8443',
      'attic.example',
      'attic.example:8443',
      'named.example:9443',
      'localhost:8443',
      hostname().toLowerCase(),
      `${hostname().toLowerCase().split('.')[0]}.local:8443`,
    ]
    for (const host of good) expect([host, (await get('/', { Host: host })).status]).toEqual([host, 401])
    const bad = [
      'evil.example',
      'attic.example.evil.example',
      'xattic.example',
      'named.example:1',
      'named.example',
      '192.0.2.5.evil.example',
      '192.0.2',
      '0x7f.1',
      '[::1',
      '[fe80::1%25eth0]:8443',
      'attic.example:8443@evil.example',
      'ATTIC.EXAMPLE',
      'attic.example:',
      'attic.example:999999',
    ]
    for (const host of bad) expect([host, (await get('/', { Host: host })).status]).toEqual([host, 403])
  })

  test('the origin is that of the very host that was asked', async () => {
    const Cookie = await stage.login({ Host })
    const refused = { Host, Cookie }
    for (const origin of [
      `http://${Host}`,
      'https://attic.example',
      `https://192.0.2.6:${stage.port}`,
      `https://192.0.2.5:${stage.confirmPort}`,
    ])
      expect([origin, (await (await openSocket(stage.port, { ...refused, Origin: origin }, { tls: true })).ended).status]).toEqual([
        origin,
        403,
      ])
    const socket = await openSocket(stage.port, { ...refused, Origin: `https://${Host}` }, { tls: true })
    socket.send({ id: 1, name: 'tx.reopen', input: {} })
    // The confirm surface is named as this browser can reach it: the same host, the other port.
    expect(await socket.next()).toMatchObject({ result: { value: { surfaceUrl: `https://192.0.2.5:${stage.confirmPort}/s/token` } } })
    expect(stage.shell.confirmOrigin).toBe(`https://attic.example:${stage.confirmPort}`)
  })

  test('one host name, two origins: the page’s cookie opens nothing on the confirm port, and a form of the page is refused there', async () => {
    const Cookie = await stage.login({ Host })
    const confirmHost = `192.0.2.5:${stage.confirmPort}`
    const confirm = (path: string, method: string, headers: Record<string, string>): Promise<Answer> =>
      ask(stage.confirmPort, path, {
        tls: true,
        method,
        headers: { Host: confirmHost, Cookie, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        ...(method === 'POST' ? { body: 'password=x' } : {}),
      })
    for (const path of ['/', '/index.html', '/open?token=x', '/sign-in', '/password', '/socket'])
      expect((await confirm(path, 'GET', {})).status).toBe(404)
    expect((await confirm(TICKET, 'POST', { Origin: `https://${Host}`, 'Sec-Fetch-Site': 'same-site' })).status).toBe(403)
    expect((await confirm(TICKET, 'POST', { Origin: `https://${confirmHost}`, 'Sec-Fetch-Site': 'same-site' })).status).toBe(403)
    expect(stage.app.posts).toEqual([])
    const answer = await confirm(TICKET, 'POST', { Origin: `https://${confirmHost}`, 'Sec-Fetch-Site': 'same-origin' })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([200, undefined])
    // And the other way: the confirm port is another origin to the page.
    const crossed = await postForm(stage, '/sign-in', { password: 'x' }, { tls: true, headers: { Host, Origin: `https://${confirmHost}` } })
    expect(crossed.status).toBe(403)
  })
})

describe('behind a proxy', () => {
  const PUBLIC = { Host: 'hearth.example', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7' }
  afterEach(() => stage.close())
  const start = async (proxy: string): Promise<void> => {
    stage = await createStage(createShellApp(), { proxy, names: ['hearth.example'], confirmName: 'confirm.example' })
  }
  const get = (headers: Record<string, string>, port = stage.port): Promise<Answer> =>
    ask(port, port === stage.port ? '/' : TICKET, { headers })

  test('is known to its users by its public names', async () => {
    await start('127.0.0.1')
    expect(stage.shell.oneTimeLink()).toMatch(/^https:\/\/hearth\.example\/open\?token=/)
    expect(stage.shell.confirmOrigin).toBe('https://confirm.example')
    expect((await get(PUBLIC)).headers['strict-transport-security']).toBeDefined()
    const cookie = await stage.login(PUBLIC)
    expect(cookie).toMatch(/^__Host-/)
    const socket = await openSocket(stage.port, { ...PUBLIC, Origin: 'https://hearth.example', Cookie: cookie })
    socket.send({ id: 1, name: 'sessions.list', input: {} })
    expect(await socket.next()).toMatchObject({ result: { value: { sessions: [{ address: '198.51.100.7' }] } } })
    expect((await get({ ...PUBLIC, Host: 'confirm.example' }, stage.confirmPort)).status).toBe(200)
    expect((await get({ ...PUBLIC, Host: `localhost:${stage.port}`, 'X-Forwarded-Host': 'hearth.example' })).status).toBe(401)
  })

  test('each listener answers to its own name only, and only when the browser spoke TLS', async () => {
    await start('127.0.0.1')
    const refused: Record<string, string>[] = [
      { ...PUBLIC, Host: 'confirm.example' },
      { ...PUBLIC, Host: 'evil.example' },
      { ...PUBLIC, Host: `127.0.0.1:${stage.port}` },
      { ...PUBLIC, 'X-Forwarded-Host': 'evil.example' },
      { ...PUBLIC, 'X-Forwarded-Proto': 'http' },
      { ...PUBLIC, 'X-Forwarded-Proto': 'https, http' },
      { Host: 'hearth.example' },
    ]
    for (const headers of refused) expect([headers, (await get(headers)).status]).toEqual([headers, 403])
    expect((await get(PUBLIC, stage.confirmPort)).status).toBe(403)
    expect((await (await openSocket(stage.port, { ...PUBLIC, Origin: 'http://hearth.example' })).ended).status).toBe(403)
  })

  test('what it says is believed from its one address alone', async () => {
    await start('192.0.2.99')
    expect((await get(PUBLIC)).status).toBe(403)
    expect((await get(PUBLIC, stage.confirmPort)).status).toBe(403)
    expect((await (await openSocket(stage.port, { ...PUBLIC, Origin: 'https://hearth.example' })).ended).status).toBe(403)
  })

  test.each([
    ['203.0.113.1, 198.51.100.9', '198.51.100.9'],
    ['evil, 198.51.100.9:4711', '198.51.100.9'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['::ffff:198.51.100.9', '198.51.100.9'],
    ['198.51.100.9, unknown', '127.0.0.1'],
    ['<script>', '127.0.0.1'],
  ])('X-Forwarded-For %s means %s: only what the proxy itself wrote', async (header, address) => {
    await start('127.0.0.1')
    await stage.login({ ...PUBLIC, 'X-Forwarded-For': header })
    expect(stage.access.sessions().map((session) => session.address)).toEqual([address])
  })
})

describe('X-Forwarded-* without a named proxy', () => {
  test('mean nothing', async () => {
    stage = await createStage()
    const headers = { 'X-Forwarded-For': '198.51.100.7', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example' }
    const opened = await ask(stage.port, `/open?token=${stage.token()}`, { headers })
    expect(opened.headers['set-cookie']?.[0]).toMatch(/^hearth_session=/)
    expect(stage.access.sessions().map(({ address }) => address)).toEqual(['127.0.0.1'])
    expect((await ask(stage.port, '/', { headers: { ...headers, Host: 'evil.example', 'X-Forwarded-Host': stage.host } })).status).toBe(403)
    await stage.close()
  })
})
