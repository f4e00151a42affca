import { describe, expect, it } from 'vitest'
import { ImportError, importSentence } from '#main/adapters/vault/import-error.ts'
import { entropyOf, KEY_PATH, keyPath, privateKeyOfWords, readSecret, wordsOf } from '#main/adapters/vault/private-keys.ts'
import { pubKeyHexOf, signBytes } from '#main/adapters/vault/signatures.ts'
import { SIGNED_BY_HEARTH, vector } from '../cosmos/vectors.ts'
import { codec, VECTOR_KEYS as keys } from './support.ts'

const vectors = SIGNED_BY_HEARTH.map((name) => vector(name))
const words = keys.mnemonic.split(' ')

describe('private keys', () => {
  it.each(keys.keys)('derives $name as pocketd does', async (from) => {
    const privateKey = await privateKeyOfWords(words, from.path)
    expect(Buffer.from(privateKey).toString('hex')).toBe(from.privateKeyHex)
    expect(Buffer.from(pubKeyHexOf(privateKey), 'hex').toString('base64')).toBe(from.pubkeyBase64)
    expect(codec.addressOf(pubKeyHexOf(privateKey))).toBe(from.address)
  })

  it('uses the first account of every Cosmos wallet', async () => {
    expect(KEY_PATH).toBe("m/44'/118'/0'/0/0")
    expect(Buffer.from(await privateKeyOfWords(words)).toString('hex')).toBe(keys.keys[0]?.privateKeyHex)
  })

  it.each(vectors)('signs $name byte for byte like pocketd', ({ draft, privateKey, txBytes }) => {
    const signDoc = codec.signDoc(draft)
    expect(Buffer.from(codec.assemble(signDoc, signBytes(privateKey, signDoc))).equals(txBytes)).toBe(true)
  })

  it('makes 24 words of 32 bytes that lead back to the same key', async () => {
    const made = wordsOf(new Uint8Array(32).fill(7))
    expect(made).toHaveLength(24)
    const read = readSecret(` ${made.join('\n ').toUpperCase()} `)
    if (read.kind !== 'words') throw new Error(read.kind)
    expect(read.words).toEqual(made)
  })
})

describe('reading what was typed', () => {
  const sentence = (text: string): string => {
    try {
      throw new Error(`taken: ${readSecret(text).kind}`)
    } catch (error) {
      if (!(error instanceof ImportError)) throw error
      return importSentence(error)
    }
  }

  it('says which word is not in the list and what was meant', () => {
    const typed = [...words]
    typed[6] = 'abondon'
    expect(sentence(typed.join(' '))).toBe('Word 7, "abondon", is not in the list. Did you mean "abandon"?')
    typed[6] = 'xqzzzzzz'
    expect(sentence(typed.join(' '))).toBe('Word 7, "xqzzzzzz", is not in the list.')
  })
  it('tells a wrong number of words and a wrong checksum apart', () => {
    expect(sentence(words.slice(1).join(' '))).toContain('These are 23 words')
    expect(sentence([...words.slice(0, -1), 'zoo'].join(' '))).toContain('together they do not fit')
  })
  it('accepts 12 words', () => {
    expect(readSecret('abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about').kind).toBe('words')
  })
  it('reads 64 hex digits, with or without 0x, and refuses what is no scalar', () => {
    const hex = keys.keys[0]?.privateKeyHex ?? ''
    for (const text of [hex, `0x${hex}`, ` ${hex.toUpperCase()}\n`]) {
      const read = readSecret(text)
      if (read.kind !== 'hex') throw new Error(read.kind)
      expect(Buffer.from(read.privateKey).toString('hex')).toBe(hex)
    }
    expect(sentence(hex.slice(1))).toContain('these are 63')
    expect(sentence('0'.repeat(64))).toContain('not a possible private key')
    expect(sentence('f'.repeat(64))).toContain('not a possible private key')
    expect(sentence('g'.repeat(64))).toContain('neither')
    expect(sentence('  \n ')).toContain('Nothing was typed')
  })
  it('leaves no copy of a private key in the memory that short Buffers share', () => {
    const marker = 'c0ffee'.padEnd(64, '5')
    for (let count = 0; count < 50; count += 1) readSecret(marker)
    const shared = Buffer.from(Buffer.from('x').buffer)
    const wanted = Buffer.alloc(32)
    wanted.write(marker, 'hex')
    expect(shared.length).toBeGreaterThanOrEqual(4096)
    expect(shared.includes(wanted)).toBe(false)
  })
  it('takes any account and index of the same words, and refuses what is none', async () => {
    const made = await privateKeyOfWords(words, keyPath('1', '0'))
    expect(Buffer.from(made).toString('hex')).toBe(keys.keys[2]?.privateKeyHex)
    expect(keyPath('', ' 7 ')).toBe("m/44'/118'/0'/0/7")
    for (const [account, index] of [
      ['-1', '0'],
      ['0', '2147483648'],
      ['1.5', '0'],
      ['0', 'one'],
    ] as const)
      expect(() => keyPath(account, index)).toThrowError(expect.objectContaining({ problem: 'bad-path' }))
    expect(wordsOf(entropyOf(words))).toEqual(words)
  })
})
