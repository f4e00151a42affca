import { createServer } from 'node:net'
import { createPracticeEngine } from '#main/adapters/practice/engine/engine.ts'
import { createEngineClock } from '#test/fakes/engine-clock.ts'
import { freePort } from '#test/localnet/engine.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import { engineContract } from './suite.ts'

const PULL_STALL_MS = 600
const IMAGE = 'registry.test/hearth-ctr/box:1'

/** Whether 127.0.0.1:port can be bound, asked of the machine as the product asks it. */
async function portFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
  server.once('error', () => resolve(false))
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  return promise
}

/** The identical suite on the practised engine as the product runs it: its own small programs play those of the suite. */
async function makePractice(): Promise<EngineUnderTest> {
  const practice = createPracticeEngine({
    clock: createEngineClock(),
    choose: () => undefined,
    registry: [],
    installId: 'contract',
    diskBytes: 1024 ** 3,
    onChange: () => undefined,
    portFree,
    pullStallMs: PULL_STALL_MS,
    bytesPerSecond: { honest: 12_000_000, slow: 200_000 },
  })
  const digest = practice.images.publish({ reference: IMAGE, sizeBytes: 600_000, layerBytes: [20_000, 300_000] })
  return {
    engine: practice.engine,
    prefix: 'hearth-ctr-practice',
    pullStallMs: PULL_STALL_MS,
    image: IMAGE,
    digest,
    unknownImage: 'registry.test/hearth-ctr/nothing:1',
    dropImage: async () => practice.images.drop(IMAGE),
    setRegistry: (mood) => practice.setRegistryMood(mood === 'silent' ? 'stall' : mood),
    occupyPort: async () => {
      const port = await freePort()
      const server = createServer()
      const { promise, resolve } = Promise.withResolvers<void>()
      server.listen(port, '127.0.0.1', () => resolve())
      await promise
      return {
        port,
        async free() {
          const closed = Promise.withResolvers<void>()
          server.close(() => closed.resolve())
          await closed.promise
        },
      }
    },
    freePort,
    makeForeign: async (name) => practice.addForeign(name),
    removeByHand: async (name) => practice.removeByHand(name),
    cut: () => practice.cutEvents(),
    close: () => practice.close(),
  }
}

engineContract('Practice', makePractice)
