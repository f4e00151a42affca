import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { mayMove, type IntentStatus } from '#shared/model/intent.ts'
import type { Salvaged } from './protocol.ts'

/** What is taken over from a store that is given up. `everything`: there is no copy to build on. `news`: what the copy may be too old to know. `intents`: only what keeps a payment from being made twice. */
export type SalvageScope = 'everything' | 'news' | 'intents'

/** Tables in the order in which rows may be put in, with what orders their rows and which scope takes them. */
const TABLES: { name: string; key: string; scopes: SalvageScope[] }[] = [
  { name: 'intents', key: 'id', scopes: ['everything', 'news', 'intents'] },
  { name: 'settings', key: 'key', scopes: ['everything', 'news'] },
  { name: 'nodes', key: 'network, id', scopes: ['everything', 'news'] },
  { name: 'chains', key: 'network', scopes: ['everything', 'news'] },
  { name: 'updates', key: 'id', scopes: ['everything', 'news'] },
  { name: 'address_book', key: 'network, address', scopes: ['everything', 'news'] },
  { name: 'relay_results', key: 'id', scopes: ['everything', 'news'] },
  { name: 'self_tests', key: 'id', scopes: ['everything', 'news'] },
  { name: 'activity', key: 'id', scopes: ['everything', 'news'] },
  // What was read from a chain is read from it again above the copy's height; without a copy, what can still be read is kept.
  { name: 'names', key: 'id', scopes: ['everything'] },
  { name: 'cursors', key: 'network', scopes: ['everything'] },
  { name: 'watched', key: 'network, address', scopes: ['everything'] },
  { name: 'claims', key: 'id', scopes: ['everything'] },
  { name: 'movements', key: 'id', scopes: ['everything'] },
  { name: 'reward_days', key: 'network, address, day_start_ms', scopes: ['everything'] },
  { name: 'own_txs', key: 'network, hash', scopes: ['everything'] },
  { name: 'rule_rows', key: 'network, what, height', scopes: ['everything'] },
]

/** Tables of wishes: replaced as a whole where the old file could be read through. */
const WHOLE = new Set(['settings', 'nodes', 'chains', 'address_book'])
/** Networks whose chain may be removed and made anew. */
const FORGETTABLE = ['local', 'practice']

type Row = Record<string, unknown>

/**
 * Puts the rows that can still be read of a given-up store into another one. The old file is only read.
 * @param target open, of the newest schema, foreign keys off
 * @returns per table how many rows were read and whether all of it could be
 */
export function salvage(from: string, target: Database.Database, scope: SalvageScope): Salvaged[] {
  let source: Database.Database
  try {
    source = new Database(from, { readonly: true, fileMustExist: true })
    source.pragma('cell_size_check = ON')
  } catch {
    return wanted(scope).map(({ name }) => ({ table: name, rows: 0, complete: false }))
  }
  try {
    if (scope === 'news') dropForgotten(source, target)
    return wanted(scope).map(({ name, key }) => {
      const read = readRows(source, name, key)
      const put = putter(target, name)
      let rows = 0
      let refused = 0
      target.transaction(() => {
        // What the user took away since the copy was made must not come back: a small table that could be read whole is the truth.
        if (read.complete && WHOLE.has(name)) target.exec(`DELETE FROM "${name}"`)
        for (const row of read.rows) {
          if (put(row)) rows += 1
          else refused += 1
        }
      })()
      return { table: name, rows, complete: read.complete && refused === 0 }
    })
  } finally {
    source.close()
  }
}

/** What a copy holds of a chain that was removed or made anew since: it belongs to no chain any more. */
function dropForgotten(source: Database.Database, target: Database.Database): void {
  for (const network of FORGETTABLE) {
    try {
      const chainOf = (db: Database.Database): unknown =>
        db.prepare<[string], string>("SELECT chain_id || coalesce(block1_hash, '') FROM chains WHERE network = ?").pluck().get(network)
      const hasRows = source.prepare('SELECT 1 FROM cursors WHERE network = ?').get(network) !== undefined
      if (hasRows && chainOf(source) === chainOf(target)) continue
    } catch {
      // Not to be read: what the copy says stands.
      continue
    }
    for (const table of ['claims', 'movements', 'reward_days', 'watched', 'own_txs', 'rule_rows', 'cursors', 'intents'])
      target.prepare(`DELETE FROM ${table} WHERE network = ?`).run(network)
  }
}

const wanted = (scope: SalvageScope): typeof TABLES => TABLES.filter((table) => table.scopes.includes(scope))

/** All rows of a table; where it cannot be read through, those before the break and those after it, read from the other end. */
function readRows(source: Database.Database, table: string, key: string): { rows: Row[]; complete: boolean } {
  const rows: Row[] = []
  const seen = new Set<string>()
  const names = key.split(', ')
  const take = (order: string): boolean => {
    let isDouble = false
    try {
      for (const row of source
        .prepare<[], Row>(`SELECT * FROM "${table}" ORDER BY ${names.map((name) => `${name} ${order}`).join(', ')}`)
        .iterate()) {
        const id = names.map((name) => String(row[name])).join('\u0000')
        // Twice the same key: it is not that of one of the two, and the other one's own is lost.
        if (seen.has(id)) isDouble = true
        else rows.push(row)
        seen.add(id)
      }
      return !isDouble
    } catch {
      return false
    }
  }
  const complete = take('ASC')
  if (!complete) take('DESC')
  return { rows, complete }
}

/** @returns a function that puts one row in, and says whether the row was sound */
function putter(target: Database.Database, table: string): (row: Row) => boolean {
  const columns = target.prepare<[], string>(`SELECT name FROM pragma_table_info('${table}')`).pluck().all()
  const put = target.prepare(`INSERT OR REPLACE INTO "${table}" (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
  const known =
    table === 'intents' ? target.prepare<[unknown], { status: IntentStatus }>('SELECT status FROM intents WHERE id = ?') : undefined
  return (row) => {
    if (table === 'intents' && !isSound(row)) return false
    const before = known?.get(row['id'])
    // What the copy knows of a payment may be newer than a torn row: never a step back.
    if (before && before.status !== row['status'] && !mayMove(before.status, row['status'] as IntentStatus)) return true
    try {
      put.run(...columns.map((column) => row[column] ?? null))
      return true
    } catch {
      // Broken beyond what the schema takes.
      return false
    }
  }
}

/** A signed payment carries its own check: its hash is that of its bytes (upper-case hex SHA-256, the hash by which a chain knows a transaction). */
function isSound(row: Row): boolean {
  const { tx, tx_hash: hash, status, sign_doc: signDoc } = row
  if (typeof row['id'] !== 'string' || typeof status !== 'string' || !(signDoc instanceof Uint8Array)) return false
  if (!(tx instanceof Uint8Array) || typeof hash !== 'string' || hash.length !== 64) return true
  return createHash('sha256').update(tx).digest('hex') === hash.toLowerCase()
}
