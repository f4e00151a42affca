import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { listBackups } from '#main/adapters/sqlite/backup.ts'
import { copyStore } from '#main/adapters/sqlite/copy.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { sealFile } from '#main/adapters/sqlite/digest.ts'
import { openStoreCured } from '#main/adapters/sqlite/open-or-cure.ts'
import { cureStore } from '#main/adapters/sqlite/restore.ts'
import { HearthError } from '#shared/api/errors.ts'
import { compareRows, readRows } from './file-rows.ts'
import { keptLog, temporaryFolder, testClock } from './open-test-store.ts'
import { filledFile, LATER_MS, NOW_MS, type FilledFile } from './filled-file.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Numbers that look random and are the same at every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A copy of the filled store in a folder of its own, to be spoilt. */
function spoilable(filled: FilledFile, how: { sealed: boolean; copies: boolean }): string {
  const file = join(temporaryFolder(), 'hearth.db')
  copyFileSync(filled.file, file)
  if (how.sealed) sealFile(file)
  if (how.copies) {
    mkdirSync(join(dirname(file), 'backups'))
    for (const name of readdirSync(join(dirname(filled.file), 'backups')))
      copyFileSync(join(dirname(filled.file), 'backups', name), join(dirname(file), 'backups', name))
  }
  return file
}

async function refusal(file: string): Promise<HearthError | undefined> {
  try {
    const { db } = await openDatabase(file, LATER_MS)
    db.close()
    return undefined
  } catch (error) {
    if (error instanceof HearthError) return error
    throw error
  }
}

/** What a cure must not lose: everything but what is read from the chain again above the copy's height, and the note of the cure itself. */
const withoutNote = (rows: string[]): string[] => rows.filter((row) => !row.includes('store-restored'))
const ofWishes = (rows: string[]): string[] =>
  withoutNote(rows).filter((row) => /^(settings|nodes|chains|intents|activity|relay_results) /.test(row))
const ofLedger = (rows: string[]): string[] => rows.filter((row) => /^(claims|movements|reward_days|cursors|names|watched) /.test(row))

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(Math.floor(at / 8)) ^ (1 << (at % 8)), Math.floor(at / 8))
  writeFileSync(file, bytes)
}

describe('a bit turned over at 200 places of a closed store', () => {
  test('is seen every time; with a copy nothing that only Hearth knows is lost and the ledger is that of the copy', async () => {
    const filled = await filledFile()
    const random = seeded(20_260_101)
    const bits = readFileSync(filled.file).length * 8
    let seenBySqlite = 0
    let said = 0
    for (let round = 0; round < 200; round += 1) {
      const at = Math.floor(random() * bits)
      const file = spoilable(filled, { sealed: true, copies: true })
      flip(file, at)
      const spoilt = createHash('sha256').update(readFileSync(file)).digest('hex')
      const error = await refusal(file)
      expect(error, `bit ${at}`).toMatchObject({ code: 'store-damaged' })
      expect(['changed-while-closed', 'not-a-database'], `bit ${at}`).toContain(error?.detail['reason'])
      expect(createHash('sha256').update(readFileSync(file)).digest('hex'), `bit ${at}`).toBe(spoilt)

      const cured = cureStore(file, LATER_MS, error ?? new HearthError('internal'), [undefined])
      expect(
        createHash('sha256')
          .update(readFileSync(cured.movedTo ?? ''))
          .digest('hex'),
        `bit ${at}`,
      ).toBe(spoilt)
      const { db } = await openDatabase(file, LATER_MS)
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      db.close()
      const rows = readRows(file)
      expect(ofLedger(rows), `bit ${at}`).toEqual(ofLedger(filled.copyRows))
      for (const { table, complete } of cured.salvaged) {
        const of = (all: string[]): string[] => withoutNote(all).filter((row) => row.startsWith(`${table} `))
        if (complete) {
          // A bit inside a text that only the damaged file has cannot be told from the truth: at most that one row differs. None is gone.
          const { missing, extra } = compareRows(of(filled.rows), of(rows))
          expect([extra, missing <= 1], `${table}, bit ${at}`).toEqual([missing, true])
        } else {
          // What could not be read is said, and what the copy has is there.
          said += 1
          expect(compareRows(of(filled.copyRows), of(rows)).missing, `${table}, bit ${at}`).toBeLessThanOrEqual(1)
        }
      }
      const isWhole = cured.salvaged.some(({ table, complete }) => table === 'intents' && complete)
      for (const id of isWhole ? ['before', 'after'] : ['before'])
        expect(
          rows.some((row) => row.startsWith('intents') && row.includes(`"${id}"`)),
          `${id}, bit ${at}`,
        ).toBe(true)
      const unsealed = spoilable(filled, { sealed: false, copies: false })
      flip(unsealed, at)
      if ((await refusal(unsealed)) !== undefined) seenBySqlite += 1
    }
    // Why there is a seal: SQLite's own check sees what breaks its pages and not what is written in them.
    expect(seenBySqlite).toBeGreaterThan(0)
    expect(seenBySqlite).toBeLessThan(150)
    // Most bits cost no row at all.
    expect(said).toBeLessThan(60)
  })
})

