import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { removeFile, writeSmallFile } from './files.ts'

/** Read at a time; large enough for the disk, small enough for memory. */
const PIECE_BYTES = 1 << 20

/** SHA-256 of a file, as hex. */
export function fileDigest(path: string): string {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  const handle = openSync(path, 'r')
  try {
    for (;;) {
      const count = readSync(handle, piece, 0, PIECE_BYTES, null)
      if (count === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, count))
    }
  } finally {
    closeSync(handle)
  }
}

const sealPath = (path: string): string => `${path}.sha256`

/**
 * Writes down what a database file that is not open holds. SQLite's own check sees a broken page and not a flipped bit in an amount; this sees both.
 * The line is what `sha256sum` writes, so that a user can check a copy without Hearth.
 */
export function sealFile(path: string): void {
  writeSmallFile(sealPath(path), `${fileDigest(path)}  ${basename(path)}\n`)
}

/** @returns whether the file still is what was sealed; undefined when it was not sealed (ended without a close, or a copy of before) */
export function sealHolds(path: string): boolean | undefined {
  if (!existsSync(sealPath(path))) return undefined
  const sealed = /^([0-9a-f]{64}) /.exec(readFileSync(sealPath(path), 'latin1'))?.[1]
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
