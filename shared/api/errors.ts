import { z } from 'zod'

/** Every way in which a request can fail that the user can act on. `renderer/text` has a sentence and a next step for each. */
export const ERROR_CODES = [
  'invalid-request',
  'unknown-request',
  'too-large',
  'not-allowed',
  'internal',
  'vault-absent',
  'vault-exists',
  'vault-locked',
  'wrong-password',
  'too-many-tries',
  'vault-damaged',
  'weak-password',
  'wrong-words',
  'key-unknown',
  'key-wrong-network',
  'key-watch-only',
  'key-exists',
  'key-fenced',
  'fence-claims-pending',
  'backup-damaged',
  'backup-missing',
  'not-written',
  'unlock-not-set',
  'unlock-secret-missing',
  'unlock-secret-wrong',
  'unlock-file-refused',
  'unlock-unavailable',
  'surface-expired',
  'engine-absent',
  'engine-not-started',
  'engine-no-permission',
  'engine-too-old',
  'engine-wrong-architecture',
  'engine-windows-containers',
  'engine-failed',
  'engine-in-use',
  'engine-away',
  'engine-holds-claims',
  'engine-place-unknown',
  'image-unavailable',
  'port-taken',
  'no-network',
  'network-changed',
  'chain-unreachable',
  'chain-stalled',
  'chain-unknown-fingerprint',
  'chain-not-confirmed',
  'endpoint-other-chain',
  'not-on-this-network',
  'endpoint-no-grpc',
  'bundle-absent',
  'work-unsent',
  'chain-disagrees',
  'proof-invalid',
  'endpoint-unknown',
  'chain-address-invalid',
  'node-unknown',
  'node-not-ready',
  'amount-invalid',
  'amount-too-small',
  'balance-too-small',
  'fee-too-high',
  'endpoint-invalid',
  'address-invalid',
  'shares-invalid',
  'tx-refused',
  'tx-expired',
  'tx-unsure',
  'tx-pending',
  'tx-changed',
  'signature-invalid',
  'public-key-needed',
  'supplier-foreign-owner',
  'supplier-absent',
  'not-now',
  'claims-open',
  'not-permitted',
  'not-in-session',
  'relay-refused',
  'self-test-failed',
  'task-unknown',
  'cancelled',
  'store-damaged',
  'store-newer',
  'store-busy',
  'folder-invalid',
  'disk-full',
  'setting-invalid',
  'settings-file-invalid',
  'eject-folder',
  'eject-not-written',
  'eject-stale',
  'eject-still-runs',
  'handed-over',
  'not-handed-over',
  'alert-undelivered',
  'catalog-invalid',
  'backend-unknown',
  'backend-address-refused',
  'backend-unreachable',
  'backend-wrong-chain',
  'backend-credential-refused',
  'backend-too-big',
  'backend-busy',
  'snapshot-damaged',
  'snapshot-unavailable',
  'snapshot-refused',
  'update-unknown',
  'update-blocked',
  'update-no-way-back',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]
export const errorCodeSchema = z.enum(ERROR_CODES)

/** What crosses to the page when a request fails. `detail` is short, plain and never a stack; `ref` finds the entry in the log. */
export const apiErrorSchema = z.strictObject({
  code: errorCodeSchema,
  detail: z.record(z.string(), z.string().max(600)).optional(),
  ref: z.string().max(40),
})
export type ApiError = z.infer<typeof apiErrorSchema>

/** Thrown inside main for an expected failure. Anything else becomes `internal`. */
export class HearthError extends Error {
  readonly code: ErrorCode
  readonly detail: Record<string, string>
  /** @param code what happened @param detail named facts for the sentence (amounts, ports, names); never a secret */
  constructor(code: ErrorCode, detail: Record<string, string> = {}, options?: { cause?: unknown }) {
    super(`${code} ${JSON.stringify(detail)}`, options)
    this.name = 'HearthError'
    this.code = code
    this.detail = detail
  }
}

export type ApiResult<T> = { ok: true; value: T } | { ok: false; error: ApiError }
