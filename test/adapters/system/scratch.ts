import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** A folder for the tests of one file; gone afterwards. */
export function scratchFolder(): { path(...parts: string[]): string } {
  let root = ''
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'hearth-system-'))
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return { path: (...parts) => join(root, ...parts) }
}
