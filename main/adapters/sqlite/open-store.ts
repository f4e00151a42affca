/* oxlint-disable unicorn/require-post-message-target-origin -- worker threads have no origins */
import { Worker } from 'node:worker_threads'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Store } from '#main/core/ports/store.ts'
import { readError, STORE_METHODS, type FromWorker, type StoreMethod, type ToWorker, type WorkerTask } from './protocol.ts'

const DEFAULT_WORKER = new URL('./worker.ts', import.meta.url)

export interface StoreOptions {
  /** Path of `hearth.db`. Its folder is made 0700, the file 0600; copies go to `backups/` beside it. */
  file: string
  clock: Clock
  log: Log
  /** Entry of the worker thread; a bundle has it as a file of its own. */
  workerUrl?: URL
}

/**
 * Opens Hearth's store in a worker thread of its own, making or migrating it when needed.
 * Rejects `store-newer` (a newer program wrote it; nothing was touched), `store-damaged` (detail: `reason`, `file`, `backups` one a line, newest first: hand one to
 * `restoreStore`) and `disk-full`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, log } = options
  const worker = startWorker(options, { kind: 'open', file, nowMs: options.clock.now() })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let ended: Error | undefined
  let closing = false

  const end = (reason: Error): void => {
    ended ??= reason
    for (const { reject } of waiting.values()) reject(reason)
    waiting.clear()
  }
  const exited = endOf(worker)

  const first = await firstMessage(worker)
  if (first.kind !== 'opened') {
    await exited
    throw first.kind === 'failed' ? readError(first.error) : new Error(`store worker answered ${first.kind} to open`)
  }
  const { opened } = first
  if (opened.created) log.info('store created', { version: opened.version })
  else if (opened.fromVersion !== opened.version) log.info('store migrated', { from: opened.fromVersion, to: opened.version })
  if (opened.backupFailure !== undefined) log.warn('daily copy of the store failed', { reason: opened.backupFailure })

  worker.on('message', (message: FromWorker) => {
    if (message.kind !== 'answer' && message.kind !== 'refusal') return
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'answer') call?.resolve(message.value)
    else call?.reject(readError(message.error))
  })
  worker.on('error', (error: Error) => {
    log.error('store worker failed', error)
    end(error)
  })
  worker.on('exit', () => end(new Error(closing ? 'the store is closed' : 'the store worker ended')))

  let counter = 0
  const call = (method: StoreMethod, args: unknown[]): Promise<unknown> => {
    if (ended || closing) return Promise.reject(ended ?? new Error('the store is closed'))
    counter += 1
    const id = counter
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker.postMessage({ kind: 'call', id, method, args } satisfies ToWorker)
    })
  }
  const methods = Object.fromEntries(
    STORE_METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)]),
  ) as unknown as Omit<Store, 'close'>

  return {
    ...methods,
    async close() {
      if (!closing && !ended) worker.postMessage({ kind: 'close' } satisfies ToWorker)
      closing = true
      await exited
    },
  }
}

/**
 * Puts a verified copy in the place of a damaged or missing store that is not open. The old file is kept, in `set-aside/`.
 * Rejects `store-damaged` when the copy itself is no good and `store-newer` when a newer program made it; then nothing has changed.
 * @returns where the old file went, or undefined when there was none
 */
export async function restoreStore(options: StoreOptions & { backup: string }): Promise<string | undefined> {
  const worker = startWorker(options, { kind: 'restore', file: options.file, backup: options.backup, nowMs: options.clock.now() })
  const exited = endOf(worker)
  const answer = await firstMessage(worker)
  await exited
  if (answer.kind === 'restored') {
    options.log.warn('store restored from a copy', { backup: options.backup })
    return answer.movedTo
  }
  throw answer.kind === 'failed' ? readError(answer.error) : new Error(`store worker answered ${answer.kind} to restore`)
}

function startWorker(options: StoreOptions, task: WorkerTask): Worker {
  return new Worker(options.workerUrl ?? DEFAULT_WORKER, { workerData: task, name: 'hearth-store' })
}

/**
 * A worker that refused or restored has nothing more to wait for and ends by itself. It is never terminated: doing so while it puts the database module away
 * now and then takes the whole process down (seen with Node 24), and the user would never read why the store was refused.
 */
function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
  })
}

function firstMessage(worker: Worker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`store worker ended with ${code}`)))
  })
}
