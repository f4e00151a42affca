import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { MIGRATIONS } from '#main/adapters/sqlite/migrations/index.ts'
import { openRecords } from '#main/adapters/sqlite/open-records.ts'
import { openStore, restoreStore } from '#main/adapters/sqlite/open-store.ts'
import { explainStoreError } from '#main/adapters/sqlite/sqlite-error.ts'
import { HearthError } from '#shared/api/errors.ts'
import { keptLog, openTestStore, temporaryFolder, testClock } from './open-test-store.ts'

// Real files, synced for real: slow on a busy disk.
vi.setConfig({ testTimeout: 30_000 })

const DAY_MS = 86_400_000
const START_MS = 1_790_000_000_000
const NEWEST = MIGRATIONS.at(-1)?.version ?? 0

/** A closed store that holds one setting, with its daily copy made after it was written. Without its seal it lies there as after a power cut. */
async function filledStore(how: 'sealed' | 'unsealed' = 'unsealed'): Promise<string> {
  const file = join(temporaryFolder(), 'data', 'hearth.db')
  const first = await openStore({ file, clock: testClock(START_MS), log: keptLog() })
  await first.setSetting('k', 'kept')
  await copyOf(file, START_MS + 2 * DAY_MS)
  await first.close()
  expect(existsSync(`${file}.sha256`)).toBe(true)
  if (how === 'unsealed') rmSync(`${file}.sha256`)
  return file
}

const copyOf = (file: string, nowMs: number) =>
  openRecords({ file, metricsFile: `${file}.metrics`, clock: testClock(nowMs), log: keptLog() }).copy('beside')
const open = (file: string, nowMs = START_MS + 2 * DAY_MS) => openStore({ file, clock: testClock(nowMs), log: keptLog() })
const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

async function refusal(file: string): Promise<HearthError> {
  const error = await open(file).then(
    async (store) => {
      await store.close()
      return new Error('it opened')
    },
    (reason: unknown) => reason,
  )
  if (!(error instanceof HearthError)) throw error
  return error
}

describe('a store that cannot be trusted is never replaced by an empty one', () => {
  const damages: [string, string, (file: string) => void][] = [
    ['garbage in the first page', 'not-a-database', (file) => overwrite(file, 0)],
    ['garbage after the header', 'damaged', (file) => overwrite(file, 100)],
    ['garbage in the middle', 'damaged', (file) => overwrite(file, Math.floor(statSync(file).size / 8192) * 4096)],
    ['cut in half', 'damaged', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['emptied', 'not-a-database', (file) => truncateSync(file, 0)],
    ['gone while copies are there', 'missing', (file) => rmSync(file)],
  ]
  const found = damages.flatMap(([what, reason, damage]) => [
    [what, 'unsealed', reason, damage] as const,
    [what, 'sealed', reason === 'damaged' ? 'changed-while-closed' : reason, damage] as const,
  ])
  test.each(found)('%s, %s', async (_what, how, reason, damage) => {
    const file = await filledStore(how)
    damage(file)
    const before = existsSync(file) ? digest(file) : 'none'
    const error = await refusal(file)
    expect(error.code).toBe('store-damaged')
    expect(error.detail).toMatchObject({ reason, file })
    const [newest] = (error.detail.backups ?? '').split('\n')
    expect(newest).toMatch(new RegExp(`backups.hearth-\\d{8}T\\d{9}Z-v${NEWEST}\\.db$`))
    expect(existsSync(file) ? digest(file) : 'none').toBe(before)

    const { movedTo: aside } = await restoreStore({ file, backup: newest ?? '', clock: testClock(), log: keptLog() })
    if (before === 'none') expect(aside).toBeUndefined()
    else expect(digest(aside ?? '')).toBe(before)
    const store = await openTestStore(file, { clock: testClock(START_MS + 2 * DAY_MS) })
    expect(await store.setting('k')).toBe('kept')
  })

  test('another program’s database is left alone', async () => {
    const file = join(temporaryFolder(), 'hearth.db')
    const other = new Database(file)
    other.exec('CREATE TABLE notes (text)')
    other.close()
    const before = digest(file)
    expect(await refusal(file)).toMatchObject({ code: 'store-damaged', detail: { reason: 'other-program' } })
    expect(digest(file)).toBe(before)
  })

  test('a changed schema is found', async () => {
    const file = await filledStore()
    const db = new Database(file)
    db.exec('ALTER TABLE settings ADD COLUMN extra TEXT')
    db.close()
    expect(await refusal(file)).toMatchObject({ code: 'store-damaged', detail: { reason: 'schema-differs' } })
  })

  test('a store of a newer program is refused and not touched, even when its version is still in the log', async () => {
    const file = await filledStore()
    const db = new Database(file)
    db.pragma('wal_autocheckpoint = 0')
    db.pragma(`user_version = ${NEWEST + 10}`)
    const folder = temporaryFolder()
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, join(folder, `hearth.db${suffix}`))
    db.close()
    for (const path of [file, join(folder, 'hearth.db')]) {
      const before = [digest(path), existsSync(`${path}-wal`) ? digest(`${path}-wal`) : '']
      expect(await refusal(path)).toMatchObject({ code: 'store-newer', detail: { version: String(NEWEST + 10), known: String(NEWEST) } })
      expect([digest(path), existsSync(`${path}-wal`) ? digest(`${path}-wal`) : '']).toEqual(before)
    }
  })

  test('a folder in its place, or a file that is no database', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'hearth.db'))
    expect(await refusal(join(folder, 'hearth.db'))).toMatchObject({ code: 'store-damaged' })
    writeFileSync(join(folder, 'text.db'), 'x'.repeat(5000))
    expect(await refusal(join(folder, 'text.db'))).toMatchObject({ code: 'store-damaged', detail: { reason: 'not-a-database' } })
  })
})

