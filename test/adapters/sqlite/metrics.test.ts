import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openMetrics } from '#main/adapters/sqlite/open-metrics.ts'
import { keptLog, temporaryFolder } from './open-test-store.ts'

vi.setConfig({ testTimeout: 30_000 })

const point = (atMs: number) => ({ name: 'x', atMs, value: 1 })
const read = { name: 'x', step: 'hour' as const, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }

async function open(file: string) {
  const log = keptLog()
  const { metrics, remade } = await openMetrics({ file, log })
  onTestFinished(() => metrics.close())
  return { metrics, remade, log }
}

async function filled(): Promise<string> {
  const file = join(temporaryFolder(), 'metrics.db')
  const { metrics, remade } = await open(file)
  expect(remade).toBe(false)
  // Many pages, so that damage has something to hit.
  await metrics.addLogLines(
    Array.from({ length: 5_000 }, (_line, index) => ({ source: 's', atMs: index, stream: 'out' as const, text: 'z'.repeat(800) })),
  )
  await metrics.addPoints([point(5)])
  await metrics.close()
  return file
}

test.each<[string, (file: string) => void]>([
  ['garbage', (file) => writeFileSync(file, 'x'.repeat(9_000))],
  ['no bytes', (file) => writeFileSync(file, '')],
  ['cut in half', (file) => truncateSync(file, Math.floor(statSync(file).size / 8_192) * 4_096)],
  ['a broken page', (file) => writeFileSync(file, readFileSync(file).fill(0xa5, 4_096, 3 * 4_096))],
  [
    'another version',
    (file) => {
      const db = new Database(file)
      db.pragma('user_version = 99')
      db.close()
    },
  ],
  [
    'another program’s',
    (file) => {
      const db = new Database(file)
      db.pragma('application_id = 7')
      db.close()
    },
  ],
])('%s: begins anew, says so, and goes on', async (_what, damage) => {
  const file = await filled()
  damage(file)
  const { metrics, remade, log } = await open(file)
  expect(remade).toBe(true)
  expect(log.lines.join('\n')).toContain('begin anew')
  expect(await metrics.series(read)).toEqual([])
  await metrics.addPoints([point(1)])
  expect(await metrics.series(read)).toHaveLength(1)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await metrics.close()
  expect((await open(file)).remade).toBe(false)
})

test('whole ones are kept', async () => {
  const { metrics, remade } = await open(await filled())
  expect(remade).toBe(false)
  expect(await metrics.series(read)).toHaveLength(1)
})

test('a folder in its place is moved, not removed', async () => {
  const file = join(temporaryFolder(), 'metrics.db')
  mkdirSync(file)
  writeFileSync(join(file, 'mine'), 'x')
  const { metrics } = await open(file)
  await metrics.addPoints([point(1)])
  expect(await metrics.series(read)).toHaveLength(1)
  expect(existsSync(join(`${file}.was-a-folder`, 'mine'))).toBe(true)
})

test('where no file can be made, figures live in memory and nothing fails', async () => {
  const { metrics, remade } = await open(join(temporaryFolder(), 'no', 'such', 'folder', 'metrics.db'))
  expect(remade).toBe(false)
  await metrics.addPoints([point(1)])
  expect(await metrics.series(read)).toHaveLength(1)
})

test('damage in the middle of the work: it begins anew without a call that fails', async () => {
  const file = await filled()
  const { metrics, log } = await open(file)
  const size = statSync(file).size
  writeFileSync(file, Buffer.alloc(size, 0xa5), { flag: 'r+' })
  // What is cached can still be read; what is not shows the damage.
  for (let round = 0; round < 50 && !log.lines.join().includes('were damaged'); round += 1) {
    await metrics.logLines({ source: 's', limit: 5_000, before: 5_000 - round })
    await metrics.addPoints([point(round * 3_600_000)])
  }
  expect(log.lines.join('\n')).toContain('were damaged')
  await metrics.addPoints([point(1)])
  expect(await metrics.series(read)).toHaveLength(1)
})
