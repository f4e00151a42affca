import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { reach } from '#main/adapters/system/reach.ts'
import { rejection } from '#test/fakes/rejection.ts'

const open: Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => void server.close(resolve))))
})
async function listening(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  return (server.address() as AddressInfo).port
}

describe('a look at an address', () => {
  test('a port that opens', async () => {
    const port = await listening(createTcp((socket) => socket.end()))
    const found = await reach(`http://localhost:${port}/x`, 5_000)
    expect(found.addresses.length).toBeGreaterThan(0)
    expect(found.connectMs).toBeGreaterThanOrEqual(0)
    expect(found).not.toHaveProperty('certificate')
  })

  test('where one of the addresses may not be asked, no connection is made', async () => {
    let connections = 0
    const port = await listening(createTcp((socket) => ((connections += 1), void socket.end())))
    const judged: string[] = []
    const found = await reach(`http://localhost:${port}`, 5_000, undefined, (address) => (judged.push(address), address !== '127.0.0.1'))
    expect(found.addresses).toContain('127.0.0.1')
    expect(judged).toContain('127.0.0.1')
    expect([found.connectMs, found.connectProblem, connections]).toEqual([null, undefined, 0])
  })

  test('a closed port and a name without an address are findings', async () => {
    const port = await listening(createTcp())
    await new Promise((resolve) => void open.splice(0)[0]?.close(resolve))
    expect(await reach(`http://127.0.0.1:${port}`, 5_000)).toMatchObject({ connectMs: null, connectProblem: 'ECONNREFUSED' })
    const nameless = await reach('http://no-such-name.invalid', 5_000)
    expect(nameless).toMatchObject({ addresses: [], connectMs: null })
    expect(nameless.nameProblem).toBeTruthy()
  })

  test('a certificate of its own making is looked at and told as not valid', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-reach-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const words = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '3',
      '-subj',
      '/O=Own/CN=localhost',
    ]
    execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const port = await listening(createTls({ key: readFileSync(key), cert: readFileSync(cert) }))
    const { certificate } = await reach(`https://localhost:${port}`, 5_000)
    expect(certificate).toMatchObject({ issuer: 'Own', problem: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(certificate?.validToMs).toBeGreaterThan(Date.now() + 2 * 86_400_000)
    rmSync(folder, { recursive: true })
  })

  test('what speaks no TLS behind https has no certificate and says why', async () => {
    const port = await listening(
      createTcp(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      ),
    )
    const { certificate } = await reach(`https://127.0.0.1:${port}`, 5_000)
    expect(certificate?.problem).toBeTruthy()
  })

  test('one that takes the connection and says nothing ends in time', async () => {
    const port = await listening(createTcp((socket) => void socket.on('error', () => undefined).resume()))
    const { certificate } = await reach(`https://127.0.0.1:${port}`, 300)
    expect(certificate?.problem).toBeTruthy()
  })

  test('what is no address is refused, and a cancelled look says so', async () => {
    expect((await rejection(reach('ftp://x', 1_000))).code).toBe('endpoint-invalid')
    expect((await rejection(reach('nothing', 1_000))).code).toBe('endpoint-invalid')
    const abort = new AbortController()
    abort.abort()
    expect((await rejection(reach('http://127.0.0.1:9', 1_000, abort.signal))).code).toBe('cancelled')
  })
})
