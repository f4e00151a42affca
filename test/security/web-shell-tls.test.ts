import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenCertificates, ownCertificates, RENEW_BEFORE_MS, type Certificates } from '#main/shells/web/certificates.ts'
import { makeOwnCertificate, OWN_CERTIFICATE_DAYS } from '#main/shells/web/own-certificate.ts'
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

/** SECURITY: S17 beyond loopback: TLS, names, cookies, the two origins. */
const DAY_MS = 86_400_000
const TICKET = `/s/${'a'.repeat(43)}`
let stage: Stage
let folder: string
const made: Certificates[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-tls-'))
})
afterEach(async () => {
  for (const certificates of made.splice(0)) certificates.close()
  await rm(folder, { recursive: true })
})
const log = createQuietLog()
const kept = async (certificates: Promise<Certificates>): Promise<Certificates> => {
  made.push(await certificates)
  return certificates
}

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

describe('the own certificate', () => {
  const names = ['attic', 'attic.local', 'localhost', '127.0.0.1', '192.168.1.20', '::1', 'fd00::1:20', '64:ff9b::192.0.2.33']

  test('is what TLS libraries take for a server certificate of those names, for as long as every system takes one', () => {
    const now = Date.UTC(2026, 6, 1)
    const { cert, key } = makeOwnCertificate(names, now)
    const read = new X509Certificate(cert)
    for (const name of ['attic', 'attic.local', 'localhost']) expect(read.checkHost(name)).toBe(name)
    for (const address of ['127.0.0.1', '192.168.1.20', '::1', 'fd00::1:20', '64:ff9b::c000:221'])
      expect(read.checkIP(address)).toBe(address)
    expect(read.checkHost('evil.example')).toBeUndefined()
    expect(read.verify(read.publicKey)).toBe(true)
    expect(read.ca).toBe(false)
    expect(Date.parse(read.validFrom)).toBe(now - DAY_MS)
    expect(Date.parse(read.validTo)).toBe(now + OWN_CERTIFICATE_DAYS * DAY_MS)
    expect(OWN_CERTIFICATE_DAYS).toBeLessThanOrEqual(825)
    expect(key).toContain('BEGIN PRIVATE KEY')
    // Past 2049 times are written another way.
    expect(Date.parse(new X509Certificate(makeOwnCertificate(['a'], Date.UTC(2049, 6, 1)).cert).validTo)).toBeGreaterThan(
      Date.UTC(2051, 0, 1),
    )
  })

  test('is trusted by a client that was given it, under its names only', async () => {
    stage = await createStage(createShellApp(), { tls: true })
    const ca = await readFile(join(stage.dataDir, 'tls', 'own.crt'))
    const reach = (servername: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = tlsConnect({ port: stage.port, host: '127.0.0.1', servername, ca }, () => {
          socket.destroy()
          resolve('trusted')
        })
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      })
    expect(await reach('localhost')).toBe('trusted')
    expect(await reach('evil.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    await stage.close()
  })

  test('stays the same over restarts, its key for nobody else, and is made anew before it ends', async () => {
    let nowMs = Date.now()
    const start = (): Promise<Certificates> => kept(ownCertificates(folder, names, { log, now: () => nowMs }))
    const first = (await start()).fingerprint()
    expect(first).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect([(await stat(join(folder, 'tls'))).mode & 0o777, (await stat(join(folder, 'tls', 'own.key'))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ])
    nowMs += OWN_CERTIFICATE_DAYS * DAY_MS - RENEW_BEFORE_MS - DAY_MS
    const second = await start()
    expect(second.fingerprint()).toBe(first)
    expect(await second.reread()).toBe(false)
    nowMs += 2 * DAY_MS
    expect(await second.reread()).toBe(true)
    expect(second.fingerprint()).not.toBe(first)
    expect((await start()).fingerprint()).toBe(second.fingerprint())
  })

  test('is made anew when its files are torn, and not when they cannot be read for a moment', async () => {
    const parts = { log, now: Date.now }
    const first = (await kept(ownCertificates(folder, names, parts))).fingerprint()
    await writeFile(join(folder, 'tls', 'own.key'), 'torn')
    const second = (await kept(ownCertificates(folder, names, parts))).fingerprint()
    expect(second).not.toBe(first)
    await rm(join(folder, 'tls', 'own.key'))
    await rm(join(folder, 'tls', 'own.crt'))
    const third = await kept(ownCertificates(folder, names, parts))
    const cert = await readFile(join(folder, 'tls', 'own.crt'))
    await rm(join(folder, 'tls'), { recursive: true })
    await writeFile(join(folder, 'tls'), 'no folder: reading fails in another way than absence')
    expect(await third.reread()).toBe(false)
    expect(third.fingerprint()).toBe(new X509Certificate(cert).fingerprint256)
  })
})

describe('given certificates', () => {
  const files = (): [string, string] => [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  const write = async (part?: 'cert' | 'key', pair = makeOwnCertificate(['attic.example'], Date.now())): Promise<typeof pair> => {
    const [certFile, keyFile] = files()
    if (part !== 'key') await writeFile(certFile, pair.cert)
    if (part !== 'cert') await writeFile(keyFile, pair.key)
    return pair
  }

  test('are read again when they change, connections made from then on get the new one, and half a change is none', async () => {
    await write()
    const certificates = await kept(givenCertificates(...files(), { log, now: Date.now }))
    const first = certificates.fingerprint()
    const dataDir = folder
    stage = await createStage()
    const shell = await createWebShell({
      app: stage.app,
      access: stage.access,
      rendererDir: dataDir,
      surfaceCss: Buffer.of(),
      bind: '127.0.0.1',
      port: 0,
      confirmPort: 0,
      certificates,
      log,
    })
    const served = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().fingerprint256)
          socket.destroy()
        })
        socket.on('error', reject)
      })
    expect([await served(shell.port), await served(shell.confirmPort)]).toEqual([first, first])
    const next = await write('cert')
    expect(await certificates.reread()).toBe(false)
    expect(await served(shell.port)).toBe(first)
    await write('key', next)
    expect(await certificates.reread()).toBe(true)
    const second = certificates.fingerprint()
    expect(second).not.toBe(first)
    expect([await served(shell.port), await served(shell.confirmPort)]).toEqual([second, second])
    await rm(files()[0])
    expect(await certificates.reread()).toBe(false)
    expect(await served(shell.port)).toBe(second)
    await shell.close()
    await stage.close()
  })

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['absent', () => Promise.resolve(), /fullchain\.pem could not be read/],
    ['of two different pairs', async () => [await write(), await write('key')], /does not belong to the certificate/],
    ['no certificate', async () => [await write(), await writeFile(files()[0], 'nonsense')], /--tls-cert holds no certificate/],
    ['no key', async () => [await write(), await writeFile(files()[1], 'nonsense')], /--tls-key holds no key/],
  ])('that are %s are told in a sentence', async (_name, prepare, sentence) => {
    await prepare()
    await expect(givenCertificates(...files(), { log, now: Date.now })).rejects.toThrow(sentence)
  })

  test('are warned about before they end, once', async () => {
    await write()
    const quiet = createQuietLog()
    let nowMs = Date.now()
    const certificates = await kept(givenCertificates(...files(), { log: quiet, now: () => nowMs }))
    const warnings = (): number => quiet.lines.filter((line) => line.includes('ends soon')).length
    expect(warnings()).toBe(0)
    nowMs += (OWN_CERTIFICATE_DAYS - 10) * DAY_MS
    await certificates.reread()
    await certificates.reread()
    expect(warnings()).toBe(1)
  })
})
