/* oxlint-disable unicorn/require-post-message-target-origin -- worker threads have no origins */
import { Worker } from 'node:worker_threads'
import type { Log } from '#main/core/ports/log.ts'
import { readError, type AheadOfTask, type FromWorker, type ToWorker, type WorkerTask } from './protocol.ts'

const DEFAULT_WORKER = new URL('./worker.ts', import.meta.url)
/** A thread that has begun before it is known what for. */
let ready: Worker | undefined

/** Is given a thread of worker.ts without a task: the first task is its. */
export function takeFirst(worker: Worker): void {
  ready = worker
}

/** Tells the thread of `takeFirst`, where there is one, which file it will open: what takes reading alone is done then. */
export function readFirst(file: string): void {
  ready?.postMessage({ kind: 'ahead', file } satisfies AheadOfTask)
}

/** A worker thread of the store that answers calls. */
export interface WorkerLink {
  /** The first word of the worker: what opening found. */
  opened: FromWorker & { kind: 'opened' }
  /** Rejects what the worker throws, and every call that waits when the worker ends. */
  call(method: string, args: unknown[]): Promise<unknown>
  /** Resolves when the calls before it are done and the thread has ended. Twice is once. */
  close(): Promise<void>
}

/** Ends the thread of `takeFirst` where there was nothing for it to do. */
export function coolDown(): void {
  ready?.postMessage({ kind: 'close' } satisfies ToWorker)
  ready = undefined
}

/** Starts a worker for a task and waits until it is open. Rejects what opening throws, once the thread has ended. */
export async function openLink(task: WorkerTask, log: Log, workerUrl?: URL): Promise<WorkerLink> {
  const worker = startWorker(task, workerUrl)
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let ended: Error | undefined
  let closing = false

  const end = (reason: Error): void => {
    ended ??= reason
    for (const { reject } of waiting.values()) reject(reason)
    waiting.clear()
  }
  const exited = endOf(worker)

  const opened = await firstMessage(worker)
  if (opened.kind !== 'opened') {
    await exited
    throw opened.kind === 'failed' ? readError(opened.error) : new Error(`store worker answered ${opened.kind} to ${task.kind}`)
  }
  worker.on('message', (message: FromWorker) => {
    if (message.kind !== 'answer' && message.kind !== 'refusal') return
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'answer') call?.resolve(message.value)
    else call?.reject(readError(message.error))
  })
  worker.on('error', (error: Error) => {
    log.error('store worker failed', error, { task: task.kind })
    end(error)
  })
  worker.on('exit', () => end(new Error(closing ? 'the store is closed' : 'the store worker ended')))

  let counter = 0
  return {
    opened,
    call(method, args) {
      if (ended || closing) return Promise.reject(ended ?? new Error('the store is closed'))
      counter += 1
      const id = counter
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        worker.postMessage({ kind: 'call', id, method, args } satisfies ToWorker)
      })
    },
    async close() {
      if (!closing && !ended) worker.postMessage({ kind: 'close' } satisfies ToWorker)
      closing = true
      await exited
    },
  }
}

/** Runs a task that ends by itself. @returns its last word @param onMessage told of everything it says before */
export async function runTask(
  task: WorkerTask,
  options: {
    workerUrl?: URL | undefined
    signal?: AbortSignal | undefined
    onProgress?: ((done: number, total: number) => void) | undefined
  } = {},
): Promise<unknown> {
  const worker = startWorker(task, options.workerUrl)
  const exited = endOf(worker)
  const stop = (): void => worker.postMessage({ kind: 'close' } satisfies ToWorker)
  let last: FromWorker | undefined
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'progress') options.onProgress?.(message.done, message.total)
    else last = message
  })
  let failure: Error | undefined
  worker.on('error', (error: Error) => {
    failure = error
  })
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted) stop()
  try {
    const code = await exited
    if (failure) throw failure
    if (last?.kind === 'done') return last.value
    throw last?.kind === 'failed' ? readError(last.error) : new Error(`store worker ended with ${code} in ${task.kind}`)
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
}

function startWorker(task: WorkerTask, workerUrl: URL = DEFAULT_WORKER): Worker {
  const first = ready
  if (first !== undefined && workerUrl === DEFAULT_WORKER) {
    ready = undefined
    first.postMessage(task)
    return first
  }
  return new Worker(workerUrl, { workerData: task, name: `hearth-store-${task.kind}` })
}

/**
 * A worker that refused or is done has nothing more to wait for and ends by itself. It is never terminated: doing so while it puts the database module away
 * now and then takes the whole process down (seen with Node 24), and the user would never read why the store was refused.
 */
function endOf(worker: Worker): Promise<number> {
  return new Promise((resolve) => {
    worker.once('exit', resolve)
  })
}

function firstMessage(worker: Worker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`store worker ended with ${code}`)))
  })
}
