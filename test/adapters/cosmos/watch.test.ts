import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { watchBlocks } from '#main/adapters/cosmos/watch.ts'

let server: WebSocketServer
let url: string
let sockets: WebSocket[]
const QUICK = { baseMs: 10, maxMs: 20 }

beforeEach(async () => {
  sockets = []
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/websocket' })
  server.on('connection', (socket) => sockets.push(socket))
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterEach(() => {
  for (const socket of sockets) socket.terminate()
  server.close()
})

function header(height: number): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    result: { query: 'q', data: { type: 'x', value: { header: { height: String(height) } } } },
  })
}

async function subscribed(): Promise<WebSocket> {
  const [socket] = (await once(server, 'connection')) as [WebSocket]
  const [request] = (await once(socket, 'message')) as [Buffer]
  expect(JSON.parse(request.toString())).toMatchObject({ method: 'subscribe', params: { query: "tm.event='NewBlockHeader'" } })
  return socket
}

it('subscribes, passes on heights and nothing else, and comes back after a cut', async () => {
  const end = new AbortController()
  const heights: number[] = []
  const watching = watchBlocks(url, (height) => heights.push(height), end.signal, QUICK)
  const first = await subscribed()
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    'not json',
    header(7),
    '{"result":{"data":{"value":{"header":{"height":"x"}}}}}',
  ]) {
    first.send(text)
  }
  first.send(header(8))
  await expect.poll(() => heights).toEqual([7, 8])
  first.terminate()
  const second = await subscribed()
  second.send(header(9))
  await expect.poll(() => heights).toEqual([7, 8, 9])
  end.abort()
  await watching
  expect(heights).toEqual([7, 8, 9])
})

it('drops a subscription that went silent and makes a new one', async () => {
  const end = new AbortController()
  const watching = watchBlocks(url, () => undefined, end.signal, { ...QUICK, firstSilenceMs: 100 })
  await subscribed()
  await subscribed()
  end.abort()
  await watching
  expect(sockets.length).toBe(2)
})

it('ends while nothing answers, and when asked before it began', async () => {
  const end = new AbortController()
  server.close()
  const watching = watchBlocks(url, () => undefined, end.signal, { baseMs: 60_000, maxMs: 60_000 })
  setTimeout(() => end.abort(), 50)
  await watching
  await watchBlocks(url, () => undefined, AbortSignal.abort(), QUICK)
  expect(sockets).toEqual([])
})
