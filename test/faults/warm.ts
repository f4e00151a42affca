import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'
import { SERVE, type WarmAnswer } from './life.ts'

/** Node's flags for a child that runs TypeScript. */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']

/** For what keeps the processor busy beside chains that make their blocks by the clock, and whose windows close by it. */
export const GIVES_WAY = 4

/** @param priority as of `nice` */
export function giveWay(child: ChildProcess, priority = GIVES_WAY): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, priority)
  } catch {
    // It has ended already.
  }
}

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
  giveWay(child)
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
    const ended = (): void => {
      child.off('message', answered)
      resolve({ error: 'the process of the lives ended' })
    }
    const answered = (said: WarmAnswer): void => {
      child.off('exit', ended)
      resolve(said)
    }
    child.once('exit', ended)
    child.once('message', answered)
    // Without a callback a channel that closed just then would end this process; the exit tells.
    if (child.connected) child.send(args, () => undefined)
    else if (child.exitCode !== null || child.signalCode !== null) ended()
  })
}

/** Ends the processes that stay, and takes away what they compiled. */
export function stopWarm(): void {
  for (const one of warm.values()) one.stop()
  warm.clear()
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true })
  compiled = undefined
}
