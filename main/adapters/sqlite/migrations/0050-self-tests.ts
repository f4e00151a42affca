import type { Migration } from './migration.ts'

/** What the self-tests found: months of them make the timeline. */
export const selfTests: Migration = {
  version: 50,
  name: 'self-tests',
  sql: `
CREATE TABLE self_tests (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT, WITHOUT ROWID;
CREATE INDEX self_tests_by_network ON self_tests (network, at_ms);
`,
}
