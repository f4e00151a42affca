import type { Store } from './store.ts'

/** A copy of the store as it lies on a disk. */
export interface CopyFacts {
  /** File name; the only name by which a request may speak of it. */
  name: string
  /** Whether it lies in the folder that the user chose rather than beside the store. */
  chosen: boolean
  atMs: number
  bytes: number
  version: number
}

/** A copy that waits to be put in at the next start. */
export interface PendingRestore {
  name: string
  chosen: boolean
  askedAtMs: number
}

/** Files of the store and what lies around them. */
export interface RecordFacts {
  folder: string
  storeBytes: number
  logBytes: number
  metricsBytes: number
  backupBytes: number
  /** Free bytes on the disk of the store. */
  freeBytes: number
  chosenFolder: string | undefined
  /** Whether the chosen folder is there and may be written to now. */
  chosenReady: boolean
  /** Whether it is on the disk of the store, so that both go together. */
  chosenSameDisk: boolean
  /** Newest first, from both places. */
  copies: CopyFacts[]
  pending: PendingRestore | undefined
}

/** How long work is told and stopped. */
export interface Course {
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** Care of the store's files: copies, restore, export. Works on a store in use and lets neither reads nor writes of it wait. */
export interface Records {
  facts(): Promise<RecordFacts>
  /** `daysKept`: of how many days the newest copy stays in that place; the usual number without. Makes, checks and seals a copy beside the store or in the chosen folder. Rejects `disk-full`, `store-damaged` (`copy-damaged`), `folder-invalid`, `cancelled`; nothing is left of it then. */
  copy(where: 'beside' | 'chosen', course?: Course & { daysKept?: number }): Promise<CopyFacts>
  /** A copy as `copy` makes it beside the store, that no later one takes the place of. Rejects as `copy` does. @returns where it lies */
  setAside(course?: Course): Promise<{ path: string }>
  /** Reads a copy through. Rejects `store-damaged`, `store-newer`. */
  check(copy: Pick<CopyFacts, 'name' | 'chosen'>): Promise<void>
  /** Where further copies go, from now on; undefined: nowhere else. Rejects `folder-invalid` (`reason`). */
  chooseFolder(path: string | undefined): Promise<void>
  /** Checks a copy and notes it for the next start, when the store is not open yet. Rejects as `check`. */
  planRestore(copy: Pick<CopyFacts, 'name' | 'chosen'>): Promise<void>
  cancelRestore(): Promise<void>
  /** Writes everything to a new folder under `folder`. Rejects `folder-invalid`, `disk-full`, `cancelled`; nothing is left of it then. */
  export(folder: string, course?: Course): Promise<{ folder: string; rows: number }>
}

/** The part of the store that ages. */
export type Ageing = Pick<Store, 'prune' | 'vacuum' | 'setting' | 'setSetting' | 'addActivity'>
