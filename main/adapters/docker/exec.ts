import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import type { ExecResult } from '#main/core/ports/engine.ts'
import { answer, execIdSchema, execSchema } from './answers.ts'
import { engineError, socketCodeOf } from './errors.ts'
import { createFrameReader, type OutputStream } from './frames.ts'

/** What a command may print: enough for a genesis file. More is refused, since half an output is worse than none. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024
const DEFAULT_TIMEOUT_MS = 60_000
/** The engine closes the stream a moment before it knows the exit code. */
const EXIT_CODE_TRIES = 50
const EXIT_CODE_PAUSE_MS = 50

/**
 * Runs a command in a running container. Rejects `cancelled`, `engine-failed` (detail.reason `timeout` when it took longer than `timeoutMs`).
 * The engine has no way to end a command that runs: after both the command may go on in the container.
 * @param docker a client without a time limit of its own: a command may be silent for long
 */
export async function execIn(
  docker: Docker,
  name: string,
  command: string[],
  options: { stdin?: string; user?: string; timeoutMs?: number; signal?: AbortSignal },
): Promise<ExecResult> {
  const { stdin, user, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options
  const abort = new AbortController()
  let ended: 'cancelled' | 'timeout' | undefined
  const end = (why: 'cancelled' | 'timeout'): void => {
    ended ??= why
    abort.abort()
  }
  const cancel = (): void => end('cancelled')
  if (signal?.aborted) throw new HearthError('cancelled')
  signal?.addEventListener('abort', cancel, { once: true })
  const timer = setTimeout(() => end('timeout'), timeoutMs)
  try {
    const exec = await docker.getContainer(name).exec({
      Cmd: command,
      AttachStdout: true,
      AttachStderr: true,
      AttachStdin: stdin !== undefined,
      ...(user === undefined ? {} : { User: user }),
      abortSignal: abort.signal,
    })
    answer(execIdSchema, exec.id, 'exec')
    const stream = await exec.start({ hijack: true, stdin: stdin !== undefined, abortSignal: abort.signal })
    const output = await readOutput(stream, stdin, abort.signal)
    return { exitCode: await exitCodeOf(exec, abort.signal), ...output }
  } catch (error) {
    if (ended === 'cancelled') throw new HearthError('cancelled')
    if (ended === 'timeout')
      throw new HearthError('engine-failed', { reason: 'timeout', command: command.slice(0, 3).join(' ').slice(0, 200) })
    throw engineError(error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
  }
}

async function readOutput(
  stream: NodeJS.ReadWriteStream,
  stdin: string | undefined,
  signal: AbortSignal,
): Promise<{ stdout: string; stderr: string }> {
  const socket = stream as NodeJS.ReadWriteStream & { destroy(): void }
  const destroy = (): void => socket.destroy()
  signal.addEventListener('abort', destroy, { once: true })
  const parts: Record<OutputStream, Buffer[]> = { out: [], err: [] }
  let size = 0
  const take = createFrameReader((output, content) => {
    size += content.length
    if (size > MAX_OUTPUT_BYTES) throw new HearthError('engine-failed', { reason: 'the command printed too much' })
    parts[output].push(content)
  })
  try {
    signal.throwIfAborted()
    if (stdin !== undefined) socket.end(stdin)
    for await (const chunk of socket) take(chunk as Buffer)
  } catch (error) {
    // A command that ends before it has read all of its input breaks the pipe; its exit code tells how it went.
    const isBrokenPipe = socketCodeOf(error) === 'EPIPE' || socketCodeOf(error) === 'ECONNRESET'
    if (signal.aborted || !isBrokenPipe) throw error
  } finally {
    signal.removeEventListener('abort', destroy)
    socket.destroy()
  }
  // Without this an ended wait that closed the stream softly would pass for a finished command.
  signal.throwIfAborted()
  return { stdout: Buffer.concat(parts.out).toString('utf8'), stderr: Buffer.concat(parts.err).toString('utf8') }
}

async function exitCodeOf(exec: Docker.Exec, abortSignal: AbortSignal): Promise<number> {
  for (let tries = 0; tries < EXIT_CODE_TRIES; tries += 1) {
    const seen = answer(execSchema, await exec.inspect({ abortSignal }), 'exec')
    if (!seen.Running && typeof seen.ExitCode === 'number') return seen.ExitCode
    await new Promise((resolve) => {
      setTimeout(resolve, EXIT_CODE_PAUSE_MS)
    })
  }
  throw new HearthError('engine-failed', { reason: 'the command closed its output and does not end' })
}
