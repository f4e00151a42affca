import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { MIGRATIONS } from '#main/adapters/sqlite/migrations/index.ts'
import { outdated } from '#main/adapters/sqlite/backup.ts'
import { csvRow } from '#main/adapters/sqlite/export-rows.ts'
import { openRecords } from '#main/adapters/sqlite/open-records.ts'
import { openStoreCured } from '#main/adapters/sqlite/open-or-cure.ts'
import type { Records } from '#main/core/ports/records.ts'
import type { Store } from '#main/core/ports/store.ts'
import { readRows } from './file-rows.ts'
import { crashBlock, crashIntents } from './crash-rows.ts'
import { keptLog, openTestStore, temporaryFolder, testClock } from './open-test-store.ts'

vi.setConfig({ testTimeout: 60_000 })

const DAY_MS = 86_400_000
const START_MS = 1_790_000_000_000

async function inUse(): Promise<{
  store: Store & { file: string }
  records: Records
  clock: ReturnType<typeof testClock>
  folder: string
}> {
  const store = await openTestStore()
  const clock = testClock(START_MS)
  const records = openRecords({ file: store.file, metricsFile: join(dirname(store.file), 'metrics.db'), clock, log: keptLog() })
  await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
  return { store, records, clock, folder: temporaryFolder() }
}

/** Something to copy: a few hundred pages. */
async function fill(store: Store, from: number, to: number): Promise<void> {
  await store.applyBlocks({
    network: 'local',
    fromHeight: from,
    toHeight: to,
    toHash: `HASH${to}`,
    blocks: Array.from({ length: to - from + 1 }, (_block, index) => crashBlock(from + index)),
  })
}

describe('reads and writes beside each other', () => {
  test('a read is answered while a write waits for its turn', async () => {
    const { store } = await inUse()
    await fill(store, 2, 100)
    // As long as this connection writes, no write of the store can begin.
    const slow = new Database(store.file)
    slow.exec('BEGIN IMMEDIATE')
    let written = false
    const write = store.setSetting('k', 'v').then(() => {
      written = true
    })
    expect(await store.claims({ network: 'local', limit: 10 })).toHaveLength(10)
    expect(await store.setting('k')).toBeUndefined()
    expect((await store.cursor('local'))?.height).toBe(100)
    expect((await store.rewardSums('local')).length).toBe(2)
    expect(written).toBe(false)
    slow.exec('ROLLBACK')
    slow.close()
    await write
    expect(await store.setting('k')).toBe('v')
  })

  test('a read sees every write that was answered before', async () => {
    const { store } = await inUse()
    for (let round = 0; round < 200; round += 1) {
      await store.setSetting('n', String(round))
      expect(await store.setting('n')).toBe(String(round))
    }
  })

  test('a store that another program holds for too long says so, and goes on afterwards', async () => {
    const { store } = await inUse()
    const holder = new Database(store.file)
    holder.exec('BEGIN IMMEDIATE')
    await expect(store.setSetting('k', 'v')).rejects.toMatchObject({ code: 'store-busy', detail: { file: store.file } })
    holder.exec('ROLLBACK')
    holder.close()
    await store.setSetting('k', 'w')
    expect(await store.setting('k')).toBe('w')
  })
})

