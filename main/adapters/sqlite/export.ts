import Database from 'better-sqlite3'
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { Ears } from './copy.ts'
import { CLAIM_COLUMNS, csvRow, jsonLine } from './export-rows.ts'
import { BUSY_MS } from './database.ts'
import { syncFolder, syncPath } from './files.ts'

/** Rows between two looks at whether to go on. */
const PIECE_ROWS = 1_000

/** What is written, in order: every table, the ledger by its views, which say names rather than numbers. */
const SOURCES = [
  'settings',
  'nodes',
  'updates',
  'chains',
  'intents',
  'cursors',
  'watched',
  'claim_rows',
  'movement_rows',
  'reward_days',
  'address_book',
  'own_txs',
  'rule_rows',
  'relay_results',
  'self_tests',
  'activity',
] as const

export interface Exported {
  folder: string
  rows: number
  files: string[]
}

/**
 * Writes everything that the store holds to a new folder: `hearth.jsonl`, one row a line with its table, and `claims.csv` for a spreadsheet. All of one moment, row by row, so
 * that memory stays small however much there is. The folder has its name only once it is whole; a cancelled export leaves nothing.
 */
export async function exportStore(wish: { file: string; folder: string; nowMs: number }, ears: Ears): Promise<Exported> {
  const name = `hearth-export-${new Date(wish.nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const whole = join(wish.folder, name)
  const partial = `${whole}.part`
  const db = new Database(wish.file, { readonly: true, timeout: BUSY_MS })
  try {
    // What an export that was killed left behind.
    for (const left of readdirSync(wish.folder))
      if (/^hearth-export-\d{8}T\d{6}Z\.part$/.test(left)) rmSync(join(wish.folder, left), { recursive: true, force: true })
    // SECURITY: S19 addresses and amounts are the user's own business.
    mkdirSync(partial, { mode: 0o700 })
    db.exec('BEGIN')
    const counts = SOURCES.map((source) =>
      Number(
        db
          .prepare(`SELECT count(*) FROM ${COUNTED[source] ?? source}`)
          .pluck()
          .get(),
      ),
    )
    const total = counts.reduce((sum, count) => sum + count, 0)
    let done = 0
    const lines = openPieces(join(partial, 'hearth.jsonl'))
    const claims = openPieces(join(partial, 'claims.csv'))
    try {
      claims.write(`${CLAIM_COLUMNS.join(',')}\r\n`)
      for (const source of SOURCES) {
        const order = ORDERED[source]
        const rows = db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${source}${order ? ` ORDER BY ${order}` : ''}`)
        for (const row of rows.iterate()) {
          lines.write(jsonLine(source, row))
          if (source === 'claim_rows') claims.write(csvRow(row))
          done += 1
          if (done % PIECE_ROWS !== 0) continue
          // A statement that is being read stays open while the thread listens.
          await turn()
          ears.onProgress(done, total)
        }
      }
    } finally {
      lines.close()
      claims.close()
    }
    ears.throwIfStopped()
    for (const file of ['hearth.jsonl', 'claims.csv']) syncPath(join(partial, file))
    faultPoint('store.export.before-rename')
    renameSync(partial, whole)
    syncFolder(wish.folder)
    ears.onProgress(total, total)
    return { folder: whole, rows: done, files: ['hearth.jsonl', 'claims.csv'] }
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw error
  } finally {
    db.close()
  }
}

/** Counting a view would join it. */
const COUNTED: Partial<Record<(typeof SOURCES)[number], string>> = { claim_rows: 'claims', movement_rows: 'movements' }
/** Oldest first, by what the indexes already order. */
const ORDERED: Partial<Record<(typeof SOURCES)[number], string>> = {
  claim_rows: 'network, session_end_height',
  movement_rows: 'network, height, position',
}

/** A file that is written in large pieces. */
function openPieces(path: string): { write(text: string): void; close(): void } {
  const handle = openSync(path, 'wx', 0o600)
  let waiting: string[] = []
  let size = 0
  const flush = (): void => {
    const bytes = Buffer.from(waiting.join(''), 'utf8')
    waiting = []
    size = 0
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
  }
  return {
    write(text) {
      waiting.push(text)
      size += text.length
      if (size > 256 * 1024) flush()
    },
    close() {
      try {
        flush()
      } finally {
        closeSync(handle)
      }
    },
  }
}
