import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'

/** A child process whose output and end can be awaited. */
export interface Child {
  process: ChildProcess
  output(): string
  /** Waits until its output fits. @returns the match */
  says(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** @param args for this Node @param channel gives it an IPC channel, as main/start.cjs does */
export function startChild(args: string[], options: { channel?: boolean } & SpawnOptions = {}): Child {
  const { channel = false, ...rest } = options
  const child = spawn(process.execPath, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])] })
  let text = ''
  const waiting = new Set<() => void>()
  const add = (chunk: Buffer): void => {
    text += chunk.toString('utf8')
    for (const look of waiting) look()
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  // Not `close`: after a disconnect of ours it never comes.
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (code, signal) => {
      const drained = [child.stdout, child.stderr].flatMap((stream) => (stream && !stream.readableEnded ? [once(stream, 'end')] : []))
      void Promise.all(drained).then(() => resolve({ code, signal }))
    })
  })
  return {
    process: child,
    output: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text)
          if (!match) return
          waiting.delete(look)
          resolve(match)
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without ${pattern}: ${text}`)))
      }),
    ended,
  }
}
