import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'

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
  start(): Promise<World>
}

export interface World extends AsyncDisposable {
  kill(point: string, round: number): Promise<Outcome>
  /** Runs the same with the guard taken out. @returns how many times something was lost or doubled: must be more than 0 */
  withoutGuard?(): Promise<number>
}

/** Node's flags for a child that runs TypeScript. */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']
const LIFE_MS = 90_000

/** Runs one life in a process of its own; with an empty `point` nothing is armed. @returns its last JSON line, or that it was killed */
export async function runLife(
  script: string,
  args: string[],
  point = '',
  count = 1,
): Promise<{ killed: boolean; answer: unknown; output: string }> {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(projectRoot, 'test/faults', script), ...args], {
    env: { ...process.env, HEARTH_FAULT_POINT: point, HEARTH_FAULT_COUNT: String(count) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
