import Database from 'better-sqlite3'
import { chmodSync, existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import type { MetricsStore, SeriesBucket } from '#main/core/ports/metrics.ts'
import { privateFile } from './files.ts'
import { readHeader } from './header.ts'
import type { Opened } from './protocol.ts'

/** "HRTM". */
const METRICS_ID = 0x4852544d
const VERSION = 1
/** Series kept; the one that was written longest ago makes room. */
export const SERIES_KEPT = 1_000
export const LINES_KEPT = 5_000
const LINE_LETTERS = 2_000
const NAME_LETTERS = 120
/** Width of a place in ms and number of places, finest first. */
export const RINGS = { second: [1_000, 3_600], minute: [60_000, 10_080], hour: [3_600_000, 26_304] } as const

const SCHEMA = `
CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, written_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE buckets (
  series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  width_ms INTEGER NOT NULL,
  place INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  count INTEGER NOT NULL,
  sum REAL NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  last REAL NOT NULL,
  PRIMARY KEY (series, width_ms, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE lines (
  source TEXT NOT NULL,
  place INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  stream TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (source, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX lines_by_number ON lines (source, number);
`

type SyncMetrics = {
  [K in keyof Omit<MetricsStore, 'close'>]: (...args: Parameters<MetricsStore[K]>) => Awaited<ReturnType<MetricsStore[K]>>
}

/**
 * Opens the second database, or makes it. One that is damaged, of another version or another program is put away and begun anew: nothing in it is money.
 * Where not even that can be done, figures are kept in memory until the next start.
 */
export function openMetricsDatabase(file: string): { db: Database.Database; opened: Opened } {
  const isThere = existsSync(file)
  const answer = (db: Database.Database, created: boolean): { db: Database.Database; opened: Opened } => ({
    db,
    opened: { created, fromVersion: VERSION, version: VERSION, backup: undefined, remade: created && isThere },
  })
  try {
    if (isThere) return answer(openExisting(file), false)
  } catch {
    // Begun anew below.
  }
  try {
    putAway(file)
    return answer(create(file), true)
  } catch {
    return answer(create(':memory:'), true)
  }
}

function openExisting(file: string): Database.Database {
  const header = readHeader(file)
  if (header.kind !== 'sqlite' || header.applicationId !== METRICS_ID || header.userVersion !== VERSION) throw new Error('not ours')
  const db = new Database(file, { timeout: 5_000 })
  try {
    setUp(db)
    if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('damaged')
    for (const table of ['series', 'buckets', 'lines']) db.prepare(`SELECT 1 FROM ${table}`).get()
    chmodSync(file, 0o600)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function create(file: string): Database.Database {
  // SECURITY: S19
  if (file !== ':memory:') privateFile(file)
  const db = new Database(file)
  setUp(db)
  db.exec(SCHEMA)
  db.pragma(`application_id = ${METRICS_ID}`)
  db.pragma(`user_version = ${VERSION}`)
  return db
}

function setUp(db: Database.Database): void {
  db.pragma('journal_mode = WAL')
  // A power cut may cost the last seconds of figures, and no write waits for the disk.
  db.pragma('synchronous = NORMAL')
  // 1 MB: figures are written once and rarely read.
  db.pragma('cache_size = -1000')
  db.pragma('foreign_keys = ON')
}

/** The file goes; a folder in its place, which we did not make, is only moved. */
function putAway(file: string): void {
  if (existsSync(file) && lstatSync(file).isDirectory()) renameSync(file, `${file}.was-a-folder`)
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** The methods of the port on an open database. */
export function metricsMethods(db: Database.Database): SyncMetrics {
  const findSeries = db.prepare<[string], number>('SELECT id FROM series WHERE name = ?').pluck()
  const addSeries = db.prepare<[string, number]>('INSERT INTO series (name, written_at_ms) VALUES (?, ?)')
  const touch = db.prepare<[number, number]>('UPDATE series SET written_at_ms = ? WHERE id = ?')
  const countSeries = db.prepare<[], number>('SELECT count(*) FROM series').pluck()
  const dropOldest = db.prepare('DELETE FROM series WHERE id = (SELECT id FROM series ORDER BY written_at_ms, id LIMIT 1)')
  // A place of the ring that holds an older round is taken over, one of the same time grows, one of a later round stays.
  const put = db.prepare<Record<string, number>>(`
    INSERT INTO buckets VALUES (@series, @width, @place, @at, 1, @value, @value, @value, @value)
    ON CONFLICT DO UPDATE SET
      count = CASE WHEN at_ms = excluded.at_ms THEN count + 1 ELSE 1 END,
      sum = CASE WHEN at_ms = excluded.at_ms THEN sum + excluded.sum ELSE excluded.sum END,
      min = CASE WHEN at_ms = excluded.at_ms THEN min(min, excluded.min) ELSE excluded.min END,
      max = CASE WHEN at_ms = excluded.at_ms THEN max(max, excluded.max) ELSE excluded.max END,
      last = excluded.last, at_ms = excluded.at_ms
    WHERE excluded.at_ms >= at_ms`)
  const buckets = db.prepare<[number, number, number, number], SeriesBucket>(`
    SELECT at_ms AS atMs, count, sum / count AS mean, min, max, last FROM buckets
    WHERE series = ? AND width_ms = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms`)
  const names = db.prepare<[], string>('SELECT name FROM series ORDER BY name').pluck()
  const newestLine = db.prepare<[string], number>('SELECT coalesce(max(number), 0) FROM lines WHERE source = ?').pluck()
  const putLine = db.prepare<[string, number, number, number, string, string]>('INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?, ?)')
  const lines = db.prepare<[string, number, number], { source: string; number: number; atMs: number; stream: 'out' | 'err'; text: string }>(
    'SELECT source, number, at_ms AS atMs, stream, text FROM lines WHERE source = ? AND number < ? ORDER BY number DESC LIMIT ?',
  )

  const seriesId = (name: string, atMs: number): number => {
    const known = findSeries.get(name)
    if (known !== undefined) return known
    if ((countSeries.get() ?? 0) >= SERIES_KEPT) dropOldest.run()
    return Number(addSeries.run(name, atMs).lastInsertRowid)
  }

  return {
    addPoints(points) {
      db.transaction(() => {
        const touched = new Map<number, number>()
        for (const { name, atMs, value } of points) {
          if (!Number.isFinite(value)) continue
          const series = seriesId(name.slice(0, NAME_LETTERS), atMs)
          touched.set(series, Math.max(touched.get(series) ?? 0, atMs))
          for (const [width, places] of Object.values(RINGS)) {
            const number = Math.floor(atMs / width)
            put.run({ series, width, place: number % places, at: number * width, value })
          }
        }
        for (const [series, atMs] of touched) touch.run(atMs, series)
      }).immediate()
    },
    series({ name, step, fromMs, toMs }) {
      const id = findSeries.get(name)
      return id === undefined ? [] : buckets.all(id, RINGS[step][0], fromMs, toMs)
    },
    seriesNames: () => names.all(),
    addLogLines(added) {
      db.transaction(() => {
        const next = new Map<string, number>()
        for (const line of added) {
          const number = (next.get(line.source) ?? newestLine.get(line.source) ?? 0) + 1
          next.set(line.source, number)
          putLine.run(line.source, number % LINES_KEPT, number, line.atMs, line.stream, line.text.slice(0, LINE_LETTERS))
        }
      }).immediate()
    },
    logLines: ({ source, before, limit }) => lines.all(source, before ?? Number.MAX_SAFE_INTEGER, limit),
  }
}
