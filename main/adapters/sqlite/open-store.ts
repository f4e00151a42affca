import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Store } from '#main/core/ports/store.ts'
import { READS, STORE_METHODS, type Restored } from './protocol.ts'
import { openLink, runTask } from './worker-link.ts'

export interface StoreOptions {
  /** Path of `hearth.db`. Its folder is made 0700, the file 0600; copies go to `backups/` beside it. */
  file: string
  clock: Clock
  log: Log
  /** Entry of the worker threads; a bundle has it as a file of its own. */
  workerUrl?: URL
  /** The thread that reads is started so long after the one that writes, which reads as well until then. Without it, opening waits for both. */
  readerAfterMs?: number
}

/**
 * Opens Hearth's store, making or migrating it when needed: one thread that writes, and one beside it that reads, so that no read waits behind a write (WAL).
 * A read sees every write that was answered before it was asked for.
 * Rejects `store-newer` (a newer program wrote it; nothing was touched), `store-damaged` (detail: `reason`, `file`, `backups` one a line, newest first: hand one to
 * `restoreStore`), `store-busy` (another program holds it) and `disk-full`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, log } = options
  const writer = await openLink({ kind: 'write', file, nowMs: options.clock.now() }, log, options.workerUrl)
  const { opened } = writer.opened
  if (opened.created) log.info('store created', { version: opened.version })
  else if (opened.fromVersion !== opened.version) log.info('store migrated', { from: opened.fromVersion, to: opened.version })

  let reader = writer
  const closing = new AbortController()
  const startReader = async (): Promise<void> => {
    if (options.readerAfterMs !== undefined) await wait(options.readerAfterMs, undefined, { signal: closing.signal, ref: false })
    reader = await openLink({ kind: 'read', file }, log, options.workerUrl)
  }
  const reading = startReader()
  if (options.readerAfterMs === undefined) {
    await reading.catch(async (error: unknown) => {
      await writer.close()
      throw error
    })
  }
  const settled = reading.catch((error: unknown) => {
    if (!closing.signal.aborted) log.error('the store reads and writes in one thread', error)
  })

  const methods = Object.fromEntries(
    STORE_METHODS.map((method) => [method, (...args: unknown[]) => (READS.has(method) ? reader : writer).call(method, args)]),
  ) as unknown as Omit<Store, 'close'>
  return {
    ...methods,
    async close() {
      closing.abort()
      await settled
      // The writer last: it empties the log into the file, which the reader would keep it from.
      if (reader !== writer) await reader.close()
      await writer.close()
    },
  }
}

/**
 * Puts a verified copy in the place of a damaged or missing store that is not open. The old file is kept, in `set-aside/`, and payments that only it knows are taken over.
 * Rejects `store-damaged` when the copy itself is no good and `store-newer` when a newer program made it; then nothing has changed.
 */
export async function restoreStore(options: StoreOptions & { backup: string }): Promise<Restored> {
  const { file, backup } = options
  const restored = (await runTask(
    { kind: 'restore', file, backup, nowMs: options.clock.now() },
    { workerUrl: options.workerUrl },
  )) as Restored
  options.log.warn('store restored from a copy', { backup })
  return restored
}
