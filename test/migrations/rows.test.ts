import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { listBackups } from '#main/adapters/sqlite/backup.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { APPLICATION_ID } from '#main/adapters/sqlite/header.ts'
import { ledgerReads } from '#main/adapters/sqlite/ledger-reads.ts'
import { ledgerWrites } from '#main/adapters/sqlite/ledger-writes.ts'
import { MIGRATIONS } from '#main/adapters/sqlite/migrations/index.ts'
import { wishMethods } from '#main/adapters/sqlite/wishes.ts'
import { temporaryFolder } from '#test/adapters/sqlite/open-test-store.ts'

const NOW_MS = 1_790_000_000_000

/** A store as version 10 left it: claims whole and barely known, movements with and without a claim, on two networks. */
function version10(): string {
  const file = join(temporaryFolder(), 'hearth.db')
  const db = new Database(file)
  db.exec(readFileSync(join(import.meta.dirname, '../fixtures/schemas/0010.sql'), 'utf8'))
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma('user_version = 10')
  db.exec(`
    INSERT INTO settings VALUES ('install-id', 'abcd');
    INSERT INTO cursors VALUES ('local', 40, 'H40'), ('beta', 7, 'H7');
    INSERT INTO claims (network, session_end_height, key, operator_address, application_address, service_id, stage, relays, claimed_upokt, settled_upokt, settled_height, settled_at_ms, claim_tx_hash)
      VALUES ('local', 10, '10/op/app/anvil', 'op', 'app', 'anvil', 'settled', '7', '123456789012345678901234567890', '5', 22, 86400000, 'AA'),
             ('local', 20, '20/op/app/anvil', 'op', 'app', 'anvil', 'claimed', NULL, NULL, NULL, NULL, NULL, NULL),
             ('beta', 10, '10/op/other/anvil', 'op', 'other', 'anvil', 'expired', '1', '2', NULL, NULL, NULL, NULL);
    INSERT INTO movements VALUES
      ('local', 'owner', 22, 'end:0:0', '5', 'reward', NULL, '10/op/app/anvil', 'op', 'app', 'anvil', 10, 'WHY', 86400000),
      ('local', 'op', 22, 'end:0:1', '2', 'reward', NULL, '10/op/app/anvil', 'op', 'app', 'anvil', 10, 'WHY', 86400000),
      ('local', 'op', 23, 'tx:0:0', '-1', 'fee', 'BB', NULL, NULL, NULL, NULL, NULL, NULL, 86400001),
      ('beta', 'owner', 7, 'tx:0:0', '9', 'transfer', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1);
    INSERT INTO reward_days VALUES ('local', 'owner', 86400000, '5'), ('local', 'op', 86400000, '2');
    INSERT INTO watched VALUES ('local', 'owner', 'Owner', 1, '100');`)
  db.close()
  return file
}

test('from 10 to 20: every claim, movement, sum and address reads as before, and reading on from the cursor goes on', async () => {
  const file = version10()
  const { db, opened } = await openDatabase(file, NOW_MS)
  expect(opened).toMatchObject({ fromVersion: 10, version: MIGRATIONS.at(-1)?.version })
  const store = { ...ledgerReads(db), ...ledgerWrites(db), ...wishMethods(db) }
  expect(store.claims({ network: 'local', limit: 9 })).toMatchObject([
    { sessionEndHeight: 20, stage: 'claimed', operatorAddress: 'op', applicationAddress: 'app', serviceId: 'anvil', relays: 0n },
    {
      sessionEndHeight: 10,
      stage: 'settled',
      relays: 7n,
      claimedUpokt: 123_456_789_012_345_678_901_234_567_890n,
      settledUpokt: 5n,
      settledHeight: 22,
      claimTxHash: 'AA',
    },
  ])
  expect(store.claims({ network: 'beta', limit: 9 })).toMatchObject([{ applicationAddress: 'other', stage: 'expired' }])
  expect(store.movements({ network: 'local', limit: 9 })).toEqual([
    {
      network: 'local',
      height: 23,
      position: 'tx:0:0',
      address: 'op',
      deltaUpokt: -1n,
      kind: 'fee',
      txHash: 'BB',
      claim: undefined,
      timeMs: 86_400_001,
    },
    ...['owner', 'op'].map((address, index) => ({
      network: 'local',
      height: 22,
      position: `end:0:${index}`,
      address,
      deltaUpokt: index === 0 ? 5n : 2n,
      kind: 'reward',
      txHash: undefined,
      claim: { operatorAddress: 'op', applicationAddress: 'app', serviceId: 'anvil', sessionEndHeight: 10, opReason: 'WHY' },
      timeMs: 86_400_000,
    })),
  ])
  expect(store.movementSum('local', 'op', 99)).toBe(1n)
  expect(store.rewardSums('local')).toEqual(
    expect.arrayContaining([
      { address: 'owner', rowsUpokt: 5n, daysUpokt: 5n },
      { address: 'op', rowsUpokt: 2n, daysUpokt: 2n },
    ]),
  )
  expect(
    store.claimRewards({ network: 'local', operatorAddress: 'op', applicationAddress: 'app', serviceId: 'anvil', sessionEndHeight: 10 }),
  ).toHaveLength(2)
  expect(store.watched('local')).toEqual([{ network: 'local', address: 'owner', label: 'Owner', sinceHeight: 1, openingUpokt: 100n }])
  expect(store.setting('install-id')).toBe('abcd')
  // What was read before is not read again; what comes is put beside it.
  const again = {
    network: 'local',
    address: 'owner',
    height: 41,
    position: 'end:0:0',
    deltaUpokt: 1n,
    kind: 'reward' as const,
    txHash: undefined,
    claim: undefined,
    timeMs: 86_400_000,
  }
  store.applyBlock({ network: 'local', height: 41, hash: 'H41', timeMs: 86_400_000, claims: [], movements: [again] })
  expect(store.rewardSums('local').find((sum) => sum.address === 'owner')).toEqual({ address: 'owner', rowsUpokt: 6n, daysUpokt: 6n })
  store.removeChain('local')
  expect(store.movements({ network: 'local', limit: 9 })).toEqual([])
  expect(store.movements({ network: 'beta', limit: 9 })).toHaveLength(1)
  expect(db.pragma('auto_vacuum', { simple: true })).toBe(2)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  const kept = new Database(listBackups(file)[0] ?? '', { readonly: true })
  expect(kept.prepare('SELECT count(*) FROM movements').pluck().get()).toBe(4)
  expect(kept.pragma('user_version', { simple: true })).toBe(10)
  kept.close()
})
