import { describe, expect, test } from 'vitest'
import { packFile, unpackFile } from '#main/adapters/docker/archive.ts'

const owner = { mode: 0o640, uid: 1025, gid: 1026, mtimeMs: 1_700_000_000_999 }
const textAt = (archive: Buffer, at: number, length: number): string => archive.toString('latin1', at, at + length).replace(/[\0 ]+$/, '')

describe('packFile', () => {
  test('writes name, mode, owner, size and time where POSIX wants them, in octal', () => {
    const archive = packFile('config.toml', Buffer.from('hello'), owner)
    expect(textAt(archive, 0, 100)).toBe('config.toml')
    expect([textAt(archive, 100, 8), textAt(archive, 108, 8), textAt(archive, 116, 8)]).toEqual(['0000640', '0002001', '0002002'])
    expect(textAt(archive, 124, 12)).toBe('00000000005')
    expect(Number.parseInt(textAt(archive, 136, 12), 8)).toBe(1_700_000_000)
    expect(archive.toString('latin1', 156, 157)).toBe('0')
    expect(archive.toString('latin1', 257, 265)).toBe('ustar\u000000')
  })

  test('the checksum is the sum of the header with eight spaces in its place', () => {
    const archive = packFile('a', Buffer.from('hello'), owner)
    const header = Buffer.from(archive.subarray(0, 512))
    const written = Number.parseInt(header.toString('latin1', 148, 154), 8)
    header.write('        ', 148)
    expect(written).toBe(header.reduce((sum, byte) => sum + byte, 0))
  })

  test('is filled up to whole blocks and ended by two empty ones', () => {
    for (const [size, blocks] of [
      [0, 3],
      [1, 4],
      [512, 4],
      [513, 5],
    ] as const) {
      const archive = packFile('a', Buffer.alloc(size, 7), owner)
      expect(archive.length, `${size} bytes`).toBe(blocks * 512)
      expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true)
    }
  })

  test('refuses a name that does not fit, and none', () => {
    expect(() => packFile('n'.repeat(101), Buffer.alloc(0), owner)).toThrow(/too long/)
    expect(() => packFile('', Buffer.alloc(0), owner)).toThrow(/no file name/)
    expect(packFile('n'.repeat(100), Buffer.alloc(0), owner)).toHaveLength(1536)
  })
})

describe('unpackFile', () => {
  test('gives back what was packed', () => {
    for (const size of [0, 1, 511, 512, 513, 5_000]) {
      const content = Buffer.from(Array.from({ length: size }, (_, at) => at % 251))
      expect(unpackFile(packFile('f', content, owner))).toEqual(content)
    }
  })

  test('skips the extended header that describes the file', () => {
    const extended = packFile('PaxHeaders/f', Buffer.from('30 mtime=1700000000.123456789\n'), owner).subarray(0, 1024)
    extended.write('x', 156)
    expect(unpackFile(Buffer.concat([extended, packFile('f', Buffer.from('content'), owner)]))?.toString()).toBe('content')
  })

  test('a folder or a link is no file, even when a file follows', () => {
    for (const type of ['5', '2']) {
      const other = packFile('d', Buffer.alloc(0), owner).subarray(0, 512)
      other.write(type, 156)
      expect(unpackFile(Buffer.concat([other, packFile('d/f', Buffer.from('content'), owner)]))).toBeUndefined()
    }
    expect(unpackFile(Buffer.alloc(1024))).toBeUndefined()
    expect(unpackFile(Buffer.alloc(0))).toBeUndefined()
  })

  test('half a file is an error, not a shorter file', () => {
    const archive = packFile('f', Buffer.alloc(2_000, 1), owner)
    expect(() => unpackFile(archive.subarray(0, 1_500))).toThrow(/cut off/)
  })
})
