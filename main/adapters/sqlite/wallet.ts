import type Database from 'better-sqlite3'
import type { BookRow, OwnTxRow, RuleRow, TxMessage } from '#main/core/ports/store.ts'
import type { SyncStore } from './protocol.ts'

interface StoredTx {
  hash: string
  failed: number
  messages: string
}
interface StoredRule {
  network: string
  what: string
  height: number
  value: string
  effect_height: number
  at_ms: number
}
interface StoredBook {
  network: string
  address: string
  name: string
  note: string
  created_at_ms: number
  updated_at_ms: number
}

/** What own transactions held, what governs and since when, and the address book. */
export function walletMethods(
  db: Database.Database,
): Pick<SyncStore, 'ownTxs' | 'ruleRows' | 'addRuleRows' | 'addressBook' | 'putInBook' | 'removeFromBook'> {
  const txs = db.prepare<{ network: string; hashes: string }, StoredTx>(
    'SELECT hash, failed, messages FROM own_txs WHERE network = @network AND hash IN (SELECT value FROM json_each(@hashes))',
  )
  const rules = db.prepare<[string], StoredRule>('SELECT * FROM rule_rows WHERE network = ? ORDER BY height, what')
  const addRule = db.prepare<StoredRule>(
    'INSERT INTO rule_rows VALUES (@network, @what, @height, @value, @effect_height, @at_ms) ON CONFLICT DO NOTHING',
  )
  const book = db.prepare<[string], StoredBook>('SELECT * FROM address_book WHERE network = ? ORDER BY name, address')
  const putBook = db.prepare<StoredBook>(`
    INSERT INTO address_book VALUES (@network, @address, @name, @note, @created_at_ms, @updated_at_ms)
    ON CONFLICT DO UPDATE SET name = excluded.name, note = excluded.note, updated_at_ms = excluded.updated_at_ms`)
  const removeBook = db.prepare<[string, string]>('DELETE FROM address_book WHERE network = ? AND address = ?')

  return {
    ownTxs: (network, hashes) => txs.all({ network, hashes: JSON.stringify(hashes) }).map(readTx),
    ruleRows: (network) => rules.all(network).map(readRule),
    addRuleRows(rows) {
      db.transaction(() => {
        for (const row of rows)
          addRule.run({
            network: row.network,
            what: row.what,
            height: row.height,
            value: row.value,
            effect_height: row.effectHeight,
            at_ms: row.atMs,
          })
      }).immediate()
    },
    addressBook: (network) => book.all(network).map(readBook),
    putInBook(rows) {
      db.transaction(() => {
        for (const row of rows)
          putBook.run({
            network: row.network,
            address: row.address,
            name: row.name,
            note: row.note,
            created_at_ms: row.createdAtMs,
            updated_at_ms: row.updatedAtMs,
          })
      }).immediate()
    },
    removeFromBook: (network, address) => void removeBook.run(network, address),
  }
}

const readTx = (row: StoredTx): OwnTxRow => ({
  hash: row.hash,
  failed: row.failed === 1,
  messages: JSON.parse(row.messages) as TxMessage[],
})

const readRule = (row: StoredRule): RuleRow => ({
  network: row.network,
  what: row.what,
  height: row.height,
  value: row.value,
  effectHeight: row.effect_height,
  atMs: row.at_ms,
})

const readBook = (row: StoredBook): BookRow => ({
  network: row.network,
  address: row.address,
  name: row.name,
  note: row.note,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
})
