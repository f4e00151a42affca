import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connect, type ConnectLimits } from '#main/adapters/docker/connect.ts'
import { socketCodeOf } from '#main/adapters/docker/errors.ts'

let folder: string
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-sock-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})
/** An engine that answers every request with `answer`. */
async function play(answer: (response: ServerResponse) => void, limits: ConnectLimits) {
  const path = join(folder, 'engine.sock')
  server = createServer((_request, response) => answer(response))
  await new Promise<void>((resolve) => {
    server?.listen(path, resolve)
  })
  return connect(`unix://${path}`, limits)
}
const codeOf = async (promise: Promise<unknown>): Promise<string | undefined> => promise.then(() => 'answered', socketCodeOf)

/** On a machine with much to do a head takes its time too. */
const HEAD_MS = 1_000

describe('every call ends', () => {
  test('with its answer, however long it comes in pieces', async () => {
    const docker = await play(
      (response) => {
        response.write('{"Id":')
        setTimeout(() => response.end('"x"}'), 150)
      },
      { timeoutMs: 100_000 },
    )
    expect(await docker.info()).toEqual({ Id: 'x' })
  })

  test('when nothing is said at all', async () => {
    const docker = await play(() => undefined, { timeoutMs: 100 })
    expect(await codeOf(docker.info())).toBe('ETIMEDOUT')
  })

  test('when the answer is cut off in its middle, with a length and without', async () => {
    for (const headers of [{ 'content-length': '100' }, {}]) {
      const docker = await play(
        (response) => {
          response.writeHead(200, headers).write('{"Id":')
          setTimeout(() => response.destroy(), 20)
        },
        { timeoutMs: 100_000 },
      )
      expect(await codeOf(docker.info())).toBe('ECONNRESET')
      server?.closeAllConnections()
      await new Promise((resolve) => server?.close(resolve))
    }
  })

  test('when it stops in its middle', async () => {
    const docker = await play((response) => void response.writeHead(200).write('{"Id":'), { timeoutMs: 100 })
    expect(await codeOf(docker.info())).toBe('ETIMEDOUT')
  })

  test('when it drips for ever', async () => {
    const drips: NodeJS.Timeout[] = []
    const docker = await play(
      (response) => {
        response.writeHead(200)
        drips.push(setInterval(() => response.write(' '), 20))
      },
      { timeoutMs: 100 },
    )
    expect(await codeOf(docker.info())).toBe('ETIMEDOUT')
    drips.forEach(clearInterval)
  })

  test('when a stream does not begin in time; one that has begun may be silent', async () => {
    let isSilent = true
    const docker = await play(
      (response) => {
        if (!isSilent) response.writeHead(200).flushHeaders()
      },
      { timeoutMs: 0, headMs: HEAD_MS },
    )
    expect(await codeOf(docker.getEvents())).toBe('ETIMEDOUT')
    isSilent = false
    const stream = (await docker.getEvents()) as NodeJS.ReadableStream & { destroy(): void; destroyed: boolean }
    await new Promise((resolve) => {
      setTimeout(resolve, HEAD_MS * 1.2)
    })
    expect(stream.destroyed).toBe(false)
    stream.destroy()
  })

  test('when nobody is there', async () => {
    const docker = await connect(`unix://${join(folder, 'nobody.sock')}`, { timeoutMs: 1_000 })
    expect(await codeOf(docker.info())).toBe('ENOENT')
  })
})

test('what the environment says of another engine is not listened to', async () => {
  const before = { ...process.env }
  Object.assign(process.env, { DOCKER_HOST: 'tcp://192.0.2.1:2375', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder })
  try {
    const docker = await play((response) => void response.end('{"Id":"here"}'), { timeoutMs: 1_000 })
    expect(await docker.info()).toEqual({ Id: 'here' })
  } finally {
    for (const key of ['DOCKER_HOST', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH']) delete process.env[key]
    Object.assign(process.env, before)
  }
})
