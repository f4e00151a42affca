import { createServer, type RequestListener, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createAsking, type Asking } from '#main/adapters/docker/ask.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** An engine's socket that answers as told. */
async function engine(
  answer: RequestListener,
): Promise<{ asking: Asking; connections: () => number; server: Server; sockets: Set<Socket> }> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-ask-'))
  const path = join(folder, 'engine.sock')
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(answer)
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(path, () => resolve()))
  const asking = createAsking(`unix://${path}`)
  closing.push(async () => {
    asking.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => void server.close(resolve))
    rmSync(folder, { recursive: true })
  })
  return { asking, connections: () => connections, server, sockets }
}

describe('a small question', () => {
  test('is asked over one connection again and again', async () => {
    const { asking, connections } = await engine((request, response) => void response.end(JSON.stringify({ path: request.url })))
    for (let times = 0; times < 5; times += 1)
      expect(await asking.get('/containers/json?all=true', 5_000)).toEqual({ path: '/containers/json?all=true' })
    expect(connections()).toBe(1)
  })

  test('is asked once more when the kept connection was closed meanwhile', async () => {
    const { asking, connections, sockets } = await engine((request, response) => {
      response.end('{}')
      // The engine is started anew while nobody asks.
      if (request.url === '/first') response.on('finish', () => setTimeout(() => sockets.forEach((socket) => socket.destroy()), 5))
    })
    await asking.get('/first', 5_000)
    await asking.get('/second', 5_000)
    expect(await asking.get('/third', 5_000)).toEqual({})
    expect(connections()).toBeLessThanOrEqual(2)
  })

  test('that the engine refuses rejects with its status and its words', async () => {
    const { asking } = await engine((_request, response) => void response.writeHead(404).end('{"message":"No such container"}'))
    await expect(asking.get('/x', 5_000)).rejects.toMatchObject({ statusCode: 404, json: { message: 'No such container' } })
  })

  test('whose answer is no JSON, or nothing, gives the bytes', async () => {
    const { asking } = await engine((request, response) => void response.end(request.url === '/nothing' ? '' : '<html>'))
    expect(await asking.get('/nothing', 5_000)).toEqual(Buffer.alloc(0))
    expect(await asking.get('/page', 5_000)).toEqual(Buffer.from('<html>'))
  })

  test.each([
    ['never comes', 'ETIMEDOUT', 300, () => undefined],
    [
      'drips for ever',
      'ETIMEDOUT',
      300,
      (response: Parameters<RequestListener>[1]) => void setInterval(() => response.write(' '), 20).unref(),
    ],
    [
      'ends in its middle',
      'ECONNRESET',
      30_000,
      (response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"Id":', () => response.destroy())
      },
    ],
  ])('whose answer %s rejects with %s', async (_, code, limitMs, misbehave) => {
    const { asking } = await engine((_request, response) => misbehave(response))
    await expect(asking.get('/x', limitMs)).rejects.toMatchObject({ code })
  })

  test('to nobody rejects as the library does', async () => {
    const asking = createAsking('unix:///no/such/engine.sock')
    await expect(asking.get('/x', 1_000)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a long answer', () => {
  test('is told as it comes, until the engine ends it', async () => {
    const { asking } = await engine((_request, response) => {
      // A letter of three bytes, cut in its middle.
      const bytes = Buffer.from('a€b')
      response.write(bytes.subarray(0, 2), () => setTimeout(() => response.end(bytes.subarray(2)), 20))
    })
    const told: string[] = []
    await asking.read('/x', (text) => told.push(text), new AbortController().signal)
    expect(told.join('')).toBe('a€b')
    expect(told.length).toBeGreaterThan(1)
  })

  test('ends when nobody wants it any more, and its connection with it', async () => {
    const { asking, sockets } = await engine((_request, response) => void response.write('a'))
    const end = new AbortController()
    await expect(asking.read('/x', () => end.abort(), end.signal)).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(() => sockets.size).toBe(0)
  })

  test('that the engine refuses, or of which something is wrong, rejects', async () => {
    const { asking } = await engine((request, response) => void response.writeHead(request.url === '/no' ? 404 : 200).write('a'))
    const { signal } = new AbortController()
    await expect(asking.read('/no', () => undefined, signal)).rejects.toMatchObject({ statusCode: 404 })
    await expect(
      asking.read(
        '/x',
        () => {
          throw new Error('no sample')
        },
        signal,
      ),
    ).rejects.toThrow('no sample')
  })
})
