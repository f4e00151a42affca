import { z } from 'zod'
import { base64Schema, bytesSchema, kdfSchema, msSchema } from './format-parts.ts'

/** Version 1 of the vault file, as the first Hearth wrote it. Read, and written anew as the present version at the next unlock; never written. */

const publicKeySchema1 = z.strictObject({
  id: z.string().min(1).max(80),
  role: z.enum(['owner', 'operator']),
  name: z.string().min(1).max(80),
  network: z.string().min(1).max(40),
  address: z.string().min(1).max(100),
  pubKeyHex: z.string().regex(/^[0-9a-f]{66}$/),
  createdAtMs: msSchema,
  wordsConfirmedAtMs: msSchema.nullable(),
})
export type StoredPublicKey1 = z.infer<typeof publicKeySchema1>

export const bodySchema1 = z.strictObject({
  version: z.literal(1),
  createdAtMs: msSchema,
  kdf: kdfSchema,
  wrap: z.strictObject({ nonce: bytesSchema(24), sealed: bytesSchema(48) }),
  keys: z.array(publicKeySchema1).max(200),
  rows: z
    .array(
      z.strictObject({ id: z.string().min(1).max(80), kind: z.literal('key'), nonce: bytesSchema(24), sealed: base64Schema.max(8192) }),
    )
    .max(200),
  seal: bytesSchema(32),
})
export type VaultBody1 = z.infer<typeof bodySchema1>

/** The one spelling that version 1 had. */
export function bodyInOrder1(body: VaultBody1): Omit<VaultBody1, 'seal'> {
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
    keys: body.keys.map(publicKeyInOrder1),
    rows: body.rows.map((row) => ({ id: row.id, kind: row.kind, nonce: row.nonce, sealed: row.sealed })),
  }
}

export function publicKeyInOrder1(key: StoredPublicKey1): StoredPublicKey1 {
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
