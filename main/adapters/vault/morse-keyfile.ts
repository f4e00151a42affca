import { createDecipheriv, scryptSync } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { z } from 'zod'
import { ImportError } from './import-error.ts'

/** Key files of the old network, Morse (onchain facts, section 7). Their keys are ed25519: they claim what lay there, and sign nothing else. */

const keyfileSchema = z.object({
  kdf: z.literal('scrypt'),
  salt: z.string().regex(/^([0-9a-fA-F]{2}){8,64}$/),
  ciphertext: z.string().min(20).max(4096),
})

const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const
const TAG_BYTES = 16

/** Whether a text looks like a Morse key file: one JSON object with its fields. */
export function looksLikeMorse(text: string): boolean {
  return /^\s*\{/.test(text) && /"ciphertext"|"kdf"/.test(text)
}

/**
 * Opens a key file. The passphrase is trimmed, as the official tool does. The caller zeroes the seed.
 * Rejects ImportError 'damaged-file' or 'wrong-passphrase'.
 * @returns the 32-byte seed of the ed25519 key
 */
export function openMorseKeyfile(text: string, passphrase: string): Uint8Array {
  const file = readKeyfile(text)
  const sealed = Buffer.from(file.ciphertext, 'base64')
  if (sealed.length <= TAG_BYTES) throw new ImportError('damaged-file', 'the sealed part is too short')
  const key = scryptSync(passphrase.trim(), Buffer.from(file.salt, 'hex'), 32, COST)
  let digits: Buffer
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, key.subarray(0, 12))
    cipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    digits = Buffer.concat([cipher.update(sealed.subarray(0, -TAG_BYTES)), cipher.final()])
  } catch {
    throw new ImportError('wrong-passphrase')
  } finally {
    key.fill(0)
  }
  const whole = bytesOfHexDigits(digits)
  digits.fill(0)
  if (whole?.length !== 64) throw new ImportError('unknown-form', 'what is in this Morse file is no ed25519 key')
  const seed = whole.slice(0, 32)
  const fits = Buffer.from(ed25519.getPublicKey(seed)).equals(Buffer.from(whole.subarray(32)))
  whole.fill(0)
  if (!fits) throw new ImportError('damaged-file', 'its two halves do not belong together')
  return seed
}

/** Morse address of a public key: the first 20 bytes of its SHA-256, in upper-case hex. */
export function morseAddressOf(publicKey: Uint8Array): string {
  return Buffer.from(sha256(publicKey).slice(0, 20)).toString('hex').toUpperCase()
}

/** @param seed 32 bytes */
export function morsePublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed)
}

function readKeyfile(text: string): z.infer<typeof keyfileSchema> {
  try {
    return keyfileSchema.parse(JSON.parse(text))
  } catch {
    throw new ImportError('damaged-file', 'a field of the Morse file is missing or cannot be read')
  }
}

/** ed25519, as the claim messages want it: 64 bytes. @param seed 32 bytes */
export function signMorse(seed: Uint8Array, bytes: Uint8Array): Uint8Array {
  return ed25519.sign(bytes, seed)
}

/** Without a text in between, which could not be zeroed. */
function bytesOfHexDigits(digits: Uint8Array): Uint8Array | undefined {
  if (digits.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(digits.length / 2)
  for (let at = 0; at < bytes.length; at += 1) {
    const high = digitOf(digits[at * 2] ?? 0)
    const low = digitOf(digits[at * 2 + 1] ?? 0)
    if (high < 0 || low < 0) return undefined
    bytes[at] = high * 16 + low
  }
  return bytes
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
