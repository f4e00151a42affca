import Database from 'better-sqlite3'
import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import type { Migration } from './migrations/index.ts'

/**
 * Runs the steps above the version of `db`, each in one transaction together with its `user_version`: killed anywhere, the database is at some whole version.
 * Foreign keys are off while a step runs (SQLite cannot change a referenced table otherwise) and checked before it commits.
 */
export function runMigrations(db: Database.Database, migrations: readonly Migration[]): void {
  const from = versionOf(db)
  db.pragma('foreign_keys = OFF')
  for (const migration of migrations) {
    if (migration.version <= from) continue
    db.transaction(() => {
      db.exec(migration.sql)
      db.pragma(`user_version = ${migration.version}`)
      const broken = db.pragma('foreign_key_check') as unknown[]
      if (broken.length > 0) throw new Error(`migration ${migration.version} leaves ${broken.length} rows without their parent`)
      faultPoint('store.migration.before-commit')
    }).immediate()
    faultPoint('store.migration.after-commit')
  }
  db.pragma('foreign_keys = ON')
}

export function versionOf(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/** The schema as text, one statement a line block, in a fixed order and without differences in white space. */
export function schemaOf(db: Database.Database): string {
  const rows = db
    .prepare<[], { type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name",
    )
    .all()
  return rows.map((row) => `${row.sql.replaceAll(/\s+/g, ' ').trim()};\n`).join('')
}

/** What a fresh database of this program looks like. */
export function expectedSchema(migrations: readonly Migration[]): string {
  const db = new Database(':memory:')
  try {
    runMigrations(db, migrations)
    return schemaOf(db)
  } finally {
    db.close()
  }
}

/** Throws `store-damaged` when the schema is not what this program expects of its version. */
export function requireSchema(db: Database.Database, migrations: readonly Migration[], file: string, backups: string[]): void {
  if (schemaOf(db) !== expectedSchema(migrations)) {
    throw new HearthError('store-damaged', { reason: 'schema-differs', file, backups: backups.join('\n').slice(0, 600) })
  }
}
