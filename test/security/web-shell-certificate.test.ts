import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenCertificates, ownCertificates, RENEW_BEFORE_MS, type Certificates } from '#main/shells/web/certificates.ts'
import { makeOwnCertificate, OWN_CERTIFICATE_DAYS } from '#main/shells/web/own-certificate.ts'
import { createWebShell } from '#main/shells/web/shell.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { createStage, type Stage } from '#test/shells/support/web-client.ts'

/** SECURITY: S17 and S19 of the certificates, own and given. */
const DAY_MS = 86_400_000
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
    expect([await served(shell.port), certificates.fingerprint()]).toEqual([first, first])
    expect(log.lines.at(-1)).toContain('does not belong to the certificate')
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
