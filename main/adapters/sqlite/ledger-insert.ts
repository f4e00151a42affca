import type Database from 'better-sqlite3'
import type { BlockRows, ClaimChange, MovementRow } from '#main/core/ports/store.ts'
import { openNames } from './names.ts'

export const DAY_MS = 86_400_000

/** Columns of a claim that a later block may fill or replace, with the field of it; one left out (null) keeps what stands. */
const CLAIM_FIELDS = [
  ['session_id', 'sessionId'],
  ['relays', 'relays'],
  ['claimed_compute_units', 'claimedComputeUnits'],
  ['estimated_compute_units', 'estimatedComputeUnits'],
  ['claimed_upokt', 'claimedUpokt'],
  ['settled_upokt', 'settledUpokt'],
  ['minted_upokt', 'mintedUpokt'],
  ['overservicing_loss_upokt', 'overservicingLossUpokt'],
  ['deflation_loss_upokt', 'deflationLossUpokt'],
  ['slashed_upokt', 'slashedUpokt'],
  ['claim_height', 'claimHeight'],
  ['claim_tx_hash', 'claimTxHash'],
  ['proof_height', 'proofHeight'],
  ['proof_tx_hash', 'proofTxHash'],
  ['settled_height', 'settledHeight'],
  ['settled_at_ms', 'settledAtMs'],
  ['proof_requirement', 'proofRequirement'],
  ['reason', 'reason'],
] as const satisfies [string, keyof ClaimChange][]

interface GrowingClaim {
  change: ClaimChange
  operator: number
  application: number
  service: number
  firstHeight: number
}

interface GrowingDay {
  address: string
  dayStartMs: number
  upokt: bigint
}

export interface BlockInserter {
  /** Puts the rows of blocks of one network in, within the caller's transaction. */
  insert(network: string, blocks: readonly BlockRows[]): void
  /** Must be called when that transaction failed. */
  failed(): void
}

/** What several blocks say of one claim or of one day is put together first, so that each is written once however many blocks a transaction holds. */
export function blockInserter(db: Database.Database): BlockInserter {
  const names = openNames(db)
  const columns = CLAIM_FIELDS.map(([column]) => column)
  // By place, not by name, and without patterns to check: years of rows are put in at once (Practice). Amounts come from bigint, so they are decimal text.
  const putClaim = db.prepare(`
    INSERT INTO claims (network, session_end_height, operator, application, service, stage, first_height, ${columns.join(', ')})
    VALUES (?, ?, ?, ?, ?, ?, ?, ${columns.map(() => '?').join(', ')})
    ON CONFLICT DO UPDATE SET stage = excluded.stage, ${columns.map((name) => `${name} = coalesce(excluded.${name}, ${name})`).join(', ')}`)
  const addMovement = db.prepare(`
    INSERT INTO movements (network, height, position, address, delta_upokt, kind, tx_hash, operator, application, service, session_end_height, op_reason, time_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  const addTx = db.prepare('INSERT INTO own_txs (network, hash, height, failed, messages) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const dayOf = db
    .prepare<[string, string, number], string>('SELECT upokt FROM reward_days WHERE network = ? AND address = ? AND day_start_ms = ?')
    .pluck()
  const putDay = db.prepare<[string, string, number, string]>(
    'INSERT INTO reward_days VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET upokt = excluded.upokt',
  )

  /** @returns whether the row is new */
  const insertMovement = (row: MovementRow): boolean => {
    const { claim } = row
    return (
      addMovement.run(
        row.network,
        row.height,
        row.position,
        names.idOf(row.address),
        row.deltaUpokt.toString(),
        row.kind,
        row.txHash ?? null,
        claim ? names.idOf(claim.operatorAddress) : null,
        claim ? names.idOf(claim.applicationAddress) : null,
        claim ? names.idOf(claim.serviceId) : null,
        claim ? claim.sessionEndHeight : null,
        claim ? names.idOf(claim.opReason) : null,
        row.timeMs,
      ).changes > 0
    )
  }

  const mergeClaim = (claims: Map<string, GrowingClaim>, claim: ClaimChange, height: number): void => {
    const operator = names.idOf(claim.operatorAddress)
    const application = names.idOf(claim.applicationAddress)
    const service = names.idOf(claim.serviceId)
    const key = `${claim.sessionEndHeight}/${operator}/${application}/${service}`
    const known = claims.get(key)
    if (!known) {
      claims.set(key, { change: claim, operator, application, service, firstHeight: height })
      return
    }
    // Later blocks replace what they say and keep what they leave out, as the statement does with a row on disk.
    const merged = { ...known.change, stage: claim.stage }
    for (const [, field] of CLAIM_FIELDS) if (claim[field] !== undefined) Object.assign(merged, { [field]: claim[field] })
    known.change = merged
  }

  return {
    insert(network, blocks) {
      const claims = new Map<string, GrowingClaim>()
      const days = new Map<string, GrowingDay>()
      for (const block of blocks) {
        for (const claim of block.claims) mergeClaim(claims, claim, block.height)
        for (const row of block.movements) {
          // Only a row that is new may count, or a block read twice would count twice.
          if (insertMovement(row) && row.kind === 'reward') addToDay(days, row)
        }
        for (const tx of block.txs ?? []) addTx.run(network, tx.hash, block.height, tx.failed ? 1 : 0, JSON.stringify(tx.messages))
      }
      for (const { change, operator, application, service, firstHeight } of claims.values()) {
        const values = CLAIM_FIELDS.map(([, field]) => stored(change[field]))
        putClaim.run(network, change.sessionEndHeight, operator, application, service, change.stage, firstHeight, ...values)
      }
      for (const { address, dayStartMs, upokt } of days.values()) {
        const before = BigInt(dayOf.get(network, address, dayStartMs) ?? 0)
        putDay.run(network, address, dayStartMs, (before + upokt).toString())
      }
    },
    failed: () => names.forget(),
  }
}

/** Amounts are decimal text on disk: exact at any size. */
const stored = (value: string | number | bigint | undefined): string | number | null =>
  value === undefined ? null : typeof value === 'bigint' ? value.toString() : value

function addToDay(days: Map<string, GrowingDay>, row: MovementRow): void {
  const dayStartMs = Math.floor(row.timeMs / DAY_MS) * DAY_MS
  const key = `${dayStartMs}/${row.address}`
  const day = days.get(key)
  if (day) day.upokt += row.deltaUpokt
  else days.set(key, { address: row.address, dayStartMs, upokt: row.deltaUpokt })
}
