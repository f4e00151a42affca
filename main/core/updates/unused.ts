import { isOpen, UNDO_DAYS } from '#shared/model/update.ts'
import type { Engine } from '../ports/engine.ts'
import type { UpdateBook } from './book.ts'

const DAY_MS = 86_400_000
const MOST = 40

/** Images that updates brought, that nothing runs and nobody can go back to any more, with what they take on the engine's disk. */
export async function unusedImages(
  engine: Pick<Engine, 'image' | 'removeImage' | 'list'>,
  book: Pick<UpdateBook, 'rows' | 'running'>,
  nowMs: number,
): Promise<{ pin: string; version: string; sizeBytes: number }[]> {
  if (!engine.removeImage) return []
  const rows = book.rows()
  const needed = new Set<string>(book.running().map((now) => now.pin))
  for (const row of rows) {
    const isUndoable = row.stage === 'done' && nowMs - row.stageAtMs <= UNDO_DAYS * DAY_MS
    for (const pin of [row.fromPin, row.toPin]) if (pin !== null && (isOpen(row) || (isUndoable && pin === row.fromPin))) needed.add(pin)
  }
  const versions = new Map<string, string>()
  for (const row of rows) {
    if (row.toPin !== null) versions.set(row.toPin, row.toVersion)
    if (row.fromPin !== null) versions.set(row.fromPin, row.fromVersion)
  }
  const used = await engine.list()
  const images = new Set(used.map((container) => container.image))
  const found: { pin: string; version: string; sizeBytes: number }[] = []
  for (const [pin, version] of versions) {
    if (needed.has(pin) || found.length >= MOST) continue
    const image = await engine.image(pin).catch(() => undefined)
    if (image && !images.has(image.imageId) && !images.has(pin)) found.push({ pin, version, sizeBytes: image.sizeBytes })
  }
  return found
}
