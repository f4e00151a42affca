import type { ErrorCode } from '#shared/api/errors.ts'
import type { PublicKeyInfo, SignRequest, SurfaceOutcome, SurfacePage } from '#main/core/ports/vault.ts'
import type { NewKeyRequest } from './new-key-ticket.ts'
import type { KdfTarget } from './vault-format.ts'

/** Where a key is handed over: one exec in one container. */
export interface DeliverTarget {
  engineEndpoint: string
  container: string
  command: string[]
}

/** What the main process asks of the key process. Passwords and form bodies travel as bytes that the key process zeroes. */
export type KeyRequest =
  | { kind: 'create'; password: Uint8Array; target: KdfTarget; nowMs: number }
  | { kind: 'unlock'; password: Uint8Array; file: Uint8Array; target: KdfTarget }
  | { kind: 'open-new-key'; request: Omit<NewKeyRequest, 'id'>; nowMs: number }
  | { kind: 'open-sign'; request: SignRequest; nowMs: number }
  | { kind: 'surface'; token: string; method: 'GET' | 'POST'; body: Uint8Array; nowMs: number; waitSeconds: number }
  | { kind: 'close-ticket'; token: string }
  | { kind: 'deliver'; keyId: string; target: DeliverTarget }

/** What each request is answered with. Nothing here has room for a private key. */
export interface KeyAnswers {
  create: { keys: PublicKeyInfo[] }
  unlock: { keys: PublicKeyInfo[] }
  'open-new-key': TicketRef
  'open-sign': TicketRef
  surface: { page: SurfacePage; outcome: SurfaceOutcome | undefined; password: 'right' | 'wrong' | undefined }
  'close-ticket': Record<string, never>
  deliver: Record<string, never>
}

export interface TicketRef {
  token: string
  expiresAtMs: number
}

export type ToKeyProcess = { type: 'request'; id: number; request: KeyRequest } | { type: 'saved'; id: number; ok: boolean }

export type FromKeyProcess =
  | { type: 'answer'; id: number; value: KeyAnswers[keyof KeyAnswers] }
  | { type: 'failed'; id: number; code: ErrorCode; detail: Record<string, string> }
  /** The sealed file, to be written before the key process goes on. */
  | { type: 'save'; id: number; file: Uint8Array }
