import { looksLikeArmor, openArmor } from './cosmos-armor.ts'
import type { Form } from './forms.ts'
import { ImportError } from './import-error.ts'
import { readKeyringFolder } from './keyring-folder.ts'
import { looksLikeMorse, openMorseKeyfile } from './morse-keyfile.ts'
import { entropyOf, isPossibleKey, keyPath, privateKeyOfWords, readSecret } from './private-keys.ts'

/** How a key came into the vault. */
export type KeyOrigin = 'made' | 'words' | 'hex' | 'armor' | 'keyring' | 'morse' | 'watch' | 'before'

/** One key that was read from what a person typed. The caller zeroes `secret` and `entropy`. */
export interface FoundKey {
  origin: KeyOrigin
  /** Name in a keyring; empty otherwise. */
  name: string
  curve: 'secp256k1' | 'ed25519'
  /** 32 bytes: private key, or the seed of a Morse key. */
  secret: Uint8Array
  /** What its words stand for, when there are words. */
  entropy: Uint8Array | undefined
  path: string | undefined
}

/**
 * Reads the import form: words with account and index, hex, an armor, a Morse key file, or the path of a keyring folder. Rejects ImportError, and then keeps nothing.
 * @param form fields `secret`, `folder`, `passphrase`, `account`, `index`, `wordsPassphrase`
 * @returns one key, or every key of a folder
 */
export async function readImport(form: Form): Promise<FoundKey[]> {
  const secret = form.get('secret') ?? ''
  const folder = (form.get('folder') ?? '').trim()
  const passphrase = form.get('passphrase') ?? ''
  const wordsPassphrase = form.get('wordsPassphrase') ?? ''
  if (secret.trim() !== '' && folder !== '')
    throw new ImportError('unknown-form', 'both a key and a folder were typed, and only one of them can be meant')
  const typed = folder === '' && !looksLikeArmor(secret) && !looksLikeMorse(secret) ? readSecret(secret) : undefined
  if (wordsPassphrase !== '' && typed?.kind !== 'words')
    throw new ImportError('unknown-form', 'a passphrase of words was typed, and no words')
  if (folder !== '') {
    const entries = await readKeyringFolder(folder, passphrase)
    return entries.map(({ name, privateKey }) => found('keyring', privateKey, { name }))
  }
  if (looksLikeArmor(secret)) {
    if (passphrase === '') throw new ImportError('passphrase-needed')
    return [found('armor', await openArmor(secret, passphrase))]
  }
  if (looksLikeMorse(secret)) return [found('morse', openMorseKeyfile(secret, passphrase), { curve: 'ed25519' })]
  if (typed === undefined) throw new ImportError('unknown-form')
  if (typed.kind === 'hex') return [found('hex', typed.privateKey)]
  const path = keyPath(form.get('account') ?? '', form.get('index') ?? '')
  const privateKey = await privateKeyOfWords(typed.words, path, wordsPassphrase)
  // The words alone would be another key: with a passphrase the key is kept, and they are not.
  const entropy = wordsPassphrase === '' ? entropyOf(typed.words) : undefined
  return [found('words', privateKey, { entropy, path })]
}

/** Zeroes what was found. */
export function forget(keys: FoundKey[]): void {
  for (const key of keys) {
    key.secret.fill(0)
    key.entropy?.fill(0)
  }
}

function found(origin: KeyOrigin, secret: Uint8Array, more: Partial<FoundKey> = {}): FoundKey {
  const key: FoundKey = { origin, name: '', curve: 'secp256k1', secret, entropy: undefined, path: undefined, ...more }
  if (key.curve === 'secp256k1' && !isPossibleKey(secret)) {
    forget([key])
    throw new ImportError('impossible-key')
  }
  return key
}
