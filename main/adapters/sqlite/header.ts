import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'

/** "HRTH": tells Hearth's file from any other SQLite file. */
export const APPLICATION_ID = 0x48525448

/** What the first page of a database says, read as plain bytes so that looking changes nothing. */
export type Header =
  | { kind: 'absent' }
  | { kind: 'not-a-file' }
  | { kind: 'not-sqlite' }
  | { kind: 'sqlite'; applicationId: number; userVersion: number; isShort: boolean }

const MAGIC = 'SQLite format 3\0'

/**
 * Reads the 100-byte header of an SQLite file (offsets 60 user_version, 68 application_id, big-endian). An empty file counts as none of ours.
 * `isShort`: the file ends before the pages that its header counts (SQLite reads on over a last page that is missing a part).
 */
export function readHeader(file: string): Header {
  if (!existsSync(file)) return { kind: 'absent' }
  if (!statSync(file).isFile()) return { kind: 'not-a-file' }
  const bytes = Buffer.alloc(100)
  const handle = openSync(file, 'r')
  try {
    if (readSync(handle, bytes, 0, 100, 0) < 100) return { kind: 'not-sqlite' }
  } finally {
    closeSync(handle)
  }
  if (bytes.toString('latin1', 0, 16) !== MAGIC) return { kind: 'not-sqlite' }
  // 16 page size (1 = 65,536), 24 change counter, 28 pages, which count when 92 says that they were written with this change.
  const pageBytes = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16)
  const counts = bytes.readUInt32BE(24) === bytes.readUInt32BE(92)
  const isShort = counts && statSync(file).size < bytes.readUInt32BE(28) * pageBytes
  return { kind: 'sqlite', userVersion: bytes.readInt32BE(60), applicationId: bytes.readInt32BE(68), isShort }
}
