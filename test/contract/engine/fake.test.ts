import { createFakeEngine } from '#test/fakes/engine.ts'
import { PROGRAMS, type EngineUnderTest } from './engine-under-test.ts'
import { engineContract } from './suite.ts'

const PULL_STALL_MS = 100

/** The identical suite: what the reconcile tests lean on behaves like the real engine. */
async function makeFake(): Promise<EngineUnderTest> {
  const engine = createFakeEngine({ pullStallMs: PULL_STALL_MS })
  const image = 'registry.test/hearth-ctr/box:1'
  const digest = engine.publish(image)
  const isProgram = (command: string[], program: keyof typeof PROGRAMS): boolean => command.join('\0') === PROGRAMS[program].join('\0')
  engine.execScript = (_container, command, { stdin = '' }) => {
    if (isProgram(command, 'echo')) return { exitCode: 3, stdout: stdin, stderr: 'problem\n' }
    if (isProgram(command, 'hang')) return new Promise(() => undefined)
    return undefined
  }
  engine.onStart = ({ name, command }) => {
    if (isProgram(command, 'fail')) {
      setTimeout(() => {
        if (engine.stateOf(name) === 'running') engine.crash(name, 7)
      }, 1)
    }
    if (!isProgram(command, 'talk')) return
    for (const [at, [stream, text]] of (
      [
        ['out', 'one'],
        ['err', 'two'],
        ['out', 'three'],
        ['out', 'four'],
      ] as const
    ).entries()) {
      setTimeout(() => engine.writeLog(name, stream, text), at * 30)
    }
  }
  let ports = 40_000
  return {
    engine,
    prefix: 'hearth-ctr-fake',
    pullStallMs: PULL_STALL_MS,
    image,
    digest,
    unknownImage: 'registry.test/hearth-ctr/nothing:1',
    dropImage: async () => engine.forget(image),
    setRegistry: (mood) => {
      engine.pullMood = mood
    },
    occupyPort: async () => {
      const port = (ports += 1)
      engine.takePort(port)
      return { port, free: async () => engine.freePort(port) }
    },
    freePort: async () => (ports += 1),
    makeForeign: async (name) => engine.addForeign(name),
    removeByHand: async (name) => engine.removeByHand(name),
    cut: () => engine.cutEvents(),
    close: async () => undefined,
  }
}

engineContract('in memory', makeFake)
