import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, type BigIntStats } from 'node:fs'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { removeFile, writeSmallFile } from './files.ts'

/** Read at a time; large enough for the disk, small enough for memory. */
const PIECE_BYTES = 1 << 20

/** Calls `take` with the file's bytes, piece by piece; each piece is overwritten by the next. */
function eachPiece(path: string, take: (piece: Buffer) => void): void {
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  const handle = openSync(path, 'r')
  try {
    for (;;) {
      const count = readSync(handle, piece, 0, PIECE_BYTES, null)
      if (count === 0) return
      take(piece.subarray(0, count))
    }
  } finally {
    closeSync(handle)
  }
}

/** SHA-256 of a file, as hex. */
export function fileDigest(path: string): string {
  const hash = createHash('sha256')
  eachPiece(path, (piece) => hash.update(piece))
  return hash.digest('hex')
}

/** One state of one file: any write, and a file that took its name, makes another. */
function stateOf(path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats = statSync(path, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}

/** What was read ahead, of a file in the state that it had then. */
let ahead: { path: string; state: string; sum: string } | undefined

/**
 * Reads a sealed file ahead of `sealHolds`, which takes the sum if the file is still in the same state: a start reads it while it waits for the lock on its folder to be sure.
 * Changes nothing; what cannot be read is left to whoever opens it.
 */
export function readAhead(path: string): void {
  try {
    if (existsSync(`${path}-wal`) || !existsSync(sealPath(path))) return
    const state = stateOf(path)
    ahead = { path, state, sum: fileSum(path) }
  } catch {
    // Told by the opening.
  }
}

/** Length and CRC-32 of a file: half the time of the digest, and as good against bits that turn over by themselves. */
function fileSum(path: string): string {
  const read = ahead
  // Good once: on a disk that keeps time coarsely a later write may leave the same state.
  ahead = undefined
  if (read?.path === path && read.state === stateOf(path)) return read.sum
  let sum = 0
  eachPiece(path, (piece) => (sum = crc32(piece, sum)))
  return `${statSync(path).size} ${sum.toString(16).padStart(8, '0')}`
}

const sealPath = (path: string): string => `${path}.sha256`

/**
 * Writes down what a database file that is not open holds. SQLite's own check sees a broken page and not a flipped bit in an amount; this sees both.
 * The line is what `sha256sum` writes, so that a user can check a copy without Hearth; it takes no notice of a line that begins with #.
 * @param isStore the file that each start looks at: then its sum is written down, too
 */
export function sealFile(path: string, isStore = false): void {
  writeSmallFile(sealPath(path), `${isStore ? `# ${fileSum(path)}\n` : ''}${fileDigest(path)}  ${basename(path)}\n`)
}

/** @returns whether the file still is what was sealed, by its sum where there is one; undefined when it was not sealed (ended without a close, or a copy of before) */
export function sealHolds(path: string): boolean | undefined {
  if (!existsSync(sealPath(path))) return undefined
  const seal = readFileSync(sealPath(path), 'latin1')
  const sum = /^# (\d+ [0-9a-f]{8})$/m.exec(seal)?.[1]
  if (sum !== undefined) return sum === fileSum(path)
  const sealed = /^([0-9a-f]{64}) /m.exec(seal)?.[1]
  return sealed === undefined ? undefined : sealed === fileDigest(path)
}

/** Takes the seal away: before the first change of the file, so that a seal is never older than what it stands for. */
export function breakSeal(path: string): void {
  if (existsSync(sealPath(path))) removeFile(sealPath(path))
}

/** Removes a copy with its seal. */
export function removeSealed(path: string): void {
  rmSync(path, { force: true })
  rmSync(sealPath(path), { force: true })
}
