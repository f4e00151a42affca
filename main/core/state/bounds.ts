import {
  MAP_SLICES,
  type AppState,
  type ElsewhereState,
  type IntentState,
  type MapSliceName,
  type NodeState,
  type OwnSupplierState,
  type SliceName,
  type TaskState,
} from '#shared/api/state.ts'

/** The published state never grows beyond this, whatever the data: a page on a slow line must get it whole in a moment. Bytes of its JSON. */
export const MAX_STATE_BYTES = 64 * 1024
/** What each slice may take of it. A slice that is not here gets DEFAULT_SLICE_BYTES; a test adds them all up. */
const SLICE_BYTES: Partial<Record<SliceName, number>> = {
  nodes: 11 * 1024,
  tasks: 4864,
  settings: 5632,
  intents: 4 * 1024,
  supplier: 8192,
  // Ten with a handful of services each, and what they hold with that of their owners.
  suppliers: 2400,
  balances: 2560,
  elsewhere: 1600,
  attention: 3584,
  clock: 3328,
  health: 3584,
  earnings: 3584,
  // Fifteen.
  keys: 4224,
  // Five endpoints with all their addresses.
  chain: 2400,
  bundle: 384,
  engine: 1024,
  // Numbers and words of a fixed list.
  vault: 256,
  practice: 320,
  relays: 384,
}
const DEFAULT_SLICE_BYTES = 512
/** No entry of a map may push the others out. */
const ENTRY_BYTES = 3 * 1024
/** Of nodes the log lines give way first: many nodes with short lines rather than few with long ones. */
const ENTRY_STEPS: Partial<Record<MapSliceName, readonly number[]>> = {
  nodes: [ENTRY_BYTES, 1024, 640],
  // One network at length, two in short, three in a word.
  elsewhere: [1536, 768, 500],
  // Ids of services give way first: many suppliers with few of them rather than few with all.
  suppliers: [ENTRY_BYTES, 360, 230],
}

/** Bytes that a slice may take. */
export const sliceBytes = (slice: SliceName): number => SLICE_BYTES[slice] ?? DEFAULT_SLICE_BYTES

/** What is published of a slice, and how many of its entries, rows or long texts are not. */
export interface Bounded<T> {
  value: T
  leftOut: number
}

interface Measured {
  value: unknown
  bytes: number
}

/** Cuts slices to what may be published. Remembers what it has measured, so that one change among many entries costs one measurement. */
export interface Bounds {
  /** Most important entries first, as many as fit. @param network the chosen one */
  map<S extends MapSliceName>(slice: S, entries: AppState[S], network?: AppState['app']['network']): Bounded<AppState[S]>
  object<T>(slice: SliceName, value: T): Bounded<T>
}

/** @returns bounds with a memory of their own */
export function createBounds(): Bounds {
  const known = new WeakMap<object, Map<number, Measured>>()
  const measure = (slice: MapSliceName, entry: object, limit: number): Measured => {
    const before = known.get(entry) ?? new Map<number, Measured>()
    known.set(entry, before)
    const there = before.get(limit)
    if (there) return there
    const short = bytesOf(entry) <= limit ? entry : shrink(slice === 'tasks' ? mergeLayers(entry as TaskState) : entry, limit).value
    const measured = { value: short, bytes: bytesOf(short) }
    before.set(limit, measured)
    return measured
  }
  const fill = (slice: MapSliceName, ranked: { id: string; entry: object }[], limit: number): Map<string, unknown> => {
    const kept = new Map<string, unknown>()
    let room = sliceBytes(slice) - 2
    for (const { id, entry } of ranked) {
      const { value, bytes } = measure(slice, entry, limit)
      room -= bytes + bytesOf(id) + 2
      if (room < 0) break
      kept.set(id, value)
    }
    return kept
  }
  return {
    map(slice, entries, network = null) {
      const ranked = Object.entries(entries)
        .map(([id, entry], index) => ({ id, entry, index, rank: rankOf(slice, entry, network) }))
        .sort((a, b) => a.rank.group - b.rank.group || b.rank.atMs - a.rank.atMs || a.index - b.index)
      let kept = new Map<string, unknown>()
      for (const limit of ENTRY_STEPS[slice] ?? [ENTRY_BYTES]) {
        kept = fill(slice, ranked, limit)
        if (kept.size === ranked.length) break
      }
      // In the order of the whole, so that what the page lists does not jump about.
      const value = Object.fromEntries(Object.keys(entries).flatMap((id) => (kept.has(id) ? [[id, kept.get(id)]] : [])))
      return { value: value as typeof entries, leftOut: ranked.length - kept.size }
    },
    object: (slice, value) => shrink(value, sliceBytes(slice)),
  }
}

