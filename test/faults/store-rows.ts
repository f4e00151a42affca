import { MIGRATIONS, type Migration } from '#main/adapters/sqlite/migrations/index.ts'

export const NOW_MS = 1_790_000_000_000
const newest = MIGRATIONS.at(-1)?.version ?? 0

/** What a later release might do: rewrite a table that others lean on, then add one with rows made from old ones. */
export const NEXT_MIGRATIONS: readonly Migration[] = [
  ...MIGRATIONS,
  {
    version: newest + 10,
    name: 'rewrite-cursors',
    sql: `
      CREATE TABLE cursors_new (network TEXT PRIMARY KEY, height INTEGER NOT NULL, hash TEXT NOT NULL, seen_at_ms INTEGER) STRICT, WITHOUT ROWID;
      INSERT INTO cursors_new SELECT network, height, hash, NULL FROM cursors;
      DROP TABLE cursors;
      ALTER TABLE cursors_new RENAME TO cursors;`,
  },
  {
    version: newest + 20,
    name: 'count-movements',
    sql: `
      CREATE TABLE movement_counts (network TEXT NOT NULL, address TEXT NOT NULL, count INTEGER NOT NULL) STRICT;
      INSERT INTO movement_counts SELECT network, address, count(*) FROM movements GROUP BY network, address ORDER BY network, address;`,
  },
]
