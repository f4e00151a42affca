import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpsPost } from '#main/adapters/system/https-post.ts'
import { makeOwnCertificate } from '#main/shells/web/own-certificate.ts'

const own = makeOwnCertificate(['localhost', '127.0.0.1'], Date.now())
const heard: { method: string | undefined; url: string | undefined; headers: Record<string, unknown>; body: string }[] = []
const server = createServer(own, (request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    heard.push({ method: request.method, url: request.url, headers: request.headers, body })
    if (request.url === '/silent') return
    if (request.url === '/moved') response.writeHead(302, { location: `https://localhost:${port}/elsewhere` }).end()
    else if (request.url === '/endless') {
      response.writeHead(200)
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), () => setImmediate(more)))
      more()
    } else response.writeHead(204).end()
  })
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const trusting = createHttpsPost({ ca: own.cert })
const at = (path: string): string => `https://localhost:${port}${path}`

describe('a message out', () => {
  it('arrives as it was written', async () => {
    expect(await trusting.postHttps(at('/hook?x=1'), 'grüße', { title: 'Hearth' }, 5_000)).toEqual({ status: 204 })
    expect(heard.at(-1)).toMatchObject({
      method: 'POST',
      url: '/hook?x=1',
      body: 'grüße',
      headers: { title: 'Hearth', 'user-agent': 'Hearth' },
    })
  })

  it('follows no redirect', async () => {
    expect(await trusting.postHttps(at('/moved'), 'x', {}, 5_000)).toEqual({ status: 302 })
    expect(heard.filter((request) => request.url === '/elsewhere')).toEqual([])
  })

  it('does not wait for an answer without an end', async () => {
    expect(await trusting.postHttps(at('/endless'), 'x', {}, 5_000)).toEqual({ status: 200 })
  })

  it('goes to nobody whose certificate is not trusted', async () => {
    const before = heard.length
    await expect(createHttpsPost().postHttps(at('/hook'), 'x', {}, 5_000)).rejects.toMatchObject({
      code: 'alert-undelivered',
      detail: { host: `localhost:${port}` },
    })
    expect(heard).toHaveLength(before)
  })

  it('tells why nothing answers, with the host and never the path', async () => {
    const silent = trusting.postHttps(at('/silent'), 'x', {}, 300)
    await expect(silent).rejects.toMatchObject({ detail: { host: `localhost:${port}`, reason: 'no answer in time' } })
    const refused = await trusting.postHttps('https://localhost:1/secret-path', 'x', {}, 5_000).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'alert-undelivered', detail: { host: 'localhost:1', reason: 'ECONNREFUSED' } })
    expect(String(refused)).not.toContain('secret-path')
  })

  it.each(['http://localhost:1/x', 'ftp://localhost/x', 'nonsense', ''])('goes nowhere by %j', async (url) => {
    await expect(trusting.postHttps(url, 'x', {}, 1_000)).rejects.toMatchObject({
      code: 'alert-undelivered',
      detail: { reason: 'not https' },
    })
  })

  it('ends with its signal', async () => {
    const abort = new AbortController()
    const sent = trusting.postHttps(at('/silent'), 'x', {}, 5_000, abort.signal)
    abort.abort()
    await expect(sent).rejects.toMatchObject({ code: 'alert-undelivered' })
  })
})
