import type { Migration } from './migration.ts'

/**
 * The first schema. Amounts are decimal text (upokt, exact at any size), times UTC ms, lists and maps JSON text.
 * Everything read from a chain hangs on its cursor, so that forgetting the cursor forgets it all.
 */
export const first: Migration = {
  version: 10,
  name: 'first',
  sql: `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE nodes (
  network TEXT NOT NULL,
  id TEXT NOT NULL,
  wanted TEXT NOT NULL CHECK (wanted IN ('running', 'stopped')),
  wanted_by TEXT NOT NULL CHECK (wanted_by IN ('user', 'hearth')),
  image_pin TEXT,
  ports TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (network, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE chains (
  network TEXT PRIMARY KEY,
  chain_id TEXT NOT NULL,
  block1_hash TEXT,
  genesis_time TEXT,
  created_at_ms INTEGER NOT NULL,
  facts TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
  id TEXT PRIMARY KEY,
  network TEXT NOT NULL,
  chain_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key_id TEXT NOT NULL,
  signer_address TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('prepared', 'discarded', 'signed', 'broadcast', 'included', 'refused', 'expired')),
  facts TEXT NOT NULL,
  sign_doc BLOB NOT NULL,
  tx BLOB,
  tx_hash TEXT,
  timeout_height INTEGER NOT NULL,
  included_height INTEGER,
  code INTEGER,
  log TEXT,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  CHECK (status NOT IN ('signed', 'broadcast', 'included') OR (tx IS NOT NULL AND tx_hash IS NOT NULL))
) STRICT;
CREATE INDEX intents_by_network ON intents (network, created_at_ms);

CREATE TABLE cursors (network TEXT PRIMARY KEY, height INTEGER NOT NULL, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  session_end_height INTEGER NOT NULL,
  key TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  application_address TEXT NOT NULL,
  service_id TEXT NOT NULL,
  session_id TEXT,
  stage TEXT NOT NULL CHECK (stage IN ('claimed', 'proven', 'settled', 'expired', 'discarded')),
  relays TEXT,
  claimed_compute_units TEXT,
  estimated_compute_units TEXT,
  claimed_upokt TEXT,
  settled_upokt TEXT,
  minted_upokt TEXT,
  overservicing_loss_upokt TEXT,
  deflation_loss_upokt TEXT,
  slashed_upokt TEXT,
  claim_height INTEGER,
  claim_tx_hash TEXT,
  proof_height INTEGER,
  proof_tx_hash TEXT,
  settled_height INTEGER,
  settled_at_ms INTEGER,
  proof_requirement TEXT,
  reason TEXT,
  PRIMARY KEY (network, session_end_height, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_stage ON claims (network, stage, settled_at_ms);

CREATE TABLE movements (
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  address TEXT NOT NULL,
  height INTEGER NOT NULL,
  position TEXT NOT NULL,
  delta_upokt TEXT NOT NULL CHECK (delta_upokt GLOB '[0-9]*' OR delta_upokt GLOB '-[0-9]*'),
  kind TEXT NOT NULL CHECK (kind IN ('reward', 'fee', 'stake', 'unstake', 'transfer', 'proof-fee', 'other')),
  tx_hash TEXT,
  claim_key TEXT,
  operator_address TEXT,
  application_address TEXT,
  service_id TEXT,
  session_end_height INTEGER,
  op_reason TEXT,
  time_ms INTEGER NOT NULL,
  PRIMARY KEY (network, address, height, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX movements_by_height ON movements (network, height);
CREATE INDEX movements_by_claim ON movements (network, claim_key) WHERE claim_key IS NOT NULL;

-- Sum of supplier income by UTC day and recipient, kept in the transaction that inserts the movements.
CREATE TABLE reward_days (
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  address TEXT NOT NULL,
  day_start_ms INTEGER NOT NULL,
  upokt TEXT NOT NULL,
  PRIMARY KEY (network, address, day_start_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE watched (
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  address TEXT NOT NULL,
  label TEXT NOT NULL,
  since_height INTEGER NOT NULL,
  opening_upokt TEXT NOT NULL,
  PRIMARY KEY (network, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE relay_results (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  service_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  operator_address TEXT NOT NULL,
  ok INTEGER NOT NULL,
  signature_ok INTEGER NOT NULL,
  latency_ms REAL NOT NULL,
  http_status INTEGER NOT NULL,
  answer TEXT NOT NULL,
  error TEXT
) STRICT;

CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (actor IN ('you', 'hearth', 'network', 'system')),
  level TEXT NOT NULL CHECK (level IN ('info', 'warn', 'bad')),
  text TEXT NOT NULL,
  facts TEXT NOT NULL
) STRICT;
`,
}
