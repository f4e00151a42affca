import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { APPLICATION_ID } from '#main/adapters/sqlite/header.ts'
import { expectedSchema, schemaOf } from '#main/adapters/sqlite/migrate.ts'
import { MIGRATIONS } from '#main/adapters/sqlite/migrations/index.ts'
import { temporaryFolder } from '#test/adapters/sqlite/open-test-store.ts'

const SCHEMAS = join(import.meta.dirname, '../fixtures/schemas')
const STEPS = join(import.meta.dirname, '../../main/adapters/sqlite/migrations')
const padded = (version: number): string => String(version).padStart(4, '0')
const snapshot = (version: number): string => readFileSync(join(SCHEMAS, `${padded(version)}.sql`), 'utf8')

describe('the list of steps', () => {
  test('is in strict order and holds every file of the folder', () => {
    const versions = MIGRATIONS.map((step) => step.version)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
    const files = readdirSync(STEPS).filter((name) => !['index.ts', 'migration.ts'].includes(name))
    expect(files.sort()).toEqual(MIGRATIONS.map((step) => `${padded(step.version)}-${step.name}.ts`))
  })

  test('has a recorded schema for every version, and nothing else is recorded', () => {
    expect(readdirSync(SCHEMAS).sort()).toEqual(MIGRATIONS.map((step) => `${padded(step.version)}.sql`))
  })
})

describe.each(MIGRATIONS.map((step, index) => [step.version, index] as const))('version %i', (version, index) => {
  test('still makes the schema that was released', () => {
    expect(existsSync(join(SCHEMAS, `${padded(version)}.sql`))).toBe(true)
    expect(expectedSchema(MIGRATIONS.slice(0, index + 1))).toBe(snapshot(version))
  })

  test('a store with the released schema, opened by this program, ends like a fresh one', async () => {
    const folder = temporaryFolder()
    const old = new Database(join(folder, 'old.db'))
    old.exec(snapshot(version))
    old.pragma(`application_id = ${APPLICATION_ID}`)
    old.pragma(`user_version = ${version}`)
    old.close()
    const upgraded = await openDatabase(join(folder, 'old.db'), 1_790_000_000_000)
    const fresh = await openDatabase(join(folder, 'fresh.db'), 1_790_000_000_000)
    expect(schemaOf(upgraded.db)).toBe(schemaOf(fresh.db))
    expect(upgraded.opened).toMatchObject({ fromVersion: version, version: MIGRATIONS.at(-1)?.version })
    upgraded.db.close()
    fresh.db.close()
  })
})
