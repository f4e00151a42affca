import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** What a finished program left behind. `code` is -1 when it was ended by a signal or the time limit. */
export type Finished = { code: number; stdout: string; stderr: string }

/** `input` is written to the program's stdin, which is then closed. `timeoutMs` defaults to two minutes. */
export type RunOptions = {
  input?: string | Uint8Array | Readable
  env?: NodeJS.ProcessEnv
  cwd?: string
  timeoutMs?: number
}

/** Runs a program without a shell and resolves when it has ended, whatever its exit code. Rejects only when it cannot be started. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>()
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const timer = setTimeout(() => {
    stderr.push(Buffer.from(`\nended after ${String(options.timeoutMs ?? 120_000)} ms`))
    child.kill('SIGKILL')
  }, options.timeoutMs ?? 120_000)
  child.on('error', (error) => {
    clearTimeout(timer)
    reject(error)
  })
  child.on('close', (code) => {
    clearTimeout(timer)
    resolve({ code: code ?? -1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() })
  })
  // A program that ends before it has read all of its stdin is not an error here: its exit code tells.
  child.stdin.on('error', () => undefined)
  if (options.input === undefined) child.stdin.end()
  else if (typeof options.input === 'string' || options.input instanceof Uint8Array) child.stdin.end(options.input)
  else options.input.on('error', (error) => child.stdin.destroy(error)).pipe(child.stdin)
  return promise
}

/** Like `run`, but throws with the program's own words when it fails. Resolves to its stdout. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const finished = await run(program, args, options)
  if (finished.code !== 0) {
    const words = (finished.stderr.trim() || finished.stdout.trim()).slice(-2000)
    throw new Error(`${program} ${args.slice(0, 4).join(' ')} ended with ${String(finished.code)}: ${words}`)
  }
  return finished.stdout
}

/** Resolves after `delayMs` milliseconds. */
export async function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs)
  })
}

/** Asks `probe` every `everyMs` until it answers with a value, or throws after `timeoutMs` naming `what`. */
export async function until<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>, everyMs = 100): Promise<T> {
  const end = Date.now() + timeoutMs
  let lastError: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value !== undefined) return value
    } catch (error) {
      lastError = error
    }
    if (Date.now() > end) {
      const why = lastError instanceof Error ? `: ${lastError.message}` : ''
      throw new Error(`waited ${String(timeoutMs)} ms for ${what}${why}`)
    }
    await sleep(everyMs)
  }
}
