import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import { bodyInOrder1, bodySchema1, type VaultBody1 } from './vault-format-1.ts'
import { base64Schema, bytesSchema, kdfSchema, msSchema, type Kdf } from './format-parts.ts'

/**
 * The vault file: one line `hearth-vault <sha256 of all that follows>`, then one line of JSON in one fixed spelling.
 * The checksum is no secret and stops nobody; it tells a damaged file from a wrong password before a password is tried.
 * What an attacker could change is caught after the password opened the wrap: `seal` covers the whole body under the data key.
 */
export const FORMAT_VERSION = 2
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

const publicKeySchema = z.strictObject({
  id: z.string().min(1).max(80),
  kind: z.enum(['key', 'watch', 'morse']),
  role: z.enum(['owner', 'operator', 'morse']),
  name: z.string().min(1).max(80),
  network: z.string().min(1).max(40),
  address: z.string().min(1).max(100),
  /** 33 bytes of a key, 32 of a Morse key, none of an address that is only watched. */
  pubKeyHex: z.string().regex(/^([0-9a-f]{66}|[0-9a-f]{64}|)$/),
  origin: z.enum(['made', 'words', 'hex', 'armor', 'keyring', 'morse', 'watch', 'before']),
  hdPath: z.string().max(60).nullable(),
  hasWords: z.boolean(),
  createdAtMs: msSchema,
  wordsConfirmedAtMs: msSchema.nullable(),
})
export type StoredPublicKey = z.infer<typeof publicKeySchema>

/** `key`: one private key with its public half. `second`: the secret of the second wrap, so that it can be renewed with the data key. */
const rowSchema = z.strictObject({
  id: z.string().min(1).max(80),
  kind: z.enum(['key', 'second']),
  nonce: bytesSchema(24),
  sealed: base64Schema.max(8192),
})
export type SealedRow = z.infer<typeof rowSchema>

const secondWrapSchema = z.strictObject({ kind: z.enum(['keychain', 'file']), nonce: bytesSchema(24), sealed: bytesSchema(48) })
export type StoredSecondWrap = z.infer<typeof secondWrapSchema>

const contentShape = {
  version: z.literal(FORMAT_VERSION),
  createdAtMs: msSchema,
  keys: z.array(publicKeySchema).max(200),
  rows: z.array(rowSchema).max(201),
}
/** What a backup holds: everything but the ways in. */
const contentSchema = z.strictObject({ ...contentShape, seal: bytesSchema(32) })
export type VaultContent = z.infer<typeof contentSchema>

const bodySchema = z.strictObject({
  ...contentShape,
  kdf: kdfSchema,
  wrap: z.strictObject({ nonce: bytesSchema(24), sealed: bytesSchema(48) }),
  second: secondWrapSchema.nullable(),
  seal: bytesSchema(32),
})
export type VaultBody = z.infer<typeof bodySchema>
export type UnsealedBody = Omit<VaultBody, 'seal'>
export type UnsealedContent = Omit<VaultContent, 'seal'>

/** Bytes of everything that `seal` covers, always spelt alike. Without a password's wrap (backups) the content alone. */
export function bytesToSeal(body: UnsealedBody | UnsealedContent): Uint8Array {
  return Buffer.from(JSON.stringify('wrap' in body ? bodyInOrder(body) : contentInOrder(body)))
}

/** The whole file. */
export function serializeVault(body: VaultBody): Uint8Array {
  return withHead(MAGIC, { ...bodyInOrder(body), seal: body.seal })
}

/** Content of a backup, in the one spelling. */
export function serializeContent(content: VaultContent): Uint8Array {
  return Buffer.from(JSON.stringify({ ...contentInOrder(content), seal: content.seal }))
}

/** Rejects `vault-damaged` ('shape', 'newer'). */
export function parseContent(bytes: Uint8Array): VaultContent {
  const json = parseJson(Buffer.from(bytes).toString('utf8'))
  refuseNewer(json)
  const parsed = contentSchema.safeParse(json)
  if (!parsed.success || !Buffer.from(serializeContent(parsed.data)).equals(Buffer.from(bytes))) throw damaged('shape')
  return parsed.data
}

/**
 * Reads a vault file of this version or the one before, without any key. Rejects `vault-damaged` with `detail.reason`: 'not-a-vault', 'checksum', 'newer', 'shape', 'kdf'.
 * Every single changed bit of a file ends here, so that it is never mistaken for a wrong password.
 */
