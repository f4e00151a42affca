import type { ErrorCode } from '#shared/api/errors.ts'
import type { PublicKeyInfo, SignRequest, SurfaceOutcome, SurfacePage, VaultPage, WatchWish } from '#main/core/ports/vault.ts'
import type { NewKeyRequest } from './keep-key.ts'
import type { KdfTarget, StoredSecondWrap } from './vault-format.ts'

/** Where a key is handed over: one exec in one container. */
export interface DeliverTarget {
  engineEndpoint: string
  container: string
  command: string[]
}

/** A page of the confirm surface besides new keys and signatures, with what the main process read for it: the bytes of a backup are sealed. */
export type PageRequest =
  | Exclude<VaultPage, { kind: 'drill' | 'restore' }>
  | { kind: 'drill'; file: Uint8Array; path: string }
  | { kind: 'restore'; file: Uint8Array }

/** What the main process asks of the key process. Passwords and form bodies travel as bytes that the key process zeroes. */
export type KeyRequest =
  | { kind: 'create'; password: Uint8Array; target: KdfTarget; nowMs: number }
  | { kind: 'unlock'; password: Uint8Array; file: Uint8Array; target: KdfTarget }
  | { kind: 'unlock-second'; secret: Uint8Array; file: Uint8Array }
  | { kind: 'change-password'; current: Uint8Array; next: Uint8Array; target: KdfTarget }
  | { kind: 'check-password'; password: Uint8Array }
  | {
      kind: 'set-second'
      password: Uint8Array
      second: { kind: StoredSecondWrap['kind']; secret: Uint8Array } | undefined
    }
  | { kind: 'add-watch'; wish: WatchWish; nowMs: number }
  | { kind: 'open-new-key'; request: Omit<NewKeyRequest, 'id'>; nowMs: number; lastsMs?: number | undefined }
  | { kind: 'open-sign'; request: SignRequest; nowMs: number; lastsMs?: number | undefined }
  | { kind: 'open-page'; page: PageRequest; target: KdfTarget; nowMs: number; lastsMs?: number | undefined }
  | { kind: 'surface'; token: string; method: 'GET' | 'POST'; body: Uint8Array; nowMs: number; waitSeconds: number }
  | { kind: 'close-ticket'; token: string }
  | { kind: 'deliver'; keyId: string; target: DeliverTarget }

/** What each request is answered with. Nothing here has room for a private key. */
export interface KeyAnswers {
  create: { keys: PublicKeyInfo[] }
  unlock: { keys: PublicKeyInfo[]; wasOlder: boolean }
  'unlock-second': { keys: PublicKeyInfo[] }
  'change-password': Record<string, never>
  'check-password': Record<string, never>
  'set-second': Record<string, never>
  'add-watch': { key: PublicKeyInfo }
  'open-new-key': TicketRef
  'open-sign': TicketRef
  'open-page': TicketRef
  surface: { page: SurfacePage; outcome: SurfaceOutcome | undefined; password: 'right' | 'wrong' | undefined }
  'close-ticket': Record<string, never>
  deliver: Record<string, never>
}

export interface TicketRef {
  token: string
  expiresAtMs: number
}

/** Where sealed bytes go: the vault file, a new file in a folder, or a temporary place from which they are read back. */
export type SaveTarget = { kind: 'vault' } | { kind: 'backup'; folder: string; madeAtMs: number } | { kind: 'drill' }

/** How it went: the path of a new file, the bytes that were read back, or why it could not be written. */
export type Saved = { ok: true; path: string; bytes: Uint8Array } | { ok: false; reason: 'disk-full' | 'not-written' }

export type ToKeyProcess = { type: 'request'; id: number; request: KeyRequest } | ({ type: 'saved'; id: number } & Saved)

export type FromKeyProcess =
  | { type: 'answer'; id: number; value: KeyAnswers[keyof KeyAnswers] }
  | { type: 'failed'; id: number; code: ErrorCode; detail: Record<string, string> }
  /** Sealed bytes, to be written before the key process goes on. */
  | { type: 'save'; id: number; file: Uint8Array; target: SaveTarget }
