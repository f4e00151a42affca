import type Database from 'better-sqlite3'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { BlockRows, Cursor, MovementRow, WatchedAddress } from '#main/core/ports/store.ts'
import { CLAIM_COLUMNS, storeClaim, storeMovement, type StoredClaim, type StoredMovement } from './ledger-rows.ts'
import type { SyncStore } from './protocol.ts'

export const DAY_MS = 86_400_000

interface StoredWatched {
  network: string
  address: string
  label: string
  since_height: number
  opening_upokt: string
}

/** What is read from a chain: one transaction per block, keyed so that reading a block twice changes nothing. */
export function ledgerWrites(db: Database.Database): Pick<SyncStore, 'cursor' | 'setCursor' | 'applyBlock' | 'watched' | 'putWatched'> {
  const cursor = db.prepare<[string], Cursor>('SELECT * FROM cursors WHERE network = ?')
  const setCursor = db.prepare<Cursor>(
    'INSERT INTO cursors VALUES (@network, @height, @hash) ON CONFLICT DO UPDATE SET height = excluded.height, hash = excluded.hash',
  )
  const names = ['network', 'session_end_height', 'key', 'operator_address', 'application_address', 'service_id', 'stage', ...CLAIM_COLUMNS]
  const putClaim = db.prepare<StoredClaim>(`
    INSERT INTO claims (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})
    ON CONFLICT DO UPDATE SET stage = excluded.stage, ${CLAIM_COLUMNS.map((name) => `${name} = coalesce(excluded.${name}, ${name})`).join(', ')}`)
  const addMovement = db.prepare<StoredMovement>(`
    INSERT INTO movements VALUES (@network, @address, @height, @position, @delta_upokt, @kind, @tx_hash, @claim_key, @operator_address, @application_address,
      @service_id, @session_end_height, @op_reason, @time_ms)
    ON CONFLICT DO NOTHING`)
  const dayOf = db.prepare<[string, string, number], { upokt: string }>(
    'SELECT upokt FROM reward_days WHERE network = ? AND address = ? AND day_start_ms = ?',
  )
  const putDay = db.prepare<[string, string, number, string]>(
    'INSERT INTO reward_days VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET upokt = excluded.upokt',
  )
  const watched = db.prepare<[string], StoredWatched>('SELECT * FROM watched WHERE network = ? ORDER BY since_height, address')
  const putWatched = db.prepare<StoredWatched>(`
    INSERT INTO watched VALUES (@network, @address, @label, @since_height, @opening_upokt) ON CONFLICT DO UPDATE SET label = excluded.label`)

  const addToDay = (row: MovementRow): void => {
    const day = Math.floor(row.timeMs / DAY_MS) * DAY_MS
    const before = BigInt(dayOf.get(row.network, row.address, day)?.upokt ?? 0)
    putDay.run(row.network, row.address, day, (before + row.deltaUpokt).toString())
  }

  const insert = (block: BlockRows): void => {
    for (const claim of block.claims) putClaim.run(storeClaim(claim))
    for (const row of block.movements) {
      // Only a row that is new may count, or a block read twice would count twice.
      if (addMovement.run(storeMovement(row)).changes > 0 && row.kind === 'reward') addToDay(row)
    }
  }

  return {
    cursor: (network) => cursor.get(network),
    setCursor: (row) => void setCursor.run({ network: row.network, height: row.height, hash: row.hash }),
    applyBlock(block) {
      requireOneBlock(block)
      db.transaction(() => {
        const at = cursor.get(block.network)
        if (!at) throw new Error(`no cursor for ${block.network}`)
        if (block.height <= at.height) return
        if (block.height !== at.height + 1) throw new Error(`gap: block ${block.height} after ${at.height}`)
        insert(block)
        faultPoint('store.block.before-cursor')
        setCursor.run({ network: block.network, height: block.height, hash: block.hash })
        faultPoint('store.block.before-commit')
      }).immediate()
      faultPoint('store.block.after-commit')
    },
    watched: (network) => watched.all(network).map(readWatched),
    putWatched: (row) =>
      void putWatched.run({
        network: row.network,
        address: row.address,
        label: row.label,
        since_height: row.sinceHeight,
        opening_upokt: row.openingUpokt.toString(),
      }),
  }
}

/** Every row of a block must belong to it: a row of another height would be outside the protection of the cursor. */
function requireOneBlock(block: BlockRows): void {
  const stray =
    block.movements.find((row) => row.network !== block.network || row.height !== block.height) ??
    block.claims.find((row) => row.network !== block.network)
  if (stray) throw new Error(`block ${block.height} of ${block.network} holds a row of another block`)
}

const readWatched = (row: StoredWatched): WatchedAddress => ({
  network: row.network,
  address: row.address,
  label: row.label,
  sinceHeight: row.since_height,
  openingUpokt: BigInt(row.opening_upokt),
})
