import type { Migration } from './migration.ts'

/**
 * Claims and movements of years in a third of the room: addresses, services and reasons are written once, in `names`, and rows hold their number. The views show rows as
 * they were. `first_height` is the block that first told of a claim, so that a page can leave out what came after its first page; rows of before count as always there.
 * The indexes by time find old journal rows without reading the young ones.
 */
export const shortRows: Migration = {
  version: 20,
  name: 'short-rows',
  sql: `
CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO names (text)
  SELECT operator_address FROM claims UNION SELECT application_address FROM claims UNION SELECT service_id FROM claims
  UNION SELECT address FROM movements
  UNION SELECT operator_address FROM movements WHERE claim_key IS NOT NULL UNION SELECT application_address FROM movements WHERE claim_key IS NOT NULL
  UNION SELECT service_id FROM movements WHERE claim_key IS NOT NULL UNION SELECT op_reason FROM movements WHERE claim_key IS NOT NULL;

CREATE TABLE claims_new (
  id INTEGER PRIMARY KEY,
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  session_end_height INTEGER NOT NULL,
  operator INTEGER NOT NULL,
  application INTEGER NOT NULL,
  service INTEGER NOT NULL,
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
  first_height INTEGER NOT NULL DEFAULT 0,
  UNIQUE (network, session_end_height, operator, application, service)
) STRICT;
INSERT INTO claims_new (network, session_end_height, operator, application, service, session_id, stage, relays, claimed_compute_units,
    estimated_compute_units, claimed_upokt, settled_upokt, minted_upokt, overservicing_loss_upokt, deflation_loss_upokt, slashed_upokt, claim_height,
    claim_tx_hash, proof_height, proof_tx_hash, settled_height, settled_at_ms, proof_requirement, reason)
  SELECT network, session_end_height, o.id, a.id, s.id, session_id, stage, relays, claimed_compute_units,
    estimated_compute_units, claimed_upokt, settled_upokt, minted_upokt, overservicing_loss_upokt, deflation_loss_upokt, slashed_upokt, claim_height,
    claim_tx_hash, proof_height, proof_tx_hash, settled_height, settled_at_ms, proof_requirement, reason
  FROM claims JOIN names o ON o.text = operator_address JOIN names a ON a.text = application_address JOIN names s ON s.text = service_id
  ORDER BY network, session_end_height, key;
DROP TABLE claims;
ALTER TABLE claims_new RENAME TO claims;
CREATE INDEX claims_by_stage ON claims (network, stage, settled_at_ms);

CREATE TABLE movements_new (
  id INTEGER PRIMARY KEY,
  network TEXT NOT NULL REFERENCES cursors (network) ON DELETE CASCADE,
  height INTEGER NOT NULL,
  position TEXT NOT NULL,
  address INTEGER NOT NULL,
  delta_upokt TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('reward', 'fee', 'stake', 'unstake', 'transfer', 'proof-fee', 'other')),
  tx_hash TEXT,
  operator INTEGER,
  application INTEGER,
  service INTEGER,
  session_end_height INTEGER,
  op_reason INTEGER,
  time_ms INTEGER NOT NULL,
  UNIQUE (network, height, position, address)
) STRICT;
INSERT INTO movements_new (network, height, position, address, delta_upokt, kind, tx_hash, operator, application, service, session_end_height, op_reason, time_ms)
  SELECT network, height, position, n.id, delta_upokt, kind, tx_hash, o.id, a.id, s.id, session_end_height, r.id, time_ms
  FROM movements JOIN names n ON n.text = address
    LEFT JOIN names o ON o.text = operator_address LEFT JOIN names a ON a.text = application_address
    LEFT JOIN names s ON s.text = service_id LEFT JOIN names r ON r.text = op_reason
  ORDER BY network, height, position;
DROP TABLE movements;
ALTER TABLE movements_new RENAME TO movements;
CREATE INDEX movements_by_address ON movements (network, address, height);
CREATE INDEX movements_by_claim ON movements (network, session_end_height) WHERE session_end_height IS NOT NULL;

CREATE VIEW claim_rows AS
  SELECT c.network, c.session_end_height, c.session_end_height || '/' || o.text || '/' || a.text || '/' || s.text AS key,
    o.text AS operator_address, a.text AS application_address, s.text AS service_id, c.session_id, c.stage, c.relays, c.claimed_compute_units,
    c.estimated_compute_units, c.claimed_upokt, c.settled_upokt, c.minted_upokt, c.overservicing_loss_upokt, c.deflation_loss_upokt, c.slashed_upokt,
    c.claim_height, c.claim_tx_hash, c.proof_height, c.proof_tx_hash, c.settled_height, c.settled_at_ms, c.proof_requirement, c.reason, c.first_height
  FROM claims c CROSS JOIN names o ON o.id = c.operator CROSS JOIN names a ON a.id = c.application CROSS JOIN names s ON s.id = c.service;
CREATE VIEW movement_rows AS
  SELECT m.network, m.height, m.position, n.text AS address, m.delta_upokt, m.kind, m.tx_hash,
    o.text AS operator_address, a.text AS application_address, s.text AS service_id, m.session_end_height, r.text AS op_reason, m.time_ms
  FROM movements m CROSS JOIN names n ON n.id = m.address
    LEFT JOIN names o ON o.id = m.operator LEFT JOIN names a ON a.id = m.application
    LEFT JOIN names s ON s.id = m.service LEFT JOIN names r ON r.id = m.op_reason;

CREATE INDEX relay_results_by_time ON relay_results (at_ms);
CREATE INDEX activity_by_time ON activity (at_ms);
`,
}
