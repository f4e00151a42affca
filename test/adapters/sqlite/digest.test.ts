import { createHash } from 'node:crypto'
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { readAhead, sealFile, sealHolds } from '#main/adapters/sqlite/digest.ts'
import { temporaryFolder } from './open-test-store.ts'

const bytes = Buffer.from(Array.from({ length: 3_000_001 }, (_, at) => (at * 31 + (at >> 8)) & 255))
function sealed(isStore: boolean): string {
  const file = join(temporaryFolder(), 'some.db')
  writeFileSync(file, bytes)
  sealFile(file, isStore)
  return file
}
const flip = (file: string, at: number): void => {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 4
  writeFileSync(file, changed)
}

test.each([true, false])('a seal holds for the bytes that were sealed and no others, store: %s', (isStore) => {
  const file = sealed(isStore)
  expect(sealHolds(file)).toBe(true)
  for (const at of [0, 1_500_000, bytes.length - 1]) {
    flip(file, at)
    expect(sealHolds(file)).toBe(false)
  }
  writeFileSync(file, bytes.subarray(0, -1))
  expect(sealHolds(file)).toBe(false)
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(1)]))
  expect(sealHolds(file)).toBe(false)
  writeFileSync(file, bytes)
  expect(sealHolds(file)).toBe(true)
})

test('the seal is what sha256sum reads; of the store it has a sum beside it, and without that sum the digest counts', () => {
  const digest = `${createHash('sha256').update(bytes).digest('hex')}  some.db\n`
  expect(readFileSync(`${sealed(false)}.sha256`, 'utf8')).toBe(digest)
  const file = sealed(true)
  const sum = `# ${bytes.length} ${crc32(bytes).toString(16).padStart(8, '0')}\n`
  expect(readFileSync(`${file}.sha256`, 'utf8')).toBe(sum + digest)
  writeFileSync(`${file}.sha256`, `# garbled\n${digest}`)
  expect(sealHolds(file)).toBe(true)
  flip(file, 7)
  expect(sealHolds(file)).toBe(false)
  writeFileSync(`${file}.sha256`, 'nothing')
  expect(sealHolds(file)).toBeUndefined()
})

test('what was read ahead counts for the file as it was then, and for no other', () => {
  const file = sealed(true)
  readAhead(file)
  expect(sealHolds(file)).toBe(true)
  const { atime, mtime } = statSync(file)
  flip(file, 9)
  // Somebody may set the clock of a file back; when its state changed cannot be set.
  utimesSync(file, atime, mtime)
  expect(sealHolds(file)).toBe(false)
  readAhead(file)
  expect(sealHolds(file)).toBe(false)

  const other = sealed(true)
  readAhead(other)
  flip(`${other}.other`, 9)
  renameSync(`${other}.other`, other)
  expect(sealHolds(other)).toBe(false)
})

test('reading ahead is silent about what is not there or not sealed', () => {
  const file = join(temporaryFolder(), 'some.db')
  readAhead(file)
  writeFileSync(file, bytes)
  readAhead(file)
  expect(sealHolds(file)).toBeUndefined()
})
