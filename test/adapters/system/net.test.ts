import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createSocketServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNet } from '#main/adapters/system/net.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()
const net = createNet(scratch.path('not', 'there', 'yet'))
let server: Server
let url: string
const seen: { body: Buffer; headers: Record<string, unknown> }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ body: Buffer.concat(chunks), headers: request.headers })
      if (request.url === '/silent') return
      if (request.url === '/half') {
        response.writeHead(200, { 'content-length': '100' })
        response.write('some')
        return
      }
      if (request.url === '/huge') {
        response.writeHead(200)
        const chunk = Buffer.alloc(1024 * 1024)
        const more = () => {
          while (!response.destroyed && response.write(chunk));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
        return
      }
      response.writeHead(request.url === '/moved' ? 302 : 418, { location: '/elsewhere' })
      response.end(Buffer.from([0, 255, 1]))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('post', () => {
  it('carries bytes both ways, with the headers and any status', async () => {
    const answer = await net.post(`${url}/relay`, Uint8Array.from([9, 0, 200]), { 'rpc-type': '3' }, 2_000)
    expect(answer).toEqual({ status: 418, body: Uint8Array.from([0, 255, 1]) })
    expect([...(seen.at(-1)?.body ?? [])]).toEqual([9, 0, 200])
    expect(seen.at(-1)?.headers).toMatchObject({ 'rpc-type': '3', 'content-length': '3' })
  })

  // SECURITY: S16
  it('judges every address that its own connection could go to, and asks none of a name that leads to a refused one', async () => {
    const before = seen.length
    const port = new URL(url).port
    const judged: string[] = []
    const refusing = (address: string): boolean => (judged.push(address), address !== '127.0.0.1')
    for (const host of ['localhost', '127.0.0.1'])
      await expect(net.post(`http://${host}:${port}/relay`, new Uint8Array(0), {}, 2_000, undefined, refusing)).rejects.toMatchObject({
        code: 'no-network',
        detail: { refusedAddress: '127.0.0.1', reason: 'leads to 127.0.0.1' },
      })
    expect(judged).toContain('127.0.0.1')
    expect(seen.length).toBe(before)
    expect((await net.post(`http://localhost:${port}/relay`, new Uint8Array(0), {}, 2_000, undefined, () => true)).status).toBe(418)
  })

  it('does not follow a redirect', async () => {
    const before = seen.length
    expect((await net.post(`${url}/moved`, new Uint8Array(0), {}, 2_000)).status).toBe(302)
    expect(seen.length).toBe(before + 1)
  })

  it('gives up in time, before and within an answer', async () => {
    for (const path of ['/silent', '/half']) {
      await expect(net.post(url + path, new Uint8Array(0), {}, 80)).rejects.toMatchObject({
        code: 'no-network',
        detail: { endpoint: url, reason: 'no answer in time' },
      })
    }
  })

  it('stops reading an answer without end', async () => {
    await expect(net.post(`${url}/huge`, new Uint8Array(0), {}, 20_000)).rejects.toMatchObject({ detail: { reason: 'answer too large' } })
  })

  it('says who does not answer, and is cancelled when asked', async () => {
    const dead = createSocketServer()
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve))
    const { port } = dead.address() as AddressInfo
    await new Promise((resolve) => dead.close(resolve))
    await expect(net.post(`http://127.0.0.1:${port}/x`, new Uint8Array(0), {}, 1_000)).rejects.toMatchObject({
      code: 'no-network',
      detail: { endpoint: `http://127.0.0.1:${port}`, reason: 'ECONNREFUSED' },
    })
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 20)
    await expect(net.post(`${url}/silent`, new Uint8Array(0), {}, 60_000, abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
    for (const bad of ['nonsense', 'file:///etc/passwd']) {
      await expect(net.post(bad, new Uint8Array(0), {}, 1_000)).rejects.toMatchObject({ code: 'endpoint-invalid' })
    }
  })
})

describe('this machine', () => {
  it('knows taken and free ports', async () => {
    const { port } = server.address() as AddressInfo
    expect(await net.portFree(port)).toBe(false)
    const everywhere = createSocketServer()
    await new Promise<void>((resolve) => everywhere.listen(0, '0.0.0.0', resolve))
    const other = (everywhere.address() as AddressInfo).port
    // macOS lets 127.0.0.1 be bound beside a listener on all addresses.
    if (process.platform !== 'darwin') expect(await net.portFree(other)).toBe(false)
    await new Promise((resolve) => everywhere.close(resolve))
    expect(await net.portFree(other)).toBe(true)
    expect(await net.portFree(other)).toBe(true)
  })

  it('knows the free bytes of the disk of a folder that is not made yet', async () => {
    expect(existsSync(scratch.path('not'))).toBe(false)
    const free = await net.freeDiskBytes()
    expect(free).toBeGreaterThan(0)
    expect(Math.abs(free - (await createNet(scratch.path()).freeDiskBytes()))).toBeLessThan(free / 2)
  })
})
