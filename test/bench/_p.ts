import Database from 'better-sqlite3'
import { ledgerWrites } from '#main/adapters/sqlite/ledger-writes.ts'
import { MIGRATIONS } from '#main/adapters/sqlite/migrations/index.ts'
import { rmSync } from 'node:fs'
const N = 26280,
  S = ['anvil', 'eth', 'base']
const block = (s: number) => {
  const e = s * 60,
    h = e + 10
  const cl = S.map((serviceId, i) => ({
    identity: {
      operatorAddress: 'pokt1operator00000000000000000000000000000000',
      applicationAddress: `pokt1application${i}`,
      serviceId,
      sessionEndHeight: e,
    },
    u: BigInt(40000 + ((s * 7 + i * 13) % 900) * 100),
  }))
  return {
    network: 'local',
    height: h,
    hash: 'H' + h,
    timeMs: s * 3600000,
    claims: cl.map(({ identity, u }) => ({
      network: 'local',
      ...identity,
      stage: 'settled' as const,
      sessionId: 'session' + s,
      relays: 1200n,
      claimedUpokt: u,
      settledUpokt: u,
      mintedUpokt: u,
      claimHeight: e + 2,
      proofHeight: e + 6,
      settledHeight: h,
      settledAtMs: s * 3600000,
      proofRequirement: 'probabilistic',
    })),
    movements: cl.flatMap(({ identity, u }, i) =>
      [
        ['pokt1owner0', (u * 9n) / 10n],
        ['pokt1op', u / 10n],
      ].map(([address, d], p) => ({
        network: 'local',
        height: h,
        position: `end:${i}:${p}`,
        address,
        deltaUpokt: d,
        kind: 'reward' as const,
        txHash: undefined,
        claim: { ...identity, opReason: 'TLM_RELAY' },
        timeMs: s * 3600000,
      })),
    ),
  }
}
const all = Array.from({ length: N }, (_, i) => block(i + 1))
for (const mode of ['normal', 'normal']) {
  rmSync('/tmp/hearth-p.db', { force: true })
  rmSync('/tmp/hearth-p.db-wal', { force: true })
  rmSync('/tmp/hearth-p.db-shm', { force: true })
  const db = new Database('/tmp/hearth-p.db')
  db.pragma('journal_mode=WAL')
  db.pragma('synchronous=FULL')
  db.pragma('foreign_keys=ON')
  if (process.env['CS']) db.pragma('cache_size=-' + process.env['CS'])
  if (process.env['WAC']) db.pragma('wal_autocheckpoint=' + process.env['WAC'])
  for (const m of MIGRATIONS) db.exec(m.sql)
  const w = ledgerWrites(db)
  w.setCursor({ network: 'local', height: 1, hash: 'x' })
  const a = performance.now()
  let from = 2
  for (let i = 0; i < N; i += 2000) {
    const b = all.slice(i, i + 2000)
    const last = b.at(-1)!
    w.applyBlocks({ network: 'local', fromHeight: from, toHeight: last.height, toHash: last.hash, blocks: b as never })
    from = last.height + 1
  }
  console.log(mode, (performance.now() - a).toFixed(0))
  db.close()
}
const c = performance.now()
for (let i = 0; i < N; i += 2000) structuredClone(all.slice(i, i + 2000))
console.log('clone', (performance.now() - c).toFixed(0))
