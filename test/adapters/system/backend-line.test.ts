import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { createBackendLine } from '#main/adapters/system/backend-line.ts'
import { whyUnreachable } from '#shared/model/reachable-address.ts'
import { rejection } from '#test/fakes/rejection.ts'

const SECRET = 'canary-91c0'

describe('the line to an endpoint', () => {
  const line = createBackendLine(whyUnreachable)
  let server: Server
  let sockets: WebSocketServer
  let base = ''
  const seen: { method: string | undefined; url: string | undefined; auth: string | undefined; body: string }[] = []
  const question = (path: string, more: object = {}) => ({
    url: `http://${base}${path}`,
    method: 'POST' as const,
    headers: {},
    body: '{}',
    timeoutMs: 2_000,
    ...more,
  })

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, auth: request.headers.authorization, body })
        if (request.url === '/away') response.writeHead(302, { location: `http://${base}/elsewhere` }).end()
        else if (request.url === '/endless') response.write('x'.repeat(5_000_000))
        else if (request.url !== '/silent') response.end('{"result":1}')
      })
    })
    sockets = new WebSocketServer({ noServer: true })
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/no') socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      else
        sockets.handleUpgrade(request, socket, head, (client) =>
          client.on('message', (data: Buffer) => client.send(`${request.headers.authorization ?? ''} ${data.toString()}`)),
        )
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    base = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    sockets.close()
    server.closeAllConnections()
    server.close()
  })

  it('asks with the method, the headers and the body that it is given', async () => {
    const answer = await line.http(question('/a?b=1', { headers: { authorization: 'Bearer t' }, body: '{"x":"ü"}' }))
    expect([answer.status, new TextDecoder().decode(answer.body)]).toEqual([200, '{"result":1}'])
    await line.http(question('/b', { method: 'GET', body: '' }))
    expect(seen.slice(-2)).toEqual([
      { method: 'POST', url: '/a?b=1', auth: 'Bearer t', body: '{"x":"ü"}' },
      { method: 'GET', url: '/b', auth: undefined, body: '' },
    ])
  })
  it('follows no redirect: credentials go nowhere else', async () => {
    expect((await line.http(question('/away'))).status).toBe(302)
    expect(seen.at(-1)?.url).toBe('/away')
  })
  it('gives up on silence, on too much, and where nobody is; and tells no more than the host', async () => {
    for (const [path, reason] of [
      [`/silent`, 'no answer in time'],
      ['/endless', 'its answer is too large'],
    ] as const)
      expect(await rejection(line.http(question(path, { timeoutMs: 400 })))).toMatchObject({
        code: 'backend-unreachable',
        detail: { host: base, reason },
      })
    const gone = await rejection(line.http(question('', { url: `http://127.0.0.1:1/${SECRET}?k=${SECRET}` })))
    expect(gone.detail).toEqual({ host: '127.0.0.1:1', reason: 'ECONNREFUSED' })
    expect(gone.message).not.toContain(SECRET)
  })
  it('S24: does not connect to what is no node, by number or by what a name leads to', async () => {
    for (const url of ['http://169.254.169.254/', 'http://[::ffff:169.254.169.254]/', 'http://2852039166/'])
      expect((await rejection(line.http(question('', { url })))).code).toBe('backend-address-refused')
    // A name that is judged by its address: here every address is refused.
    const strict = createBackendLine((address) => address)
    const before = seen.length
    const refused = await rejection(strict.http(question('', { url: `http://localhost:${base.split(':')[1]}/` })))
    expect(refused).toMatchObject({ code: 'backend-address-refused' })
    expect(
      (await rejection(strict.websocket({ url: `ws://localhost:${base.split(':')[1]}/`, headers: {}, message: 'x', timeoutMs: 1_000 })))
        .code,
    ).toBe('backend-address-refused')
    expect(seen.length).toBe(before)
  })
  it('opens a WebSocket with its headers, sends once, takes the first answer', async () => {
    const { text } = await line.websocket({
      url: `ws://${base}/`,
      headers: { authorization: 'Bearer t' },
      message: 'hello',
      timeoutMs: 2_000,
    })
    expect(text).toBe('Bearer t hello')
    const no = await rejection(line.websocket({ url: `ws://${base}/no`, headers: {}, message: 'x', timeoutMs: 2_000 }))
    expect(no.detail['reason']).toContain('401')
  })
})