describe('a copy of a store in use', () => {
  test('is as of one moment while blocks go on being written, whole, sealed and private', async () => {
    const { store, records } = await inUse()
    await fill(store, 2, 12_000)
    let height = 12_000
    const copying = { now: true }
    const writing = (async () => {
      while (copying.now) {
        height += 1
        await store.applyBlock(crashBlock(height))
      }
    })()
    const told: number[] = []
    const copy = await records.copy('beside', { onProgress: (done, total) => told.push(done / total) })
    copying.now = false
    await writing
    expect(height).toBeGreaterThan(12_001)
    expect(told.at(-1)).toBe(1)
    // A copy that any write makes begin anew would never end on a fast chain.
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    const path = join(dirname(store.file), 'backups', copy.name)
    const db = new Database(path, { readonly: true })
    const at = Number(db.prepare('SELECT height FROM cursors').pluck().get())
    expect(db.prepare('SELECT max(height), count(*) FROM movements').raw().get()).toEqual([at, 3 * (at - 1)])
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('journal_mode', { simple: true })).toBe('delete')
    db.close()
    expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${copy.name}\n`)
    for (const file of [path, `${path}.sha256`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    await records.check(copy)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(bytes.readUInt8(9_000) ^ 1, 9_000, 9_001))
    await expect(records.check(copy)).rejects.toMatchObject({ code: 'store-damaged', detail: { reason: 'copy-damaged' } })
  })

  test('that is cancelled leaves nothing', async () => {
    const { store, records } = await inUse()
    // So much that it is not done before the word arrives.
    await fill(store, 2, 25_000)
    const stop = new AbortController()
    const copying = records.copy('beside', { signal: stop.signal, onProgress: () => stop.abort() })
    await expect(copying).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(join(dirname(store.file), 'backups'))).toEqual([])
  })

  test('goes to the chosen folder, is listed from there, and each place rotates by itself', async () => {
    const { store, records, clock, folder } = await inUse()
    writeFileSync(join(folder, 'holiday.txt'), 'mine')
    await records.chooseFolder(folder)
    for (let day = 0; day < 18; day += 1) {
      clock.nowMs = START_MS + day * DAY_MS
      await records.copy('chosen')
      if (day < 8) await records.copy('beside')
    }
    const facts = await records.facts()
    expect(facts).toMatchObject({ chosenFolder: folder, chosenReady: true, folder: dirname(store.file) })
    expect(facts.copies.filter((copy) => copy.chosen)).toHaveLength(14)
    expect(facts.copies.filter((copy) => !copy.chosen)).toHaveLength(5)
    expect(facts.copies[0]).toMatchObject({ chosen: true, atMs: START_MS + 17 * DAY_MS, version: MIGRATIONS.at(-1)?.version })
    expect(facts.backupBytes).toBe(facts.copies.filter((copy) => !copy.chosen).reduce((sum, copy) => sum + copy.bytes, 0))
    expect(readdirSync(folder).filter((name) => name.endsWith('.sha256'))).toHaveLength(14)
    expect(readFileSync(join(folder, 'holiday.txt'), 'utf8')).toBe('mine')
    await records.chooseFolder(undefined)
    expect((await records.facts()).chosenFolder).toBeUndefined()
    await expect(records.copy('chosen')).rejects.toMatchObject({ code: 'folder-invalid' })
  })

  test('that is set aside stays when its day beside the store is over', async () => {
    const { store, records, clock } = await inUse()
    const { path } = await records.setAside()
    expect(dirname(path)).toBe(join(dirname(store.file), 'set-aside'))
    for (let day = 1; day < 9; day += 1) {
      clock.nowMs = START_MS + day * DAY_MS
      await records.copy('beside')
    }
    expect((await records.facts()).copies.map((copy) => copy.name)).not.toContain(basename(path))
    const sum = createHash('sha256').update(readFileSync(path)).digest('hex')
    expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${sum}  ${basename(path)}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const db = new Database(path, { readonly: true })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })

  test('of the same day make room by the day, and the newest three always stay', () => {
    const at = (days: number) => ({ path: String(days), atMs: Date.UTC(2026, 0, 1) + days * DAY_MS, version: 20 })
    const copies = [9.9, 9.8, 9.7, 9.6, 8.5, 8.2, 7, 5, 4, 2].map(at)
    expect(outdated(copies, 5).map((copy) => copy.path)).toEqual(['9.6', '8.2', '2'])
    expect(outdated([], 5)).toEqual([])
  })
})

describe('a folder that was typed', () => {
  const wrong: [string, string, (folder: string, data: string) => string][] = [
    ['not-absolute', 'backups', () => 'backups'],
    ['not-absolute', 'with a NUL', (folder) => `${folder}\0x`],
    ['missing', 'not there', (folder) => join(folder, 'nowhere')],
    ['not-a-folder', 'a file', (folder) => join(folder, 'file')],
    ['inside-data', 'the data folder', (_folder, data) => data],
    ['inside-data', 'under the data folder', (_folder, data) => join(data, 'backups')],
    ['inside-data', 'the data folder by a detour', (_folder, data) => join(data, 'x', '..')],
    ['inside-data', 'the data folder by a link', (folder) => join(folder, 'link')],
  ]
  test.each(wrong)('is refused: %s (%s)', async (reason, _what, path) => {
    const { store, records, folder } = await inUse()
    writeFileSync(join(folder, 'file'), '')
    symlinkSync(dirname(store.file), join(folder, 'link'))
    mkdirSync(join(dirname(store.file), 'backups'))
    const typed = path(folder, dirname(store.file))
    await expect(records.chooseFolder(typed)).rejects.toMatchObject({ code: 'folder-invalid', detail: { reason } })
    await expect(records.export(typed)).rejects.toMatchObject({ code: 'folder-invalid', detail: { reason } })
    expect((await records.facts()).chosenFolder).toBeUndefined()
  })

  test('that goes away later: no copy, a reason, and the copies beside the store stay listed', async () => {
    const { records, folder } = await inUse()
    const stick = join(folder, 'stick')
    mkdirSync(stick)
    await records.chooseFolder(stick)
    await records.copy('beside')
    const { rmdirSync } = await import('node:fs')
    rmdirSync(stick)
    await expect(records.copy('chosen')).rejects.toMatchObject({ code: 'folder-invalid', detail: { reason: 'missing' } })
    expect(await records.facts()).toMatchObject({ chosenFolder: stick, chosenReady: false, copies: [{ chosen: false }] })
    expect(existsSync(stick)).toBe(false)
  })
})

describe('a restore that was asked for', () => {
  test('is done at the next start, keeps the file of now aside, and forgets no payment', async () => {
    const { store, records } = await inUse()
    await fill(store, 2, 20)
    await store.setSetting('colour', 'old')
    const copy = await records.copy('beside')
    await store.setSetting('colour', 'new')
    for (const row of crashIntents()) await store.putIntent(row)
    await records.planRestore(copy)
    expect((await records.facts()).pending).toMatchObject({ name: copy.name })
    expect(await store.setting('colour')).toBe('new')
    const { file } = store
    await store.close()

    const again = await openStoreCured({ file, clock: testClock(START_MS + 1), log: keptLog() })
    expect(again.notice).toBe('store-put-back')
    expect(await again.store.setting('colour')).toBe('old')
    expect(await again.store.intent('i1')).toMatchObject({ status: 'broadcast' })
    expect((await records.facts()).pending).toBeUndefined()
    await again.store.close()
    const [aside = ''] = readdirSync(join(dirname(file), 'set-aside'))
    expect(readRows(join(dirname(file), 'set-aside', aside)).some((row) => row.includes('new'))).toBe(true)
    const third = await openStoreCured({ file, clock: testClock(START_MS + 2), log: keptLog() })
    expect(third.notice).toBeNull()
    await third.store.close()
  })

  test('can be taken back, names only what is listed, and a copy that spoilt meanwhile changes nothing', async () => {
    const { store, records } = await inUse()
    await store.setSetting('colour', 'new')
    const copy = await records.copy('beside')
    for (const name of ['../hearth.db', 'hearth.db', '/etc/passwd', ''])
      await expect(records.planRestore({ name, chosen: false })).rejects.toMatchObject({
        code: 'store-damaged',
        detail: { reason: 'not-a-backup' },
      })
    await expect(records.planRestore({ ...copy, chosen: true })).rejects.toMatchObject({ detail: { reason: 'not-a-backup' } })
    await records.planRestore(copy)
    await records.cancelRestore()
    expect((await records.facts()).pending).toBeUndefined()
    await records.planRestore(copy)
    const { file } = store
    await store.close()
    const path = join(dirname(file), 'backups', copy.name)
    writeFileSync(path, readFileSync(path).subarray(0, 5_000))
    const again = await openStoreCured({ file, clock: testClock(START_MS + 1), log: keptLog() })
    expect(again.notice).toBe('store-put-back-failed')
    expect(await again.store.setting('colour')).toBe('new')
    await again.store.close()
    expect(existsSync(join(dirname(file), 'set-aside'))).toBe(false)
  })
})

describe('the export', () => {
  test('has every row of the moment at which it began, as JSON lines and the claims as a table', async () => {
    const { store, records, folder } = await inUse()
    await fill(store, 2, 2_500)
    for (const row of crashIntents()) await store.putIntent(row)
    const told: [number, number][] = []
    let height = 2_500
    const made = await records.export(folder, {
      onProgress: (done, total) => {
        told.push([done, total])
        height += 1
        void store.applyBlock(crashBlock(height))
      },
    })
    const lines = readFileSync(join(made.folder, 'hearth.jsonl'), 'utf8').trimEnd().split('\n')
    const rows = lines.map((line) => JSON.parse(line) as { table: string; row: Record<string, unknown> })
    expect(rows).toHaveLength(made.rows)
    const count = (table: string): number => rows.filter((row) => row.table === table).length
    expect([count('claims'), count('movements'), count('intents'), count('cursors'), count('reward_days')]).toEqual([2_499, 7_497, 1, 1, 2])
    expect(rows.find((row) => row.table === 'movements')?.row).toMatchObject({
      address: 'owner',
      delta_upokt: '70',
      operator_address: 'op',
    })
    expect(rows.find((row) => row.table === 'intents')?.row).toMatchObject({ tx: { base64: 'Ag==' } })
    const csv = readFileSync(join(made.folder, 'claims.csv'), 'utf8').split('\r\n')
    expect(csv).toHaveLength(2_499 + 2)
    expect(csv[0]).toContain('network,session_end_height,operator_address')
    expect(csv[1]).toContain('0.000100')
    expect(told.length).toBeGreaterThan(5)
    expect(told.at(-1)).toEqual([made.rows, made.rows])
    expect(statSync(made.folder).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('that is cancelled leaves nothing', async () => {
    const { store, records, folder } = await inUse()
    await fill(store, 2, 3_000)
    const stop = new AbortController()
    await expect(records.export(folder, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('keeps names from a public chain out of the formulas of a spreadsheet', () => {
    const row = csvRow({
      service_id: '=HYPERLINK("http://x")',
      reason: 'a, "b"',
      session_end_height: -5,
      claimed_upokt: '1234567',
      settled_upokt: '-5',
    })
    expect(row).toContain(`"'=HYPERLINK(""http://x"")"`)
    expect(row).toContain('"a, ""b"""')
    expect(row).toContain(',-5,')
    expect(row).toContain('1234567,1.234567,-5,-0.000005')
  })
})
