import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'
import type { EngineAnswer, EngineQuestion, EngineSetup } from './engine-world.ts'
import { lifeEnvironment, NODE_FLAGS } from './warm.ts'

/** One life of engine-life.ts, driven from here. */
export interface EngineApp {
  ask(question: EngineQuestion): Promise<unknown>
  look(): Promise<EngineAnswer>
  isAlive(): boolean
  /** Resolves when the process is no more. */
  ended: Promise<void>
  kill(): Promise<void>
  /** Stands still while the work is done. */
  frozen(work: () => Promise<void>): Promise<void>
}

export class AppEnded extends Error {}

export async function startEngineApp(setup: EngineSetup): Promise<EngineApp> {
  const child: ChildProcess = fork(join(projectRoot, 'test/faults/engine-life.ts'), [JSON.stringify(setup)], {
    execArgv: NODE_FLAGS,
    env: lifeEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let alive = true
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      alive = false
      for (const { reject } of waiting.values()) reject(new AppEnded(`the app ended: ${output.slice(-400)}`))
      waiting.clear()
      resolve()
    })
  })
  child.on('message', (message: { id: number; value?: unknown; error?: string }) => {
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) asked?.resolve(message.value)
    else asked?.reject(new Error(message.error))
  })
  const answered = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (alive) waiting.set(id, { resolve, reject })
      else reject(new AppEnded('the app ended'))
    })
  let counter = 0
  const ask = async (question: EngineQuestion): Promise<unknown> => {
    counter += 1
    const id = counter
    const answer = answered(id)
    if (child.connected) child.send({ id, ...question }, () => undefined)
    return answer
  }
  await answered(0)
  return {
    ask,
    look: async () => (await ask({ ask: 'look' })) as EngineAnswer,
    isAlive: () => alive,
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async frozen(work) {
      child.kill('SIGSTOP')
      try {
        await work()
      } finally {
        child.kill('SIGCONT')
      }
    },
  }
}
