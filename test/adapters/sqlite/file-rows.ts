import Database from 'better-sqlite3'

/** Every row of every table as text, sorted, so that two stores can be held against each other. */
export function readRows(file: string): string[] {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all()
    return tables.flatMap((table) =>
      db
        .prepare(`SELECT * FROM "${table}"`)
        .raw()
        .all()
        .map((row) => `${table} ${JSON.stringify(row)}`)
        .sort(),
    )
  } finally {
    db.close()
  }
}

/** Rows of `wanted` that are not in `found`, and the other way round; a row that is there twice counts. */
export function compareRows(wanted: string[], found: string[]): { missing: number; extra: number } {
  const left = [...wanted]
  let extra = 0
  for (const row of found) {
    const at = left.indexOf(row)
    if (at === -1) extra += 1
    else left.splice(at, 1)
  }
  return { missing: left.length, extra }
}
