import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAskHere } from '#main/adapters/system/ask-here.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A node of this PC that answers as told. */
async function node(answer: RequestListener): Promise<{ port: number; sockets: Set<Socket>; connections: () => number; server: Server }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(answer)
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => void server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, sockets, connections: () => connections, server }
}
const echo: RequestListener = (request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => response.writeHead(203).end(`${request.method} ${request.url} ${Buffer.concat(pieces).toString()}`))
}
const QUESTION = new TextEncoder().encode('how high?')
const TYPE = { 'content-type': 'application/json' }

describe('a question to a port of this PC', () => {
  it('goes over one connection again and again, and brings any status', async () => {
    const { port, connections } = await node(echo)
    const ask = createAskHere()
    for (let times = 0; times < 3; times += 1) {
      const { status, body } = await ask(port, QUESTION, TYPE, 30_000)
      expect([status, new TextDecoder().decode(body)]).toEqual([203, 'POST / how high?'])
    }
    expect(connections()).toBe(1)
  })

  it('is asked once more when the node was started anew since, and no more than that', async () => {
    let isBroken = false
    const { port, connections } = await node((request, response) => (isBroken ? request.socket.destroy() : echo(request, response)))
    const ask = createAskHere()
    await ask(port, QUESTION, TYPE, 30_000)
    isBroken = true
    await expect(ask(port, QUESTION, TYPE, 30_000)).rejects.toMatchObject({ code: 'no-network', detail: { reason: 'ECONNRESET' } })
    expect(connections()).toBe(2)
    isBroken = false
    expect((await ask(port, QUESTION, TYPE, 30_000)).status).toBe(203)
  })

  it.each([
    ['never comes', 300, 'no answer in time', () => undefined],
    ['drips for ever', 300, 'no answer in time', (_: unknown, response) => void setInterval(() => response.write(' '), 20).unref()],
    [
      'ends in its middle',
      30_000,
      'ECONNRESET',
      (_: unknown, response) => void response.writeHead(200, { 'content-length': '100' }).write('some', () => response.destroy()),
    ],
  ] satisfies [string, number, string, RequestListener][])('whose answer %s is no answer', async (_, limitMs, reason, misbehave) => {
    const { port } = await node(misbehave)
    await expect(createAskHere()(port, QUESTION, TYPE, limitMs)).rejects.toMatchObject({
      code: 'no-network',
      detail: { endpoint: `http://127.0.0.1:${port}`, reason },
    })
  })

  it('that nobody hears says so', async () => {
    const { port, server } = await node(echo)
    await new Promise((resolve) => void server.close(resolve))
    await expect(createAskHere()(port, QUESTION, TYPE, 30_000)).rejects.toMatchObject({ detail: { reason: 'ECONNREFUSED' } })
  })
})
