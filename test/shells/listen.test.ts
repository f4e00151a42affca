import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { closeServers, listenLocalhost, listenPage, makeServer } from '#main/shells/web/listen.ts'
import { HearthError } from '#shared/api/errors.ts'

const blockers: Server[] = []
afterEach(async () => {
  for (const blocker of blockers.splice(0)) await new Promise((resolve) => blocker.close(resolve))
})
/** Takes a port at one address. */
function block(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    blockers.push(server)
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      if (address && typeof address === 'object') resolve(address.port)
    })
  })
}
const hasIpv6 = await block('::1').then(
  () => true,
  () => false,
)

describe('a taken port', () => {
  test('is told with the next free one', async () => {
    const port = await block('127.0.0.1')
    const error: unknown = await listenPage(makeServer({}), port).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(HearthError)
    expect(error).toMatchObject({ code: 'port-taken', detail: { port: String(port) } })
    const next = Number((error as HearthError).detail['next'])
    const server = makeServer({})
    expect(await listenPage(server, next)).toBe(next)
    await closeServers([server])
  })

  test('on ::1 alone counts too, where there is one: whoever holds it could answer for the confirm surface', async () => {
    const port = await block(hasIpv6 ? '::1' : '127.0.0.1')
    await expect(listenLocalhost(() => makeServer({}), port)).rejects.toMatchObject({ code: 'port-taken' })
  })
})

test('localhost is bound at the same port on every loopback address that the machine has', async () => {
  const { port, servers } = await listenLocalhost(() => makeServer({}), 0)
  const bound = servers.map((server) => server.address())
  expect(bound.map((address) => (address && typeof address === 'object' ? [address.address, address.port] : []))).toEqual(
    hasIpv6
      ? [
          ['127.0.0.1', port],
          ['::1', port],
        ]
      : [['127.0.0.1', port]],
  )
  await closeServers(servers)
})
