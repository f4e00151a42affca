import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { argon2id, bcrypt } from 'hash-wasm'
import { ImportError } from './import-error.ts'

/** Armored private keys as `pocketd keys export` writes them (onchain facts, section 7). */

const BEGIN = '-----BEGIN TENDERMINT PRIVATE KEY-----'
const END = '-----END TENDERMINT PRIVATE KEY-----'
/** Legacy-amino head of a secp256k1 private key: type prefix and the length of what follows. */
const AMINO_HEAD = Uint8Array.of(0xe1, 0xb0, 0xf7, 0x9b, 0x20)
const PRIVATE_KEY_BYTES = 32
const ARGON2 = { memorySize: 64 * 1024, iterations: 1, parallelism: 4, hashLength: 32 } as const
const BCRYPT_COST = 12
const NONCE_BYTES = 24

/** Whether a text looks like an armored key, whole or in part. */
export function looksLikeArmor(text: string): boolean {
  return text.includes('TENDERMINT PRIVATE KEY')
}

/**
 * Opens an armored key. The caller zeroes what it gets.
 * Rejects ImportError: 'damaged-file' (form, checksum), 'unknown-form' (another kind of key or derivation), 'wrong-passphrase'.
 */
export async function openArmor(text: string, passphrase: string): Promise<Uint8Array> {
  const { headers, body } = readArmor(text)
  if ((headers.get('type') ?? 'secp256k1') !== 'secp256k1') throw new ImportError('unknown-form', 'this armor holds another kind of key')
  const saltHex = headers.get('salt') ?? ''
  if (!/^[0-9a-fA-F]{32}$/.test(saltHex)) throw new ImportError('damaged-file', 'the salt of the armor cannot be read')
  const salt = hexToBytes(saltHex.toLowerCase())
  const kdf = headers.get('kdf') ?? ''
  const opened =
    kdf === 'argon2' ? await openArgon2(body, salt, passphrase) : kdf === 'bcrypt' ? await openBcrypt(body, salt, passphrase) : undefined
  if (!opened) throw new ImportError('unknown-form', 'this armor was closed in a way that Hearth does not know')
  try {
    if (opened.length !== AMINO_HEAD.length + PRIVATE_KEY_BYTES || !AMINO_HEAD.every((byte, index) => opened[index] === byte))
      throw new ImportError('unknown-form', 'what is in this armor is no secp256k1 key')
    return opened.slice(AMINO_HEAD.length)
  } finally {
    opened.fill(0)
  }
}

/** Closes a private key into an armor that `pocketd keys import` opens. @param salt 16 random bytes */
export async function closeArmor(privateKey: Uint8Array, passphrase: string, salt: Uint8Array): Promise<string> {
  const plain = new Uint8Array(AMINO_HEAD.length + PRIVATE_KEY_BYTES)
  plain.set(AMINO_HEAD)
  plain.set(privateKey, AMINO_HEAD.length)
  const key = await argon2id({ ...ARGON2, password: passphrase, salt, outputType: 'binary' })
  const sealed = chacha20poly1305(key, new Uint8Array(12)).encrypt(plain)
  plain.fill(0)
  key.fill(0)
  const lines =
    Buffer.from(sealed)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  const salted = Buffer.from(salt).toString('hex').toUpperCase()
  return `${BEGIN}\nkdf: argon2\nsalt: ${salted}\ntype: secp256k1\n\n${lines.join('\n')}\n=${checksumOf(sealed)}\n${END}\n`
}

function readArmor(text: string): { headers: Map<string, string>; body: Uint8Array } {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line, index, all) => line !== '' || all.slice(0, index).includes(BEGIN))
  const from = lines.indexOf(BEGIN)
  const to = lines.indexOf(END)
  if (from < 0 || to < from) throw new ImportError('damaged-file', 'the first or the last line of the armor is missing')
  const headers = new Map<string, string>()
  let at = from + 1
  for (; at < to; at += 1) {
    const found = /^([A-Za-z]+): (.*)$/.exec(lines[at] ?? '')
    if (!found) break
    headers.set((found[1] ?? '').toLowerCase(), found[2] ?? '')
  }
  const rest = lines.slice(at, to).filter((line) => line !== '')
  const sum = rest.at(-1)?.startsWith('=') === true ? rest.pop()?.slice(1) : undefined
  const base64 = rest.join('')
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw new ImportError('damaged-file', 'the letters of the armor cannot be read')
  const body = new Uint8Array(Buffer.from(base64, 'base64'))
  // Tells a mistyped or cut copy from a wrong passphrase before one is tried.
  if (sum === undefined || sum !== checksumOf(body))
    throw new ImportError('damaged-file', 'its checksum does not fit: a letter is wrong or missing')
  return { headers, body }
}

async function openArgon2(body: Uint8Array, salt: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const key = await argon2id({ ...ARGON2, password: passphrase, salt, outputType: 'binary' })
  try {
    // The nonce is all zero: the salt makes each key new.
    return chacha20poly1305(key, new Uint8Array(12)).decrypt(body)
  } catch {
    throw new ImportError('wrong-passphrase')
  } finally {
    key.fill(0)
  }
}

/** Armor of older tools: the whole text of the bcrypt hash is hashed once more, and the nonce stands before the box. */
async function openBcrypt(body: Uint8Array, salt: Uint8Array, passphrase: string): Promise<Uint8Array> {
  if (body.length <= NONCE_BYTES + 16) throw new ImportError('damaged-file', 'the armor is too short')
  const hash = await bcrypt({ password: passphrase, salt, costFactor: BCRYPT_COST, outputType: 'encoded' })
  const key = sha256(new TextEncoder().encode(hash))
  try {
    return xsalsa20poly1305(key, body.slice(0, NONCE_BYTES)).decrypt(body.slice(NONCE_BYTES))
  } catch {
    throw new ImportError('wrong-passphrase')
  } finally {
    key.fill(0)
  }
}

/** CRC-24 of OpenPGP (RFC 9580, 6.1), base64. */
function checksumOf(bytes: Uint8Array): string {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb
    }
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]).toString('base64')
}