export function readVault(file: Uint8Array): VaultBody | VaultBody1 {
  const json = withoutHead(MAGIC, file)
  refuseNewer(json)
  const body = parseBody(json)
  const spelt = withHead(MAGIC, body.version === 1 ? { ...bodyInOrder1(body), seal: body.seal } : { ...bodyInOrder(body), seal: body.seal })
  if (!Buffer.from(spelt).equals(Buffer.from(file))) throw damaged('shape')
  checkKdf(body.kdf)
  return body
}

/** The same for files of this version alone. */
export function parseVault(file: Uint8Array): VaultBody {
  const body = readVault(file)
  if (body.version !== FORMAT_VERSION) throw damaged('older')
  return body
}

/** SECURITY: S19 a file that asks for a cheaper or a ruinous key derivation is refused, not obeyed. Rejects `vault-damaged` ('kdf'). */
export function checkKdf(kdf: Kdf): void {
  for (const field of ['memoryKiB', 'passes', 'lanes'] as const) {
    const { min, max } = KDF_BOUNDS[field]
    if (kdf[field] < min || kdf[field] > max) throw damaged('kdf')
  }
}

/** `vault-damaged` with a reason for the log and the sentence. */
export function damaged(reason: string): HearthError {
  return new HearthError('vault-damaged', { reason })
}

/** One line with the checksum, one line of JSON. */
export function withHead(magic: string, json: object): Uint8Array {
  const rest = Buffer.from(`${JSON.stringify(json)}\n`)
  return Buffer.concat([Buffer.from(`${magic} ${checksum(rest)}\n`), rest])
}

/** The JSON of such a file. Rejects `vault-damaged` ('not-a-vault', 'checksum', 'shape'). */
export function withoutHead(magic: string, file: Uint8Array): unknown {
  const text = Buffer.from(file)
  const lineEnd = text.indexOf(0x0a)
  const head = new RegExp(`^${magic} ([0-9a-f]{64})$`).exec(text.subarray(0, Math.max(lineEnd, 0)).toString('latin1'))
  if (!head?.[1]) throw damaged('not-a-vault')
  const rest = text.subarray(lineEnd + 1)
  if (!timingSafeEqual(Buffer.from(checksum(rest)), Buffer.from(head[1]))) throw damaged('checksum')
  return parseJson(rest.toString('utf8'))
}

/** Rejects `vault-damaged` ('newer') for what a later Hearth wrote. */
export function refuseNewer(json: unknown): void {
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'number' && json.version > FORMAT_VERSION)
    throw damaged('newer')
}

function parseBody(json: unknown): VaultBody | VaultBody1 {
  const parsed = bodySchema.safeParse(json)
  if (parsed.success) return parsed.data
  const older = bodySchema1.safeParse(json)
  if (!older.success) throw damaged('shape')
  return older.data
}

function contentInOrder(content: UnsealedContent): UnsealedContent {
  return {
    version: content.version,
    createdAtMs: content.createdAtMs,
    keys: content.keys.map(publicKeyInOrder),
    rows: content.rows.map((row) => ({ id: row.id, kind: row.kind, nonce: row.nonce, sealed: row.sealed })),
  }
}

function bodyInOrder(body: UnsealedBody): UnsealedBody {
  return {
    ...contentInOrder(body),
    kdf: {
      algorithm: body.kdf.algorithm,
      memoryKiB: body.kdf.memoryKiB,
      passes: body.kdf.passes,
      lanes: body.kdf.lanes,
      salt: body.kdf.salt,
    },
    wrap: { nonce: body.wrap.nonce, sealed: body.wrap.sealed },
    second: body.second && { kind: body.second.kind, nonce: body.second.nonce, sealed: body.second.sealed },
  }
}

/** One spelling of the public half, since the sealed row holds the same text. */
export function publicKeyInOrder(key: StoredPublicKey): StoredPublicKey {
  return {
    id: key.id,
    kind: key.kind,
    role: key.role,
    name: key.name,
    network: key.network,
    address: key.address,
    pubKeyHex: key.pubKeyHex,
    origin: key.origin,
    hdPath: key.hdPath,
    hasWords: key.hasWords,
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