describe('restore', () => {
  test('takes the log files of the old store away too, so that they are not replayed into the copy', async () => {
    const file = await filledStore()
    const [backup] = readdirSync(join(dirname(file), 'backups'))
      .filter((name) => name.endsWith('.db'))
      .sort()
      .reverse()
    const db = new Database(file)
    db.pragma('wal_autocheckpoint = 0')
    db.prepare("UPDATE settings SET value = 'wrong'").run()
    const wal = readFileSync(`${file}-wal`)
    db.close()
    writeFileSync(`${file}-wal`, wal)
    const { movedTo: aside } = await restoreStore({
      file,
      backup: join(dirname(file), 'backups', backup ?? ''),
      clock: testClock(),
      log: keptLog(),
    })
    expect(existsSync(`${aside}-wal`)).toBe(true)
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(await (await openTestStore(file, { clock: testClock(START_MS + 2 * DAY_MS) })).setting('k')).toBe('kept')
  })

  test('a bad copy changes nothing', async () => {
    const file = await filledStore()
    const before = digest(file)
    const bad = join(dirname(file), 'bad.db')
    copyFileSync(file, bad)
    overwrite(bad, 8192)
    await expect(restoreStore({ file, backup: bad, clock: testClock(), log: keptLog() })).rejects.toMatchObject({ code: 'store-damaged' })
    await expect(restoreStore({ file, backup: `${bad}x`, clock: testClock(), log: keptLog() })).rejects.toMatchObject({
      code: 'store-damaged',
    })
    expect(digest(file)).toBe(before)
    expect(await (await openTestStore(file, { clock: testClock(START_MS + 2 * DAY_MS) })).setting('k')).toBe('kept')
  })
})

describe('keeping', () => {
  test('file 0600 in a folder 0700, copies too, and modes are put right', async () => {
    const folder = join(temporaryFolder(), 'data')
    mkdirSync(folder, { mode: 0o755 })
    const store = await openTestStore(join(folder, 'hearth.db'))
    await store.setSetting('a', 'b')
    await copyOf(store.file, START_MS)
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)
    expect(mode(folder)).toBe('700')
    expect(mode(join(folder, 'backups'))).toBe('700')
    const files = [...readdirSync(folder), ...readdirSync(join(folder, 'backups')).map((name) => `backups/${name}`)].filter(
      (name) => name !== 'backups',
    )
    expect(files.length).toBeGreaterThanOrEqual(5)
    for (const name of files) expect([name, mode(join(folder, name))]).toEqual([name, '600'])
  })

  test('pragmas that the promises rest on', async () => {
    const { db } = await openDatabase(join(temporaryFolder(), 'hearth.db'), START_MS)
    const values = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout', 'application_id', 'user_version', 'auto_vacuum'].map(
      (name) => db.pragma(name, { simple: true }),
    )
    db.close()
    expect(values).toEqual(['wal', 2, 1, 5000, 0x48525448, NEWEST, 2])
  })
})

test('a full disk is told as one', () => {
  const db = new Database(':memory:')
  db.exec('CREATE TABLE a (b)')
  db.pragma('max_page_count = 3')
  const insert = db.prepare('INSERT INTO a VALUES (randomblob(100000))')
  let error: unknown
  try {
    insert.run()
  } catch (caught) {
    error = explainStoreError(caught, 'f')
  }
  db.close()
  expect(error).toMatchObject({ code: 'disk-full', detail: { file: 'f' } })
})

function overwrite(file: string, offset: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, offset, offset + 4096)
  writeFileSync(file, bytes)
}