describe('cut off at any length', () => {
  test('is seen and cured', async () => {
    const filled = await filledFile()
    const { length } = readFileSync(filled.file)
    const random = seeded(7)
    for (const size of [
      0,
      1,
      99,
      100,
      512,
      4096,
      length - 4096,
      length - 1,
      ...Array.from({ length: 12 }, () => Math.floor(random() * length)),
    ]) {
      const file = spoilable(filled, { sealed: size % 2 === 0, copies: true })
      truncateSync(file, size)
      const error = await refusal(file)
      expect(error?.code, `${size} bytes`).toBe('store-damaged')
      cureStore(file, LATER_MS, error ?? new HearthError('internal'), [undefined])
      expect(await refusal(file), `${size} bytes`).toBeUndefined()
      expect(ofLedger(readRows(file)), `${size} bytes`).toEqual(ofLedger(filled.copyRows))
    }
  })
})

describe('what a cure takes over', () => {
  const damageLedger = (file: string): void => {
    const db = new Database(file)
    const page = Number(db.prepare("SELECT pageno FROM dbstat WHERE name = 'movements' ORDER BY pageno DESC LIMIT 1").pluck().get())
    db.close()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0xa5, (page - 1) * 4096, page * 4096))
  }

  test('with a copy: payments, wishes and journals of the damaged file, the ledger of the copy', async () => {
    const filled = await filledFile()
    const file = spoilable(filled, { sealed: false, copies: true })
    damageLedger(file)
    const log = keptLog()
    const { store, notice } = await openStoreCured({ file, clock: testClock(LATER_MS), log })
    expect(notice).toBe('store-restored')
    expect((await store.intents('mainnet')).map((row) => [row.id, row.status])).toEqual([
      ['before', 'included'],
      ['after', 'broadcast'],
    ])
    expect(await store.setting('added-later')).toBe('yes')
    expect(await store.nodes('mainnet')).toEqual([])
    expect((await store.cursor('mainnet'))?.height).toBe(filled.copyHeight)
    expect(JSON.parse((await store.setting('store-restored')) ?? '')).toMatchObject({ atMs: LATER_MS })
    await store.close()
    expect(ofWishes(readRows(file))).toEqual(ofWishes(filled.rows))
    expect(log.lines.join('\n')).toContain('the store was cured')
  })

  test('without a copy: every row that can be read, and the sentence says that it is not all', async () => {
    const filled = await filledFile()
    const file = spoilable(filled, { sealed: false, copies: false })
    damageLedger(file)
    const { store, notice } = await openStoreCured({ file, clock: testClock(LATER_MS), log: keptLog() })
    expect(notice).toBe('store-salvaged')
    await store.close()
    const rows = readRows(file)
    expect(ofWishes(rows)).toEqual(ofWishes(filled.rows))
    const { missing, extra } = compareRows(ofLedger(filled.rows), ofLedger(rows))
    expect(extra).toBe(0)
    expect(missing).toBeGreaterThan(0)
    expect(missing).toBeLessThan(100)
    expect(readdirSync(join(dirname(file), 'set-aside')).some((name) => name.endsWith('.db'))).toBe(true)
  })

  test('a payment never goes back, and one whose bytes do not fit its hash is not believed', async () => {
    const filled = await filledFile()
    const file = spoilable(filled, { sealed: false, copies: true })
    const db = new Database(file)
    db.exec("UPDATE intents SET status = 'signed' WHERE id = 'before'; UPDATE intents SET tx = x'00' WHERE id = 'after'")
    db.close()
    damageLedger(file)
    const { store, notice } = await openStoreCured({ file, clock: testClock(LATER_MS), log: keptLog() })
    expect(notice).toBe('store-restored-partly')
    expect((await store.intents('mainnet')).map((row) => [row.id, row.status])).toEqual([['before', 'included']])
    await store.close()
  })

  test('a chain that was removed after the copy does not come back with it', async () => {
    const filled = await filledFile({ removeLocal: true })
    const file = spoilable(filled, { sealed: false, copies: true })
    damageLedger(file)
    const { store } = await openStoreCured({ file, clock: testClock(LATER_MS), log: keptLog() })
    expect(await store.cursor('local')).toBeUndefined()
    expect(await store.chain('local')).toBeUndefined()
    expect(await store.movements({ network: 'local', limit: 5 })).toEqual([])
    await store.close()
  })

  test('a bad copy is passed over for an older good one', async () => {
    const filled = await filledFile()
    const file = spoilable(filled, { sealed: false, copies: true })
    const [good = ''] = listBackups(file)
    const newer = good.replace(/\d{8}T/, '20991231T')
    copyFileSync(good, newer)
    flip(newer, 8 * 9_000)
    writeFileSync(`${newer}.sha256`, readFileSync(`${good}.sha256`))
    damageLedger(file)
    const { store } = await openStoreCured({ file, clock: testClock(LATER_MS), log: keptLog() })
    expect(JSON.parse((await store.setting('store-restored')) ?? '')).toMatchObject({ from: good.split('/').at(-1) })
    await store.close()
  })
})

