import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { MIGRATIONS } from '#main/adapters/sqlite/migrations/index.ts'
import { movementSums } from '#main/adapters/sqlite/movement-sums.ts'

/** A record with these movements of one address, one a block from block 1 on, and some of another. */
function record(deltas: readonly string[]): Database.Database {
  const db = new Database(':memory:')
  for (const { sql } of MIGRATIONS) db.exec(sql)
  db.exec("INSERT INTO cursors VALUES ('local', 0, ''); INSERT INTO names (id, text) VALUES (1, 'mine'), (2, 'other')")
  const add = db.prepare(
    "INSERT INTO movements (network, height, position, address, delta_upokt, kind, time_ms) VALUES ('local', ?, 'p', ?, ?, 'reward', 0)",
  )
  deltas.forEach((delta, index) => {
    add.run(index + 1, 1, delta)
    add.run(index + 1, 2, '7')
  })
  return db
}
const oneByOne = (deltas: readonly string[], height: number): bigint =>
  deltas.slice(0, height).reduce((sum, delta) => sum + BigInt(delta), 0n)

const HUGE = '9'.repeat(60)
it.each([
  ['small ones of both signs', Array.from({ length: 400 }, (_, index) => String((index % 2 === 0 ? 1 : -1) * (index * 7_919) ** 2))],
  ['some far beyond 64 bits', ['5', HUGE, '-3', `-${HUGE}`, '12345678901234567890', '8']],
  [
    'all at the edge of what is added inside',
    Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? '9999999999999' : '-999999999999')),
  ],
  ['one letter beyond that edge', ['99999999999999', '-9999999999999', '1']],
  ['zeros in front, which are no plain whole number, and a zero', ['007', '0', '-0', '12']],
  ['nothing at all', []],
])('the sum is that of the rows one by one: %s', (_what, deltas) => {
  const sum = movementSums(record(deltas))
  for (const height of [0, 1, 2, Math.floor(deltas.length / 2), deltas.length, deltas.length + 9])
    expect(sum('local', 'mine', height), `to ${height}`).toBe(oneByOne(deltas, height))
  expect(sum('local', 'other', deltas.length)).toBe(7n * BigInt(deltas.length))
  expect(sum('beta', 'mine', 99)).toBe(0n)
  expect(sum('local', 'nobody', 99)).toBe(0n)
})

it('a row that was altered shows, and one that is no number is refused', () => {
  const db = record(['5', '6'])
  const sum = movementSums(db)
  expect(sum('local', 'mine', 9)).toBe(11n)
  db.exec("UPDATE movements SET delta_upokt = '60' WHERE height = 2 AND address = 1")
  expect(sum('local', 'mine', 9)).toBe(65n)
  for (const garbage of ['6x', '6.0', '1e3', 'six']) {
    db.prepare('UPDATE movements SET delta_upokt = ? WHERE height = 2 AND address = 1').run(garbage)
    expect(() => sum('local', 'mine', 9), garbage).toThrow(/BigInt/)
  }
})
