import type Database from 'better-sqlite3'

/** Numbers of names as a ledger row holds them. */
export interface Names {
  /** The number of a name, given to it at its first use. Only within a transaction. */
  idOf(text: string): number
  /** The number of a name if it has one. */
  find(text: string): number | undefined
  /** Must be called when a transaction failed: numbers given in it are gone. */
  forget(): void
}

/** Addresses, services and reasons, each written once. A name is never changed or removed, so its number may be remembered. */
export function openNames(db: Database.Database): Names {
  const find = db.prepare<[string], number>('SELECT id FROM names WHERE text = ?').pluck()
  const add = db.prepare<[string]>('INSERT INTO names (text) VALUES (?)')
  const known = new Map<string, number>()
  const look = (text: string): number | undefined => {
    const id = known.get(text) ?? find.get(text)
    if (id !== undefined) known.set(text, id)
    return id
  }
  return {
    idOf(text) {
      const id = look(text)
      if (id !== undefined) return id
      const given = Number(add.run(text).lastInsertRowid)
      known.set(text, given)
      return given
    },
    find: look,
    forget: () => known.clear(),
  }
}
