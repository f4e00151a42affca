import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { ageMethods } from './ages.ts'
import { BUSY_MS, openDatabase } from './database.ts'
import { sealFile } from './digest.ts'
import { intentMethods } from './intents.ts'
import { journalMethods } from './journal.ts'
import { ledgerPages } from './ledger-pages.ts'
import { ledgerReads } from './ledger-reads.ts'
import { ledgerWrites } from './ledger-writes.ts'
import { READS, type StoreMethod, type SyncStore, type WorkerTask } from './protocol.ts'
import { updateMethods } from './update-rows.ts'
import { wishMethods } from './wishes.ts'
import { walletMethods } from './wallet.ts'
import { selfTestMethods } from './self-tests.ts'
import { serve } from './worker-port.ts'

/** SQLite is loaded with the first database: done by a thread that has nothing to open yet. */
export function warmUp(): void {
  try {
    new Database(':memory:').close()
  } catch {
    // Told when there is something to open.
  }
}

/** The store's two lasting threads: the one writer, and the reader beside it. */
export async function serveStore(task: WorkerTask & { kind: 'write' | 'read' }): Promise<void> {
  if (task.kind === 'write') await write(task.file, task.nowMs)
  else read(task.file)
}

const storeMethods = (db: Database.Database): SyncStore => ({
  ...wishMethods(db),
  ...updateMethods(db),
  ...intentMethods(db),
  ...ledgerWrites(db),
  ...ledgerReads(db),
  ...ledgerPages(db),
  ...journalMethods(db),
  ...ageMethods(db),
  ...walletMethods(db),
  ...selfTestMethods(db),
})

async function write(file: string, nowMs: number): Promise<void> {
  const { db, opened } = await openDatabase(file, nowMs)
  serve(file, opened, storeMethods(db), () => {
    db.close()
    // With nothing left in the log the file holds all there is: from here to the next start no bit of it may change.
    if (existsSync(`${file}-wal`)) return
    try {
      sealFile(file, true)
    } catch {
      // No room for a seal: the next start looks at every page instead.
    }
  })
}

/** Started once the writer has the store open. */
function read(file: string): void {
  const db = new Database(file, { readonly: true, timeout: BUSY_MS })
  const methods = Object.fromEntries(Object.entries(storeMethods(db)).filter(([name]) => READS.has(name as StoreMethod)))
  serve(file, { created: false, fromVersion: 0, version: 0, backup: undefined }, methods, () => db.close())
}
