import { z } from 'zod'
import { MAP_SLICES, stateSchema, type AppState, type MapSliceName, type SliceName } from './state.ts'

/** One change: a whole object slice (`id` absent), one entry of a map slice, or its removal (`value` absent). */
export const changeSchema = z.strictObject({ slice: z.string(), id: z.string().optional(), value: z.unknown().optional() })
export type Change = z.infer<typeof changeSchema>

export const snapshotSchema = z.strictObject({ seq: z.number().int(), state: stateSchema })
export const patchSchema = z.strictObject({ seq: z.number().int(), changes: z.array(changeSchema) })
/** What a page needs that comes back: the patches it missed, or everything. */
export const resumedSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('patches'), patches: z.array(patchSchema) }),
  z.strictObject({ kind: z.literal('snapshot'), ...snapshotSchema.shape }),
])
export type Resumed = z.infer<typeof resumedSchema>
export type Snapshot = z.infer<typeof snapshotSchema>
export type Patch = z.infer<typeof patchSchema>

const isMapSlice = (slice: SliceName): slice is MapSliceName => (MAP_SLICES as readonly string[]).includes(slice)

/**
 * Applies a patch to a copy of the state.
 * @returns the new snapshot; the same one when the patch is old (`seq` not above ours); 'gap' when one was missed and the snapshot must be asked for again.
 */
export function applyPatch(current: Snapshot, patch: Patch): Snapshot | 'gap' {
  if (patch.seq <= current.seq) return current
  if (patch.seq !== current.seq + 1) return 'gap'
  const state = { ...current.state } as Record<string, unknown>
  for (const change of patch.changes) {
    const slice = change.slice as SliceName
    if (!Object.hasOwn(stateSchema.shape, slice)) return 'gap'
    if (isMapSlice(slice)) {
      if (change.id === undefined) return 'gap'
      const map = { ...(state[slice] as Record<string, unknown>) }
      if (change.value === undefined) delete map[change.id]
      else map[change.id] = change.value
      state[slice] = map
    } else {
      state[slice] = change.value
    }
  }
  return { seq: patch.seq, state: state as AppState }
}
