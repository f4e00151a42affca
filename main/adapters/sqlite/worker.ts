import { parentPort, workerData } from 'node:worker_threads'
import { restoreBackup } from './backup.ts'
import { openDatabase } from './database.ts'
import { intentMethods } from './intents.ts'
import { journalMethods } from './journal.ts'
import { ledgerReads } from './ledger-reads.ts'
import { ledgerWrites } from './ledger-writes.ts'
import { carryError, type FromWorker, type SyncStore, type ToWorker, type WorkerTask } from './protocol.ts'
import { explainStoreError } from './sqlite-error.ts'
import { wishMethods } from './wishes.ts'

/** Entry of the store's worker thread: the only code that has the database open. Calls are answered in the order in which they came. */

if (!parentPort) throw new Error('the store worker runs as a worker thread')
const port = parentPort
const task = workerData as WorkerTask
const send = (message: FromWorker): void => port.postMessage(message)

async function serve(file: string, nowMs: number): Promise<void> {
  const { db, opened } = await openDatabase(file, nowMs)
  const methods: SyncStore = { ...wishMethods(db), ...intentMethods(db), ...ledgerWrites(db), ...ledgerReads(db), ...journalMethods(db) }
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      db.close()
      port.close()
      return
    }
    try {
      const run = methods[message.method] as (...args: unknown[]) => unknown
      send({ kind: 'answer', id: message.id, value: run(...message.args) })
    } catch (error) {
      send({ kind: 'refusal', id: message.id, error: carryError(explainStoreError(error, file)) })
    }
  })
  send({ kind: 'opened', opened })
}

try {
  if (task.kind === 'restore') send({ kind: 'restored', movedTo: restoreBackup(task.file, task.backup, task.nowMs) })
  else await serve(task.file, task.nowMs)
} catch (error) {
  send({ kind: 'failed', error: carryError(explainStoreError(error, task.file)) })
}
