import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'

/**
 * The vault file: one line `hearth-vault <sha256 of all that follows>`, then one line of JSON in one fixed spelling.
 * The checksum is no secret and stops nobody; it tells a damaged file from a wrong password before a password is tried.
 * What an attacker could change is caught after the password opened the wrap: `seal` covers the whole body under the data key.
 */
export const FORMAT_VERSION = 1
const MAGIC = 'hearth-vault'

/** Bounds of what is accepted when a file is read: under them a guess costs too little, over them the file could stop the machine. */
export const KDF_BOUNDS = {
  memoryKiB: { min: 19 * 1024, max: 1024 * 1024 },
  passes: { min: 2, max: 16 },
  lanes: { min: 1, max: 4 },
} as const

export interface KdfTarget {
  memoryKiB: number
  passes: number
  lanes: number
}
/** What new vaults get and old ones are raised to at unlock. */
export const KDF_TARGET: KdfTarget = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 }

const bytes = (length: number) => z.string().refine((text) => isBase64(text) && Buffer.from(text, 'base64').length === length)
const ms = z.number().int().nonnegative()

const publicKeySchema = z.strictObject({
  id: z.string().min(1).max(80),
  role: z.enum(['owner', 'operator']),
  name: z.string().min(1).max(80),
  network: z.string().min(1).max(40),
  address: z.string().min(1).max(100),
  pubKeyHex: z.string().regex(/^[0-9a-f]{66}$/),
  createdAtMs: ms,
  wordsConfirmedAtMs: ms.nullable(),
})
export type StoredPublicKey = z.infer<typeof publicKeySchema>

const rowSchema = z.strictObject({
  id: z.string().min(1).max(80),
  kind: z.literal('key'),
  nonce: bytes(24),
  sealed: z.string().max(8192).refine(isBase64),
})
export type SealedRow = z.infer<typeof rowSchema>

const kdfSchema = z.strictObject({
  algorithm: z.literal('argon2id'),
  memoryKiB: z.number().int(),
  passes: z.number().int(),
  lanes: z.number().int(),
  salt: bytes(16),
})
export type Kdf = z.infer<typeof kdfSchema>

const bodySchema = z.strictObject({
  version: z.literal(FORMAT_VERSION),
  createdAtMs: ms,
  kdf: kdfSchema,
  wrap: z.strictObject({ nonce: bytes(24), sealed: bytes(48) }),
  keys: z.array(publicKeySchema).max(200),
  rows: z.array(rowSchema).max(200),
  seal: bytes(32),
})
export type VaultBody = z.infer<typeof bodySchema>
export type UnsealedBody = Omit<VaultBody, 'seal'>

/** Bytes of everything that `seal` covers, always spelt alike. */
export function bytesToSeal(body: UnsealedBody): Uint8Array {
  const { version, createdAtMs, kdf, wrap, keys, rows } = body
  return Buffer.from(JSON.stringify(bodyInOrder({ version, createdAtMs, kdf, wrap, keys, rows })))
}

/** The whole file. */
export function serializeVault(body: VaultBody): Uint8Array {
  const rest = Buffer.from(`${JSON.stringify({ ...bodyInOrder(body), seal: body.seal })}\n`)
  return Buffer.concat([Buffer.from(`${MAGIC} ${checksum(rest)}\n`), rest])
}

/**
 * Reads a vault file without any key. Rejects `vault-damaged` with `detail.reason`: 'not-a-vault', 'checksum', 'newer', 'shape', 'kdf'.
 * Every single changed bit of a file ends here, so that it is never mistaken for a wrong password.
 */
export function parseVault(file: Uint8Array): VaultBody {
  const text = Buffer.from(file)
  const lineEnd = text.indexOf(0x0a)
  const head = new RegExp(`^${MAGIC} ([0-9a-f]{64})$`).exec(text.subarray(0, Math.max(lineEnd, 0)).toString('latin1'))
  if (!head?.[1]) throw damaged('not-a-vault')
  const rest = text.subarray(lineEnd + 1)
  if (!timingSafeEqual(Buffer.from(checksum(rest)), Buffer.from(head[1]))) throw damaged('checksum')
  const json = parseJson(rest.toString('utf8'))
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'number' && json.version > FORMAT_VERSION)
    throw damaged('newer')
  const parsed = bodySchema.safeParse(json)
  if (!parsed.success) throw damaged('shape')
  const body = parsed.data
  if (!Buffer.from(serializeVault(body)).equals(text)) throw damaged('shape')
  for (const field of ['memoryKiB', 'passes', 'lanes'] as const) {
    const { min, max } = KDF_BOUNDS[field]
    // SECURITY: S19 a file that asks for a cheaper or a ruinous key derivation is refused, not obeyed.
    if (body.kdf[field] < min || body.kdf[field] > max) throw damaged('kdf')
  }
  return body
}

/** `vault-damaged` with a reason for the log and the sentence. */
export function damaged(reason: string): HearthError {
  return new HearthError('vault-damaged', { reason })
}

function bodyInOrder(body: UnsealedBody): UnsealedBody {
  return {
    version: body.version,
    createdAtMs: body.createdAtMs,
    kdf: {
      algorithm: body.kdf.algorithm,
      memoryKiB: body.kdf.memoryKiB,
      passes: body.kdf.passes,
      lanes: body.kdf.lanes,
      salt: body.kdf.salt,
    },
    wrap: { nonce: body.wrap.nonce, sealed: body.wrap.sealed },
    keys: body.keys.map(publicKeyInOrder),
    rows: body.rows.map((row) => ({ id: row.id, kind: row.kind, nonce: row.nonce, sealed: row.sealed })),
  }
}

/** One spelling of the public half, since the sealed row holds the same text. */
export function publicKeyInOrder(key: StoredPublicKey): StoredPublicKey {
  return {
    id: key.id,
    role: key.role,
    name: key.name,
    network: key.network,
    address: key.address,
    pubKeyHex: key.pubKeyHex,
    createdAtMs: key.createdAtMs,
    wordsConfirmedAtMs: key.wordsConfirmedAtMs,
  }
}

function checksum(rest: Uint8Array): string {
  return createHash('sha256').update(rest).digest('hex')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw damaged('shape')
  }
}

function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text
}
