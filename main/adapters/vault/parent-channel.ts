/* oxlint-disable unicorn/require-post-message-target-origin -- processes have no origins */
import type { FromKeyProcess, ToKeyProcess } from './messages.ts'
import { postOwnBytes } from './own-bytes.ts'

/** The way from the key process to the process that started it. */
export interface ParentChannel {
  post(message: FromKeyProcess): void
  onMessage(listener: (message: ToKeyProcess) => void): void
  /** Told when there is nobody left to answer to. */
  onGone(listener: () => void): void
}

/** What of `process` it is made from. `parentPort` is there in a utility process of Electron, `send` in a child of Node. */
export interface ChildSide {
  readonly ppid: number
  readonly parentPort?: {
    postMessage(message: unknown): void
    on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  }
  send?(message: unknown): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
  kill(pid: number, signal: 0): unknown
}

/** How often a utility process looks for its parent, which tells it nothing when it ends. */
const LOOK_MS = 1_000

/** @returns the channel of this child. Throws when it is nobody's child. */
export function connectParent(child: ChildSide): ParentChannel {
  const { parentPort } = child
  if (parentPort) {
    return {
      post: (message) => postOwnBytes(message, (own) => parentPort.postMessage(own)),
      onMessage: (listener) => void parentPort.on('message', ({ data }) => listener(data as ToKeyProcess)),
      onGone: (listener) => watchParent(child, listener),
    }
  }
  if (!child.send) throw new Error('the key process has no parent')
  return {
    post: (message) => void child.send?.(message),
    onMessage: (listener) => void child.on('message', (message) => listener(message as ToKeyProcess)),
    onGone: (listener) => void child.on('disconnect', listener),
  }
}

/** An orphan is given another parent on Linux and macOS; on Windows it keeps the number of one that is no more. */
function watchParent(child: ChildSide, listener: () => void): void {
  const parent = child.ppid
  const timer = setInterval(() => {
    if (child.ppid === parent && isThere(child, parent)) return
    clearInterval(timer)
    listener()
  }, LOOK_MS)
}

function isThere(child: ChildSide, pid: number): boolean {
  try {
    child.kill(pid, 0)
    return true
  } catch (error) {
    // Anything else says that it is there and not ours to signal.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
