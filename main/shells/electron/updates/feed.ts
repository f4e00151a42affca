import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'

/** Largest list of releases that is read. */
export const MAX_FEED_BYTES = 64 * 1024
/** Largest installer: about four times what one is. */
const MAX_FILE_BYTES = 600 * 1024 * 1024
/** A raw Ed25519 public key as DER wants it around. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/
const versionSchema = z.string().regex(VERSION)
/** One plain file name: no folder, no dot first. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/)

export const FILE_KINDS = ['AppImage', 'deb', 'dmg', 'nsis'] as const
export type FileKind = (typeof FILE_KINDS)[number]

const fileSchema = z.strictObject({
  kind: z.enum(FILE_KINDS),
  arch: z.enum(['x64', 'arm64']),
  name: fileName,
  bytes: z.number().int().positive().max(MAX_FILE_BYTES),
  sha512: z.string().regex(/^[0-9a-f]{128}$/),
})
export type ReleaseFile = z.infer<typeof fileSchema>

/** The list that a release puts beside its installers. */
export const feedSchema = z.strictObject({
  format: z.literal(1),
  /** Grows with every list that is signed, also one that only lowers the share or withdraws: an older list is never believed after a newer one. */
  sequence: z.number().int().positive(),
  version: versionSchema,
  publishedAtMs: z.number().int().positive(),
  /** Share of installations that may take it, in percent; 0 stops it for everybody that has not. */
  stagingPercent: z.number().int().min(0).max(100),
  /** Versions that nobody should run, with why and what to do, in one plain sentence. */
  withdrawn: z.array(z.strictObject({ version: versionSchema, note: z.string().max(400) })).max(50),
  files: z.array(fileSchema).max(20),
})
export type Feed = z.infer<typeof feedSchema>

/**
 * Reads a signed list of releases.
 * @param bytes exactly as they came @param signature 64 bytes in base64 @param publicKeyHex 32 bytes, from this Hearth's own package
 * @returns undefined for a wrong signature and for anything that is not exactly such a list
 */
export function readFeed(bytes: Uint8Array, signature: string, publicKeyHex: string): Feed | undefined {
  if (bytes.length > MAX_FEED_BYTES || !isSigned(bytes, signature, publicKeyHex)) return undefined
  try {
    const judged = feedSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    return judged.success ? judged.data : undefined
  } catch {
    return undefined
  }
}

/** SECURITY: S12 whoever holds the place of the releases cannot make Hearth run anything: that needs the key, which is kept elsewhere. */
function isSigned(bytes: Uint8Array, signature: string, publicKeyHex: string): boolean {
  try {
    if (!/^[0-9a-f]{64}$/.test(publicKeyHex) || !/^[A-Za-z0-9+/]{86}==\s*$/.test(signature)) return false
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKeyHex, 'hex')]), format: 'der', type: 'spki' })
    return verify(null, bytes, key, Buffer.from(signature.trim(), 'base64'))
  } catch {
    return false
  }
}

/** Compares two versions of three numbers. @returns below 0, 0, above 0; anything that is no such version counts as the oldest */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): number[] => VERSION.exec(text)?.slice(1).map(Number) ?? [-1, -1, -1]
  const [left, right] = [parts(a), parts(b)]
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
