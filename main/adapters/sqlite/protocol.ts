import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import type { Store } from '#main/core/ports/store.ts'

/** What crosses between the store and its worker thread. Values travel by structured clone, so bigint and bytes stay what they are. */

export type StoreMethod = Exclude<keyof Store, 'close'>

/** The same methods inside the worker, where nothing waits. */
export type SyncStore = { [K in StoreMethod]: (...args: Parameters<Store[K]>) => Awaited<ReturnType<Store[K]>> }

const METHODS: Record<StoreMethod, true> = {
  setting: true,
  setSetting: true,
  nodes: true,
  putNode: true,
  removeNodes: true,
  removeNode: true,
  pinNode: true,
  selfTests: true,
  addSelfTest: true,
  removeSelfTests: true,
  updates: true,
  putUpdate: true,
  removeUpdates: true,
  chain: true,
  putChain: true,
  removeChain: true,
  intents: true,
  intent: true,
  putIntent: true,
  cursor: true,
  setCursor: true,
  applyBlock: true,
  applyBlocks: true,
  claims: true,
  claimsPage: true,
  claimRewards: true,
  movements: true,
  movementsPage: true,
  movementSum: true,
  ownTxs: true,
  ruleRows: true,
  addRuleRows: true,
  addressBook: true,
  putInBook: true,
  removeFromBook: true,
  rewardsPerDay: true,
  totals: true,
  rewardSums: true,
  watched: true,
  putWatched: true,
  addRelayResults: true,
  relayResults: true,
  addActivity: true,
  activity: true,
  prune: true,
  vacuum: true,
}
export const STORE_METHODS = Object.keys(METHODS) as StoreMethod[]

/** Methods that change nothing: they have a connection and a thread of their own, so that none waits behind a write. */
export const READS: ReadonlySet<StoreMethod> = new Set<StoreMethod>([
  'setting',
  'nodes',
  'selfTests',
  'updates',
  'chain',
  'intents',
  'intent',
  'cursor',
  'claims',
  'claimsPage',
  'claimRewards',
  'movements',
  'movementsPage',
  'movementSum',
  'ownTxs',
  'ruleRows',
  'addressBook',
  'rewardsPerDay',
  'totals',
  'rewardSums',
  'watched',
  'relayResults',
  'activity',
])

/** What a thread of the store is started for. `write` and `read` stay and answer calls; `metrics` is the second database; the others do one thing and end. */
export type WorkerTask =
  | { kind: 'write'; file: string; nowMs: number }
  | { kind: 'read'; file: string }
  | { kind: 'metrics'; file: string }
  | { kind: 'restore'; file: string; backup: string; nowMs: number }
  | { kind: 'cure'; file: string; nowMs: number; folders: string[]; refusal: { code: ErrorCode; detail: Record<string, string> } }
  | { kind: 'copy'; file: string; nowMs: number; folder: string | undefined; daysKept: number | undefined }
  | { kind: 'check'; path: string }
  | { kind: 'folder'; path: string; file: string }
  | { kind: 'export'; file: string; folder: string; nowMs: number }

/** What opening found and did, for the log. */
export interface Opened {
  created: boolean
  fromVersion: number
  version: number
  /** The copy made before a migration. */
  backup: string | undefined
  /** The file was lost or unreadable and was made anew (metrics only). */
  remade?: boolean
}

/** Rows of one table that were taken over from a store that was given up. */
export interface Salvaged {
  table: string
  rows: number
  /** Whether the table could be read through and every row was sound. */
  complete: boolean
}

/** What a restore or a cure did. */
export interface Restored {
  /** Where the old file went. */
  movedTo: string | undefined
  /** The copy that was put in; none when there was none to build on. */
  backup: string | undefined
  salvaged: Salvaged[]
}

export type ToWorker = { kind: 'call'; id: number; method: string; args: unknown[] } | { kind: 'close' }

/** Said to a thread that has no task yet: the file that it is going to open, to be read but not touched. */
export interface AheadOfTask {
  kind: 'ahead'
  file: string
}

export type FromWorker =
  | { kind: 'opened'; opened: Opened }
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'done'; value: unknown }
  | { kind: 'failed'; error: CarriedError }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'refusal'; id: number; error: CarriedError }

export type CarriedError = { code: ErrorCode; detail: Record<string, string> } | { code: undefined; message: string; stack: string }

/** Error to message. Expected errors keep their code; others keep text and stack for the log. */
export function carryError(error: unknown): CarriedError {
  if (error instanceof HearthError) return { code: error.code, detail: error.detail }
  return error instanceof Error
    ? { code: undefined, message: error.message, stack: error.stack ?? '' }
    : { code: undefined, message: String(error), stack: '' }
}

/** Message back to error. */
export function readError(carried: CarriedError): Error {
  if (carried.code !== undefined) return new HearthError(carried.code, carried.detail)
  const error = new Error(carried.message)
  error.stack = carried.stack
  return error
}
