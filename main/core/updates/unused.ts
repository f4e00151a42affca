import { isOpen, UNDO_DAYS, type UpdateRow } from '#shared/model/update.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import type { Engine } from '../ports/engine.ts'
import type { Store } from '../ports/store.ts'
import type { UpdateBook } from './book.ts'

const DAY_MS = 86_400_000
const MOST = 40

/** What updates that are under way, or may be undone, need yet. */
const pinsOf = (rows: readonly UpdateRow[], nowMs: number): string[] =>
  rows.flatMap((row) => {
    const isUndoable = row.stage === 'done' && nowMs - row.stageAtMs <= UNDO_DAYS * DAY_MS
    return [row.fromPin, row.toPin].flatMap((pin) => (pin !== null && (isOpen(row) || (isUndoable && pin === row.fromPin)) ? [pin] : []))
  })

/** Images that other networks need: the same engine holds them, and an upgrade of theirs that was fetched ahead has no time to fetch it again. */
export async function neededElsewhere(store: Pick<Store, 'nodes' | 'updates'>, network: string, nowMs: number): Promise<string[]> {
  const others = NETWORKS.filter(({ id }) => id !== network)
  const needed = await Promise.all(
    others.map(async ({ id }) => {
      const [nodes, rows] = await Promise.all([store.nodes(id), store.updates(id)])
      return [...nodes.flatMap((row) => row.imagePin ?? []), ...pinsOf(rows, nowMs)]
    }),
  )
  return needed.flat()
}

/** Images that updates brought, that nothing runs and nobody can go back to any more, with what they take on the engine's disk. @param elsewhere pins that another network needs */
export async function unusedImages(
  engine: Pick<Engine, 'image' | 'removeImage' | 'list'>,
  book: Pick<UpdateBook, 'rows' | 'running'>,
  nowMs: number,
  elsewhere: readonly string[] = [],
): Promise<{ pin: string; version: string; sizeBytes: number }[]> {
  if (!engine.removeImage) return []
  const rows = book.rows()
  const needed = new Set<string>([...book.running().map((now) => now.pin), ...pinsOf(rows, nowMs), ...elsewhere])
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
