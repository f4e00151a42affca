import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'
import { SERVE, type WarmAnswer } from './life.ts'

/** Node's flags for a child that runs TypeScript. */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']

/** A process that stays and lives one life after the other: those that nobody kills. */
interface Warm {
  live(args: string[]): Promise<WarmAnswer>
  stop(): void
}

const warm = new Map<string, Warm>()
let compiled: string | undefined

/** Environment of a life: what one compiled, the next need not. */
export function lifeEnvironment(): NodeJS.ProcessEnv {
  compiled ??= mkdtempSync(join(tmpdir(), 'hearth-faults-compiled-'))
  return { ...process.env, NODE_COMPILE_CACHE: compiled, HEARTH_FAULT_POINT: '', HEARTH_FAULT_COUNT: '1' }
}

/** @returns the process that stays for this script of lives */
export function warmOf(script: string): Warm {
  const known = warm.get(script)
  if (known) return known
  const child = fork(join(projectRoot, 'test/faults', script), [SERVE], {
    execArgv: NODE_FLAGS,
    env: lifeEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let last: Promise<unknown> = Promise.resolve()
  const made: Warm = {
    live(args) {
      const mine = last.then(() => askOnce(child, args))
      last = mine.catch(() => undefined)
      return mine
    },
    stop: () => child.kill('SIGTERM'),
  }
  child.once('exit', () => {
    if (warm.get(script) === made) warm.delete(script)
  })
  warm.set(script, made)
  return made
}

function askOnce(child: ChildProcess, args: string[]): Promise<WarmAnswer> {
  return new Promise((resolve) => {
    const ended = (): void => resolve({ error: 'the process of the lives ended' })
    child.once('exit', ended)
    child.once('message', (said: WarmAnswer) => {
      child.off('exit', ended)
      resolve(said)
    })
    if (child.connected) child.send(args)
    else ended()
  })
}

/** Ends the processes that stay, and takes away what they compiled. */
export function stopWarm(): void {
  for (const one of warm.values()) one.stop()
  warm.clear()
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true })
  compiled = undefined
}