const WELL: ReadonlySet<OwnSupplierState['status']> = new Set(['unknown', 'not-staked', 'active', 'unstaked'])

/** What is shown first when not everything can be: what asks for the user, then what goes on, then what is newest. */
function rankOf(slice: MapSliceName, entry: object, network: AppState['app']['network']): { group: number; atMs: number } {
  switch (slice) {
    case 'nodes': {
      const node = entry as NodeState
      return { group: node.seen === 'failing' || node.error ? 0 : node.wanted === 'running' || node.seen === 'running' ? 1 : 2, atMs: 0 }
    }
    case 'tasks': {
      const task = entry as TaskState
      return { group: task.status === 'running' ? 0 : 1, atMs: task.startedAtMs }
    }
    case 'intents': {
      const { status, createdAtMs } = entry as IntentState
      return { group: status === 'prepared' || status === 'signed' || status === 'broadcast' ? 0 : 1, atMs: createdAtMs }
    }
    case 'keys': {
      // Pages act with those of the chosen network, and each supplier of it has the same few owners.
      const key = entry as AppState['keys'][string]
      const ofUse = key.wordsConfirmedAtMs === null ? 2 : key.role === 'owner' ? 0 : 1
      return { group: ofUse + (key.network === network ? 0 : 3), atMs: key.createdAtMs }
    }
    case 'attention': {
      const finding = entry as AppState['attention'][string]
      return { group: finding.level === 'bad' ? 0 : finding.level === 'warn' ? 1 : 2, atMs: finding.sinceMs }
    }
    case 'suppliers':
      // One that is lost track of, or leaves, may cost money.
      return { group: WELL.has((entry as OwnSupplierState).status) ? 1 : 0, atMs: 0 }
    case 'elsewhere':
      // Real money first.
      return { group: (entry as ElsewhereState).network === 'mainnet' ? 0 : 1, atMs: 0 }
    default:
      return { group: 0, atMs: 0 }
  }
}

/** A download of many layers as one: its bytes are what is drawn. */
function mergeLayers(task: TaskState): TaskState {
  return {
    ...task,
    pulls: task.pulls.map((pull) => {
      if (pull.layers.length < 2) return pull
      const status =
        (['fetching', 'unpacking', 'waiting'] as const).find((each) => pull.layers.some((layer) => layer.status === each)) ?? 'ready'
      const sum = (pick: (layer: (typeof pull.layers)[number]) => number): number =>
        pull.layers.reduce((total, layer) => total + pick(layer), 0)
      return { ...pull, layers: [{ id: 'all', currentBytes: sum((l) => l.currentBytes), totalBytes: sum((l) => l.totalBytes), status }] }
    }),
  }
}

/** Cuts texts, then lists and tables, ever shorter until the value fits. The shape stays: fields are never taken away, only members of lists and tables. */
function shrink<T>(value: T, limit: number): Bounded<T> {
  if (bytesOf(value) <= limit) return { value, leftOut: 0 }
  for (const [text, members] of CUTS) {
    const count = { out: 0 }
    const short = cut(value, text, members, count)
    if (bytesOf(short) <= limit) return { value: short as T, leftOut: count.out }
  }
  const count = { out: 0 }
  return { value: cut(value, 20, 0, count) as T, leftOut: count.out }
}

const CUTS: readonly [text: number, members: number][] = [
  [400, 40],
  [200, 40],
  [120, 20],
  [120, 10],
  [80, 5],
  [66, 2],
  [66, 1],
  // An address stays whole.
  [66, 0],
]
/** An object with more fields than this is a table by id, since no shape of the state has so many. */
const WIDEST_SHAPE = 24

function cut(value: unknown, text: number, members: number, count: { out: number }): unknown {
  if (typeof value === 'string') {
    if (value.length <= text) return value
    count.out += 1
    return `${value.slice(0, text - 1)}…`
  }
  if (Array.isArray(value)) {
    count.out += Math.max(0, value.length - members)
    return value.slice(0, members).map((one: unknown) => cut(one, text, members, count))
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
  const kept = fields.length > WIDEST_SHAPE ? fields.slice(0, members) : fields
  count.out += fields.length - kept.length
  return Object.fromEntries(kept.map(([key, one]) => [key, cut(one, text, members, count)]))
}

/** Bytes of the JSON in UTF-8. Core has no encoder: letters are counted. */
export function bytesOf(value: unknown): number {
  const text = JSON.stringify(value)
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    // Each half of a pair counts for two of its four bytes.
    if (code > 0x7f) bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
  }
  return bytes
}

/** Whether a slice is a map by id. */
export const isMapSlice = (slice: SliceName): slice is MapSliceName => (MAP_SLICES as readonly string[]).includes(slice)
