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
  chain: true,
  putChain: true,
  removeChain: true,
  intents: true,
  intent: true,
  putIntent: true,
  cursor: true,
  setCursor: true,
  applyBlock: true,
  claims: true,
  claimRewards: true,
  movements: true,
  movementSum: true,
  rewardsPerDay: true,
  totals: true,
  rewardSums: true,
  watched: true,
  putWatched: true,
  addRelayResults: true,
  relayResults: true,
  addActivity: true,
  activity: true,
}
export const STORE_METHODS = Object.keys(METHODS) as StoreMethod[]

export type WorkerTask = { kind: 'open'; file: string; nowMs: number } | { kind: 'restore'; file: string; backup: string; nowMs: number }

/** What opening found and did, for the log. */
export interface Opened {
  created: boolean
  fromVersion: number
  version: number
  /** The copy made before a migration, or the daily one. */
  backup: string | undefined
  /** Why the daily copy could not be made; opening goes on without it. */
  backupFailure: string | undefined
}

export type ToWorker = { kind: 'call'; id: number; method: StoreMethod; args: unknown[] } | { kind: 'close' }

export type FromWorker =
  | { kind: 'opened'; opened: Opened }
  | { kind: 'restored'; movedTo: string | undefined }
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
