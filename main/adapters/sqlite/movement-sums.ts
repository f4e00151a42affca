import type Database from 'better-sqlite3'

/**
 * Sums of what moved at an address up to a height, inclusive, in upokt: of the rows themselves, never of something kept, so that a row altered on disk shows.
 * Amounts are decimal text of any size. SQLite adds those of up to 13 letters that are exactly a whole number, about three times faster than rows can be handed out: 900,000 of
 * them stay within its 64 bits, and beyond those it says so. Whatever else there is, and then everything, is added as bigint. Rejects what is no number.
 */
export function movementSums(db: Database.Database): (network: string, address: string, height: number) => bigint {
  const rows = 'FROM movements WHERE network = ? AND address = (SELECT id FROM names WHERE text = ?) AND height <= ?'
  const isPlain = 'length(delta_upokt) <= 13 AND CAST(CAST(delta_upokt AS INTEGER) AS TEXT) = delta_upokt'
  const inEngine = db
    .prepare<[string, string, number], [bigint | null, bigint]>(
      `SELECT sum(CAST(delta_upokt AS INTEGER)) FILTER (WHERE ${isPlain}), count(*) FILTER (WHERE NOT (${isPlain})) ${rows}`,
    )
    .raw()
    .safeIntegers()
  const others = db.prepare<[string, string, number], string>(`SELECT delta_upokt ${rows} AND NOT (${isPlain})`).pluck()
  const all = db.prepare<[string, string, number], string>(`SELECT delta_upokt ${rows}`).pluck()

  // One view of the record for both questions.
  return db.transaction((network: string, address: string, height: number): bigint => {
    let sum: bigint
    let rest = others
    try {
      const [plain, strange] = inEngine.get(network, address, height) ?? [null, 0n]
      sum = plain ?? 0n
      if (strange === 0n) return sum
    } catch (error) {
      if (!(error instanceof Error && /overflow/.test(error.message))) throw error
      sum = 0n
      rest = all
    }
    for (const delta of rest.iterate(network, address, height)) sum += BigInt(delta)
    return sum
  })
}
