import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'
import { giveWay, lifeEnvironment, NODE_FLAGS, warmOf } from './warm.ts'

export interface Outcome {
  /** Whether the armed point was reached and the process died there. */
  killed: boolean
  lost: number
  doubled: number
  problem?: string | undefined
}

/** A family of fault points with the world in which they are reached. */
export interface Scenario {
  name: string
  owns(point: string): boolean
  /** How many ways lead past the point: each is one round. */
  rounds(point: string): number
  /** Rounds per point with `--full`. */
  fullRounds: number
  /** Rounds that may run side by side; one unless told. */
  lanes?: number
  start(): Promise<World>
}

export interface World extends AsyncDisposable {
  kill(point: string, round: number): Promise<Outcome>
  /** Runs the same with the guard taken out. @returns how many times something was lost or doubled: must be more than 0 */
  withoutGuard?(): Promise<number>
}

export interface LifeOutcome {
  killed: boolean
  answer: unknown
  output: string
}

const LIFE_MS = 300_000
/** Lives that can be lived one after the other in one process. */
const SERVED: ReadonlySet<string> = new Set(['store-life.ts', 'settings-life.ts', 'vault-step-life.ts'])

/**
 * Runs one life: armed with a point in a process of its own, else, where it can, in one that stays.
 * @returns its last JSON line, or that it was killed
 */
export async function runLife(script: string, args: string[], point = '', count = 1): Promise<LifeOutcome> {
  if (point !== '' || !SERVED.has(script)) return runAlone(script, args, point, count)
  const said = await warmOf(script).live(args)
  return 'error' in said ? { killed: false, answer: undefined, output: said.error } : { killed: false, answer: said.answer, output: '' }
}

async function runAlone(script: string, args: string[], point: string, count: number): Promise<LifeOutcome> {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(projectRoot, 'test/faults', script), ...args], {
    env: { ...lifeEnvironment(), HEARTH_FAULT_POINT: point, HEARTH_FAULT_COUNT: String(count) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  giveWay(child)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const timer = setTimeout(() => child.kill('SIGTERM'), LIFE_MS)
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', (_code, ended) => resolve(ended))
  })
  clearTimeout(timer)
  const line = output.trim().split('\n').at(-1) ?? ''
  let answer: unknown
  try {
    answer = JSON.parse(line)
  } catch {
    answer = undefined
  }
  return { killed: signal === 'SIGKILL', answer, output }
}
