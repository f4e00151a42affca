import type { Migration } from './migration.ts'

/**
 * The address book; what transactions of watched addresses held, one row each beside their movements; and what governs, each value from the height at which it was seen to
 * hold. Transactions and rules are read from a chain and hang on its cursor; the address book is the user's own and stays when a chain is made anew.
 */
export const wallet: Migration = {
  version: 30,
  name: 'wallet',
  sql: `
CREATE TABLE address_book (
  network TEXT NOT NULL,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (network, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE own_txs (
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  height INTEGER NOT NULL,
  failed INTEGER NOT NULL CHECK (failed IN (0, 1)),
  messages TEXT NOT NULL,
  PRIMARY KEY (network, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_rows (
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  what TEXT NOT NULL,
  height INTEGER NOT NULL,
  value TEXT NOT NULL,
  effect_height INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (network, what, height)
) STRICT, WITHOUT ROWID;
`,
}