describe('what is not cured is said, and left as it is', () => {
  const cases: [string, string, (file: string) => void][] = [
    ['no bytes and no copy', 'not-a-database', (file) => writeFileSync(file, '')],
    ['text and no copy', 'not-a-database', (file) => writeFileSync(file, 'x'.repeat(5_000))],
    ['a folder', 'not-a-file', (file) => mkdirSync(file)],
    [
      'another program’s database',
      'other-program',
      (file) => {
        const db = new Database(file)
        db.exec('CREATE TABLE notes (text)')
        db.close()
      },
    ],
  ]
  test.each(cases)('%s', async (_what, reason, make) => {
    const file = join(temporaryFolder(), 'hearth.db')
    make(file)
    const before = reason === 'not-a-file' ? '' : readFileSync(file).toString('latin1')
    await expect(openStoreCured({ file, clock: testClock(NOW_MS), log: keptLog() })).rejects.toMatchObject({
      code: 'store-damaged',
      detail: { reason },
    })
    if (reason !== 'not-a-file') expect(readFileSync(file).toString('latin1')).toBe(before)
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith('hearth.db'))).toEqual(['hearth.db'])
  })

  test('another program’s database stays even where there are copies, and a newer one stays byte for byte', async () => {
    const filled = await filledFile()
    const other = spoilable(filled, { sealed: false, copies: true })
    rmSync(other)
    const db = new Database(other)
    db.exec('CREATE TABLE notes (text)')
    db.close()
    await expect(openStoreCured({ file: other, clock: testClock(NOW_MS), log: keptLog() })).rejects.toMatchObject({
      detail: { reason: 'other-program' },
    })
    const newer = spoilable(filled, { sealed: false, copies: true })
    const made = new Database(newer)
    made.pragma('user_version = 990')
    made.close()
    sealFile(newer)
    const before = readFileSync(newer)
    await expect(openStoreCured({ file: newer, clock: testClock(NOW_MS), log: keptLog() })).rejects.toMatchObject({ code: 'store-newer' })
    expect(readFileSync(newer).equals(before)).toBe(true)
    expect(existsSync(join(dirname(newer), 'set-aside'))).toBe(false)
  })

  test('held by another program', async () => {
    const filled = await filledFile()
    const file = spoilable(filled, { sealed: false, copies: true })
    const holder = new Database(file)
    holder.pragma('locking_mode = EXCLUSIVE')
    holder.exec('BEGIN EXCLUSIVE')
    await expect(openStoreCured({ file, clock: testClock(NOW_MS), log: keptLog() })).rejects.toMatchObject({ code: 'store-busy' })
    holder.exec('ROLLBACK')
    holder.close()
    const { store, notice } = await openStoreCured({ file, clock: testClock(NOW_MS), log: keptLog() })
    expect(notice).toBeNull()
    await store.close()
  })
})

test('a copy of a store in use is the file that cures it', async () => {
  const { file } = await filledFile()
  const path = await copyStore(
    { file, nowMs: LATER_MS, folder: undefined, daysKept: undefined },
    { throwIfStopped: () => undefined, onProgress: () => undefined },
  )
  expect(listBackups(file)[0]).toBe(path)
})
