import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { listBackups, markPath } from '#main/adapters/sqlite/backup.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { MIGRATIONS, type Migration } from '#main/adapters/sqlite/migrations/index.ts'
import { temporaryFolder } from '#test/adapters/sqlite/open-test-store.ts'

const NOW_MS = 1_790_000_000_000
const newest = MIGRATIONS.at(-1)?.version ?? 0
/** What a next release might do: two steps, the first of which rewrites a table that others refer to. */
const NEXT: Migration[] = [
  ...MIGRATIONS,
  {
    version: newest + 10,
    name: 'rewrite-cursors',
    sql: `
      CREATE TABLE cursors_new (network TEXT PRIMARY KEY, height INTEGER NOT NULL, hash TEXT NOT NULL, seen_at_ms INTEGER) STRICT, WITHOUT ROWID;
      INSERT INTO cursors_new SELECT network, height, hash, NULL FROM cursors;
      DROP TABLE cursors;
      ALTER TABLE cursors_new RENAME TO cursors;`,
  },
  { version: newest + 20, name: 'rates', sql: 'CREATE TABLE rates (day INTEGER PRIMARY KEY, usd TEXT NOT NULL) STRICT;' },
]

/** A store of this release with a cursor and a movement that hangs on it. */
async function store(): Promise<string> {
  const file = join(temporaryFolder(), 'hearth.db')
  const { db } = await openDatabase(file, NOW_MS)
  db.exec(`INSERT INTO cursors VALUES ('local', 7, 'H7');
    INSERT INTO names VALUES (1, 'a');
    INSERT INTO movements (network, address, height, position, delta_upokt, kind, time_ms) VALUES ('local', 1, 7, 'tx:0:0', '5', 'transfer', 1);`)
  db.close()
  return file
}

function look(path: string): { version: unknown; movements: unknown; cursor: unknown } {
  const db = new Database(path, { readonly: true })
  const found = {
    version: db.pragma('user_version', { simple: true }),
    movements: db.prepare('SELECT delta_upokt FROM movements').pluck().all(),
    cursor: db.prepare('SELECT height FROM cursors').pluck().get(),
  }
  db.close()
  return found
}

const KEPT = { movements: ['5'], cursor: 7 }
const upgrade = async (file: string, migrations: readonly Migration[] = NEXT) => {
  const { db, opened } = await openDatabase(file, NOW_MS + 1000, migrations)
  db.close()
  return opened
}
const setFault = (fault: ((name: string) => void) | undefined): void => void Reflect.set(globalThis, '__hearthFaultPoint', fault)
const failAt = (point: string): void =>
  setFault((name) => {
    if (name === point) throw new Error(`fault at ${name}`)
  })
afterEach(() => setFault(undefined))

test('copies first, runs every step, checks the schema, takes the mark away', async () => {
  const file = await store()
  let markSeen = ''
  setFault((name) => {
    if (name === 'store.migration.after-mark') markSeen = readFileSync(markPath(file), 'utf8')
  })
  const opened = await upgrade(file)
  expect(opened).toMatchObject({ fromVersion: newest, version: newest + 20 })
  expect(look(opened.backup ?? '')).toEqual({ version: newest, ...KEPT })
  expect(JSON.parse(markSeen)).toEqual({ from: newest, to: newest + 20, backup: opened.backup })
  expect(existsSync(markPath(file))).toBe(false)
  expect(look(file)).toEqual({ version: newest + 20, ...KEPT })
})

test.each([
  ['store.backup.before-check', newest],
  ['store.migration.after-backup', newest],
  ['store.migration.after-mark', newest],
  ['store.migration.before-commit', newest],
  ['store.migration.after-commit', newest + 10],
  ['store.migration.before-unmark', newest + 20],
])('ended at %s: a whole version with all rows, and the next start goes on', async (point, version) => {
  const file = await store()
  failAt(point)
  await expect(upgrade(file)).rejects.toThrow(`fault at ${point}`)
  setFault(undefined)
  expect(look(file)).toEqual({ version, ...KEPT })
  await upgrade(file)
  expect(look(file)).toEqual({ version: newest + 20, ...KEPT })
  expect(existsSync(markPath(file))).toBe(false)
})

test('a step that fails changes nothing and leaves a verified copy', async () => {
  const file = await store()
  const broken = [...MIGRATIONS, { version: newest + 10, name: 'broken', sql: 'DELETE FROM movements; CREATE TABLE settings (x);' }]
  await expect(upgrade(file, broken)).rejects.toThrow(/settings already exists/)
  expect(look(file)).toEqual({ version: newest, ...KEPT })
  expect(look(listBackups(file)[0] ?? '')).toEqual({ version: newest, ...KEPT })
  expect(existsSync(markPath(file))).toBe(true)
})

test('a step that orphans rows is refused', async () => {
  const file = await store()
  const orphaning = [...MIGRATIONS, { version: newest + 10, name: 'orphans', sql: 'DELETE FROM cursors;' }]
  await expect(upgrade(file, orphaning)).rejects.toThrow(/without their parent/)
  expect(look(file)).toEqual({ version: newest, ...KEPT })
})

test('no step runs when the copy cannot be trusted', async () => {
  const file = await store()
  setFault((name) => {
    if (name !== 'store.backup.before-check') return
    const folder = join(file, '..', 'backups')
    for (const copy of readdirSync(folder).filter((entry) => entry.endsWith('.tmp'))) {
      const bytes = readFileSync(join(folder, copy))
      writeFileSync(join(folder, copy), bytes.fill(0xa5, bytes.length - 8192))
    }
  })
  await expect(upgrade(file)).rejects.toMatchObject({ code: 'store-damaged' })
  setFault(undefined)
  expect(look(file)).toEqual({ version: newest, ...KEPT })
})

test('no step runs on a damaged store', async () => {
  const file = await store()
  const bytes = readFileSync(file)
  const page = Math.floor(bytes.length / 8192) * 4096
  writeFileSync(file, bytes.fill(0xa5, page, page + 4096))
  await expect(upgrade(file)).rejects.toMatchObject({ code: 'store-damaged' })
  const after = new Database(file, { readonly: true })
  expect(after.pragma('user_version', { simple: true })).toBe(newest)
  after.close()
})

test('this release refuses what the next one made and leaves every file as it was', async () => {
  const file = await store()
  await upgrade(file)
  const before = readFileSync(file)
  const names = readdirSync(join(file, '..')).sort()
  await expect(openDatabase(file, NOW_MS + 2000)).rejects.toMatchObject({
    code: 'store-newer',
    detail: { version: String(newest + 20), known: String(newest) },
  })
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(join(file, '..')).sort()).toEqual(names)
})
