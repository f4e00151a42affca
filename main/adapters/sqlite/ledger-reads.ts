import type Database from 'better-sqlite3'
import { claimQuery } from './claim-query.ts'
import { readClaim, readMovement, type StoredMovement } from './ledger-rows.ts'
import { DAY_MS } from './ledger-insert.ts'
import { movementSums } from './movement-sums.ts'
import type { SyncStore } from './protocol.ts'

/** Claims, movements and their sums. Amounts are exact at any size: SQLite adds those that its whole numbers surely hold, and the rest are added as bigint here. */
export function ledgerReads(
  db: Database.Database,
): Pick<SyncStore, 'claims' | 'claimRewards' | 'movements' | 'movementSum' | 'rewardsPerDay' | 'totals' | 'rewardSums'> {
  const claims = claimQuery(db)
  const claimRewards = db.prepare<[string, number, string, string, string], StoredMovement>(
    `SELECT * FROM movement_rows WHERE network = ? AND session_end_height = ? AND kind = 'reward'
      AND operator_address = ? AND application_address = ? AND service_id = ? ORDER BY address, position`,
  )
  const movements = db.prepare<[string, number, number], StoredMovement>(
    'SELECT * FROM movement_rows WHERE network = ? AND height < ? ORDER BY height DESC, position, address LIMIT ?',
  )
  const movementsOf = db.prepare<[string, string, number, number], StoredMovement>(
    'SELECT * FROM movement_rows WHERE network = ? AND address = ? AND height < ? ORDER BY height DESC, position LIMIT ?',
  )
  const sumOf = movementSums(db)
  const days = db.prepare<[string, string, number], { address: string; day_start_ms: number; upokt: string }>(`
    SELECT address, day_start_ms, upokt FROM reward_days
    WHERE network = ? AND address IN (SELECT value FROM json_each(?)) AND day_start_ms >= ? ORDER BY day_start_ms`)
  const settledPerDay = db.prepare<[string, number], { day: number; claims: number }>(`
    SELECT settled_at_ms / ${DAY_MS} AS day, count(*) AS claims FROM claims
    WHERE network = ? AND stage = 'settled' AND settled_at_ms >= ? GROUP BY day ORDER BY day`)
  const rewardRows = db.prepare<[string], { address: string; upokt: string }>(
    "SELECT address, delta_upokt AS upokt FROM movement_rows WHERE network = ? AND kind = 'reward'",
  )
  const rewardDays = db.prepare<[string], { address: string; upokt: string }>('SELECT address, upokt FROM reward_days WHERE network = ?')
  const countByStage = db.prepare<[string], { stage: string; claims: number }>(
    'SELECT stage, count(*) AS claims FROM claims WHERE network = ? GROUP BY stage',
  )

  return {
    claims: (query) =>
      claims(query.stages, {
        network: query.network,
        height: query.before?.sessionEndHeight ?? Number.MAX_SAFE_INTEGER,
        key: query.before?.key ?? '',
        operator: query.operatorAddress,
        limit: query.limit,
      }).map(readClaim),
    claimRewards: (claim) =>
      claimRewards
        .all(claim.network, claim.sessionEndHeight, claim.operatorAddress, claim.applicationAddress, claim.serviceId)
        .map(readMovement),
    movements({ network, address, limit, beforeHeight = Number.MAX_SAFE_INTEGER }) {
      const rows =
        address === undefined ? movements.all(network, beforeHeight, limit) : movementsOf.all(network, address, beforeHeight, limit)
      return rows.map(readMovement)
    },
    movementSum: sumOf,
    rewardsPerDay(network, addresses, sinceMs) {
      const firstDay = Math.floor(sinceMs / DAY_MS) * DAY_MS
      const rows = new Map<number, { dayStartMs: number; upokt: bigint; claims: number }>()
      const rowOf = (dayStartMs: number): { dayStartMs: number; upokt: bigint; claims: number } => {
        const row = rows.get(dayStartMs) ?? { dayStartMs, upokt: 0n, claims: 0 }
        rows.set(dayStartMs, row)
        return row
      }
      for (const day of days.iterate(network, JSON.stringify(addresses), firstDay)) rowOf(day.day_start_ms).upokt += BigInt(day.upokt)
      for (const day of settledPerDay.iterate(network, firstDay)) rowOf(day.day * DAY_MS).claims = day.claims
      return [...rows.values()].sort((a, b) => a.dayStartMs - b.dayStartMs)
    },
    totals(network, addresses, dayStartMs) {
      const totals = { settledUpokt: 0n, todayUpokt: 0n, claimsSettled: 0, claimsLost: 0 }
      for (const day of days.iterate(network, JSON.stringify(addresses), 0)) {
        totals.settledUpokt += BigInt(day.upokt)
        if (day.day_start_ms >= dayStartMs) totals.todayUpokt += BigInt(day.upokt)
      }
      for (const { stage, claims: count } of countByStage.iterate(network)) {
        if (stage === 'settled') totals.claimsSettled += count
        else if (stage === 'expired' || stage === 'discarded') totals.claimsLost += count
      }
      return totals
    },
    rewardSums(network) {
      const sums = new Map<string, { address: string; rowsUpokt: bigint; daysUpokt: bigint }>()
      const entryOf = (address: string): { rowsUpokt: bigint; daysUpokt: bigint } => {
        const sum = sums.get(address) ?? { address, rowsUpokt: 0n, daysUpokt: 0n }
        sums.set(address, sum)
        return sum
      }
      for (const row of rewardRows.iterate(network)) entryOf(row.address).rowsUpokt += BigInt(row.upokt)
      for (const day of rewardDays.iterate(network)) entryOf(day.address).daysUpokt += BigInt(day.upokt)
      return [...sums.values()]
    },
  }
}
