import type { Migration } from './migration.ts'

/** Updates of containers, from the first thought to their end: what is begun is taken up again after a kill, and what was done stays to be read. */
export const updates: Migration = {
  version: 40,
  name: 'updates',
  sql: `
CREATE TABLE updates (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL,
  image TEXT NOT NULL,
  stage TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT, WITHOUT ROWID;
CREATE INDEX updates_by_network ON updates (network, created_at_ms);
`,
}
