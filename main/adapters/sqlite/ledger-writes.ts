import type Database from 'better-sqlite3'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { BlockRows, Cursor, WatchedAddress } from '#main/core/ports/store.ts'
import { blockInserter } from './ledger-insert.ts'
import type { SyncStore } from './protocol.ts'

interface StoredWatched {
  network: string
  address: string
  label: string
  since_height: number
  opening_upokt: string
}

/** What is read from a chain: one transaction per block or batch of blocks, keyed so that reading a block twice changes nothing. */
export function ledgerWrites(
  db: Database.Database,
): Pick<SyncStore, 'cursor' | 'setCursor' | 'applyBlock' | 'applyBlocks' | 'watched' | 'putWatched'> {
  const cursor = db.prepare<[string], Cursor>('SELECT * FROM cursors WHERE network = ?')
  const setCursor = db.prepare<Cursor>(
    'INSERT INTO cursors VALUES (@network, @height, @hash) ON CONFLICT DO UPDATE SET height = excluded.height, hash = excluded.hash',
  )
  const inserter = blockInserter(db)
  const watched = db.prepare<[string], StoredWatched>('SELECT * FROM watched WHERE network = ? ORDER BY since_height, address')
  const putWatched = db.prepare<StoredWatched>(`
    INSERT INTO watched VALUES (@network, @address, @label, @since_height, @opening_upokt) ON CONFLICT DO UPDATE SET label = excluded.label`)

  const requireCursor = (network: string): Cursor => {
    const at = cursor.get(network)
    if (!at) throw new Error(`no cursor for ${network}`)
    return at
  }

  /** One transaction; whatever made it fail, no row of it stays. */
  const atomically = (write: () => void): void => {
    try {
      db.transaction(write).immediate()
    } catch (error) {
      inserter.failed()
      throw error
    }
  }

  return {
    cursor: (network) => cursor.get(network),
    setCursor: (row) => void setCursor.run({ network: row.network, height: row.height, hash: row.hash }),
    applyBlock(block) {
      requireOneBlock(block)
      atomically(() => {
        const at = requireCursor(block.network)
        if (block.height <= at.height) return
        if (block.height !== at.height + 1) throw new Error(`gap: block ${block.height} after ${at.height}`)
        inserter.insert(block.network, [block])
        faultPoint('store.block.before-cursor')
        setCursor.run({ network: block.network, height: block.height, hash: block.hash })
        faultPoint('store.block.before-commit')
      })
      faultPoint('store.block.after-commit')
    },
    applyBlocks(batch) {
      let last = batch.fromHeight - 1
      for (const block of batch.blocks) {
        requireOneBlock(block)
        if (block.network !== batch.network || block.height <= last || block.height > batch.toHeight)
          throw new Error(`block ${block.height} of ${block.network} has no place in ${batch.fromHeight} to ${batch.toHeight}`)
        last = block.height
      }
      atomically(() => {
        const at = requireCursor(batch.network)
        if (batch.toHeight <= at.height) return
        if (batch.fromHeight > at.height + 1) throw new Error(`gap: block ${batch.fromHeight} after ${at.height}`)
        inserter.insert(
          batch.network,
          batch.blocks.filter((block) => block.height > at.height),
        )
        setCursor.run({ network: batch.network, height: batch.toHeight, hash: batch.toHash })
        faultPoint('store.blocks.before-commit')
      })
      faultPoint('store.blocks.after-commit')
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
