import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { docker, freePort, mustDocker } from '#test/localnet/engine.ts'
import { ensurePodman } from '#test/localnet/podman.ts'
import { prepareMachine, readMachine } from '#test/localnet/prepare.ts'
import { PROGRAMS, type EngineUnderTest } from './engine-under-test.ts'
import { startImageRegistry } from '#test/localnet/image-registry.ts'
import { startSocketRelay } from './socket-relay.ts'

const PULL_STALL_MS = 1_500

/** The real clock, as the shells make it. */
export const systemClock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = setTimeout(resolve, ms)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    }),
}

/** Socket file of the engine that was prepared for tests; prepares one when it does not answer. */
export async function engineSocket(): Promise<string> {
  const known = (() => {
    try {
      return readMachine().engineSocket
    } catch {
      return null
    }
  })()
  const socket = known !== null && (await docker(known, ['version'])).code === 0 ? known : (await prepareMachine()).engineSocket
  if (socket === null) throw new Error('there is no container engine on this machine')
  return socket
}

/** Socket file of the second test engine; starts it when it does not answer. */
export async function podmanSocket(): Promise<string> {
  return (await ensurePodman(() => undefined)).socket
}

async function occupyPort(): Promise<{ port: number; free(): Promise<void> }> {
  const port = await freePort()
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return { port, free: () => new Promise((resolve) => server.close(() => resolve())) }
}

let made = 0

/** The real engine behind a socket that can be cut, with a registry and an image of its own. */
export const makeDocker = async (): Promise<EngineUnderTest> => makeReal(await engineSocket())
/** The same with Podman: the docker client speaks to its service too. */
export const makePodman = async (): Promise<EngineUnderTest> => makeReal(await podmanSocket())

/** @param socket socket file of the engine */
export async function makeReal(socket: string): Promise<EngineUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-ctr-'))
  const relay = await startSocketRelay(join(folder, 'engine.sock'), socket)
  const registry = await startImageRegistry()
  const prefix = `hearth-ctr-${process.pid}-${(made += 1)}`
  const foreign: string[] = []
  const engine = createDockerEngine({
    endpoint: `unix://${relay.path}`,
    installId: prefix,
    clock: systemClock,
    log: createQuietLog(),
    pullStallMs: PULL_STALL_MS,
  })
  const dropImage = async (): Promise<void> => {
    const ids = (await mustDocker(socket, ['image', 'ls', '--quiet', '--no-trunc', registry.image.replace(/:1$/, '')])).split('\n')
    for (const id of new Set(ids)) if (id !== '') await mustDocker(socket, ['image', 'rm', '--force', id])
  }
  return {
    engine,
    prefix,
    pullStallMs: PULL_STALL_MS,
    image: registry.image,
    digest: registry.digest,
    unknownImage: registry.unknownImage,
    dropImage,
    setRegistry: (mood) => {
      registry.mood = mood
    },
    occupyPort,
    freePort,
    makeForeign: async (name) => {
      foreign.push(name)
      await mustDocker(socket, ['create', '--name', name, registry.image, ...PROGRAMS.wait])
    },
    runs: async (name, program) => (await docker(socket, ['top', name])).stdout.includes(program.join(' ')),
    removeByHand: async (name) => {
      await mustDocker(socket, ['rm', '--force', name])
    },
    cut: () => relay.cut(),
    close: async () => {
      for (const kind of ['container', 'volume', 'network'] as const) {
        const all = kind === 'container' ? ['--all'] : []
        const listed = await mustDocker(socket, [kind, 'ls', ...all, '--quiet', '--filter', `label=hearth.install=${prefix}`])
        const names = [...listed.split('\n'), ...(kind === 'container' ? foreign : [])].filter((name) => name !== '')
        if (names.length > 0) await docker(socket, [kind, 'rm', '--force', ...names])
      }
      await dropImage()
      await relay.close()
      await registry.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
