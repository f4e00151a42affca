import { Bip39, EnglishMnemonic, Slip10, Slip10Curve, stringToPath } from '@cosmjs/crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { ImportError } from './import-error.ts'

/** Words, private keys and signatures. Callers zero every private key that they get from here. */

/** The first account of every Cosmos wallet: the same words work there with the prefix `pokt` (onchain facts, section 7). */
export const KEY_PATH = "m/44'/118'/0'/0/0"
const WORD_COUNTS = [12, 15, 18, 21, 24]

/** @param entropy 32 bytes give 24 words */
export function wordsOf(entropy: Uint8Array): string[] {
  return Bip39.encode(entropy).toString().split(' ')
}

/** Private key of a list of words that is known to be valid. @param passphrase of BIP39, empty for none: another one is another key, and none is wrong */
export async function privateKeyOfWords(words: string[], path: string = KEY_PATH, passphrase = ''): Promise<Uint8Array> {
  const seed = await Bip39.mnemonicToSeed(new EnglishMnemonic(words.join(' ')), passphrase.normalize('NFKD'))
  const derived = Slip10.derivePath(Slip10Curve.Secp256k1, seed, stringToPath(path))
  const privateKey = Uint8Array.from(derived.privkey)
  derived.privkey.fill(0)
  derived.chainCode.fill(0)
  seed.fill(0)
  return privateKey
}

/** A path of the accounts that Cosmos wallets show: account and index, both hardened by the wallet as it does. Rejects ImportError 'bad-path'. */
export function keyPath(account: string, index: string): string {
  const numbers = [account, index].map((text) => (text.trim() === '' ? '0' : text.trim()))
  if (numbers.some((text) => !/^\d{1,10}$/.test(text) || Number(text) > 0x7fffffff)) throw new ImportError('bad-path')
  return `m/44'/118'/${Number(numbers[0])}'/0/${Number(numbers[1])}`
}

export type TypedSecret = { kind: 'words'; words: string[] } | { kind: 'hex'; privateKey: Uint8Array }

/**
 * Reads what a person typed: 12 to 24 words, or a private key of 64 hex digits. Rejects ImportError; nothing typed is repeated in it except a word that is not in the list.
 */
export function readSecret(text: string): TypedSecret {
  const parts = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== '')
  if (parts.length === 0) throw new ImportError('nothing')
  if (parts.length === 1 && (parts[0] ?? '').length > 16) return readHex(parts[0] ?? '')
  for (const [index, word] of parts.entries()) {
    if (EnglishMnemonic.wordlist.includes(word)) continue
    const near = nearest(word)
    throw new ImportError(
      'wrong-word',
      `Word ${index + 1}, "${word.slice(0, 24)}", is not in the list.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    )
  }
  if (!WORD_COUNTS.includes(parts.length))
    throw new ImportError(
      'word-count',
      `These are ${parts.length} words. A key has 12, 15, 18, 21 or 24 of them; look for one left out or written twice.`,
    )
  try {
    new EnglishMnemonic(parts.join(' ')).toString()
  } catch {
    throw new ImportError('wrong-checksum')
  }
  return { kind: 'words', words: parts }
}

/** 16 to 32 bytes that words stand for; the caller zeroes them. */
export function entropyOf(words: string[]): Uint8Array {
  return Bip39.decode(new EnglishMnemonic(words.join(' ')))
}

function readHex(text: string): TypedSecret {
  const hex = text.startsWith('0x') ? text.slice(2) : text
  if (!/^[0-9a-f]+$/.test(hex)) throw new ImportError('unknown-form')
  if (hex.length !== 64) throw new ImportError('hex-length', String(hex.length))
  // SECURITY: S18 into memory of its own: Buffer.from would leave a copy in the block that all short Buffers share, where nobody zeroes it.
  const privateKey = hexToBytes(hex)
  if (!isPossibleKey(privateKey)) {
    privateKey.fill(0)
    throw new ImportError('impossible-key')
  }
  return { kind: 'hex', privateKey }
}

/** Whether 32 bytes are a secp256k1 key: not zero and under the order. */
export function isPossibleKey(privateKey: Uint8Array): boolean {
  return secp256k1.utils.isValidSecretKey(privateKey)
}

/** The one word of the list that is nearest by letters changed, left out or added; undefined when none is within two. */
function nearest(word: string): string | undefined {
  let best: string | undefined
  let bestDistance = 3
  for (const candidate of EnglishMnemonic.wordlist) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change))
    }
    row = next
  }
  return row[b.length] ?? 3
}
