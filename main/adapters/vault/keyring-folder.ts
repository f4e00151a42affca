import { createDecipheriv, pbkdf2Sync } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { bcryptVerify } from 'hash-wasm'
import { z } from 'zod'
import { ImportError } from './import-error.ts'

/**
 * Keyring folders of pocketd, backends `file` and `test` (onchain facts, section 7): one JWE per key. Backend `os` keeps its keys with the operating system; they are
 * brought in by `pocketd keys export`.
 */
export interface KeyringEntry {
  name: string
  /** 32 bytes; the caller zeroes it. */
  privateKey: Uint8Array
}

/** Passphrase of the `test` backend, the same everywhere. */
const TEST_PASSPHRASE = 'test'
const MAX_FILE_BYTES = 64 * 1024
const MAX_KEYS = 100
/** A file that asks for more rounds would stop the machine instead of opening. */
const MAX_ROUNDS = 2_000_000

const headerSchema = z.object({
  alg: z.literal('PBES2-HS256+A128KW'),
  enc: z.literal('A256GCM'),
  p2c: z.number().int().min(1).max(MAX_ROUNDS),
  p2s: z.string().min(8).max(200),
})
const itemSchema = z.object({ Data: z.string().max(MAX_FILE_BYTES) })

/**
 * Reads every local key of a keyring folder, by name. A folder that holds `keyring-file` or `keyring-test` is looked into.
 * Rejects ImportError: 'no-such-file', 'no-keys', 'wrong-passphrase', 'passphrase-needed', 'damaged-file', 'ledger-key' (when no entry has its key here).
 */
export async function readKeyringFolder(typed: string, passphrase: string): Promise<KeyringEntry[]> {
  const folder = await keyringIn(typed)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.info')).sort()
  if (names.length === 0) throw new ImportError('no-keys')
  if (names.length > MAX_KEYS) throw new ImportError('damaged-file', `it holds more than ${MAX_KEYS} keys`)
  const isTest = basename(folder) === 'keyring-test'
  if (!isTest && passphrase === '') throw new ImportError('passphrase-needed')
  if (!isTest) await checkPassphrase(folder, passphrase)
  const entries: KeyringEntry[] = []
  for (const name of names) {
    const text = await readText(join(folder, name))
    const privateKey = readRecord(openItem(text, isTest ? TEST_PASSPHRASE : passphrase))
    if (privateKey) entries.push({ name: name.slice(0, -'.info'.length), privateKey })
  }
  if (entries.length === 0) throw new ImportError('ledger-key')
  return entries
}

async function keyringIn(typed: string): Promise<string> {
  if (!isAbsolute(typed)) throw new ImportError('no-such-file', 'write the whole path of the folder, from the root of the disk')
  for (const folder of [typed, join(typed, 'keyring-file'), join(typed, 'keyring-test')]) {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (!isFolder) continue
    if ((await readdir(folder).catch(() => [])).some((name) => name.endsWith('.info'))) return folder
  }
  const exists = await stat(typed).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (exists) throw new ImportError('no-keys')
  throw new ImportError('no-such-file', 'there is no such folder, or Hearth may not read it')
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new ImportError('damaged-file', 'a file in it is far too large')
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof ImportError) throw error
    throw new ImportError('no-such-file', 'a file in the folder may not be read')
  }
}

/** The `file` backend keeps a hash of its passphrase, which tells a wrong one from a damaged key. */
async function checkPassphrase(folder: string, passphrase: string): Promise<void> {
  const hash = await readFile(join(folder, 'keyhash'), 'utf8').catch(() => '')
  if (!/^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash.trim())) return
  if (!(await bcryptVerify({ password: passphrase, hash: hash.trim() }))) throw new ImportError('wrong-passphrase')
}

/** Opens one compact JWE (RFC 7518, 4.8 and 5.3). @returns the record's protobuf bytes */
function openItem(text: string, passphrase: string): Uint8Array {
  const parts = text.split('.')
  const [head = '', wrapped = '', iv = '', sealed = '', tag = ''] = parts
  if (parts.length !== 5) throw new ImportError('damaged-file', 'a file in it is no keyring item')
  const header = headerOf(head)
  const salt = Buffer.concat([Buffer.from(`${header.alg}\0`), Buffer.from(header.p2s, 'base64url')])
  const wrapKey = pbkdf2Sync(passphrase, salt, header.p2c, 16, 'sha256')
  let contentKey: Buffer
  try {
    const unwrap = createDecipheriv('id-aes128-wrap', wrapKey, Buffer.alloc(8, 0xa6))
    contentKey = Buffer.concat([unwrap.update(Buffer.from(wrapped, 'base64url')), unwrap.final()])
  } catch {
    throw new ImportError('wrong-passphrase')
  } finally {
    wrapKey.fill(0)
  }
  try {
    const cipher = createDecipheriv('aes-256-gcm', contentKey, Buffer.from(iv, 'base64url'))
    cipher.setAAD(Buffer.from(head, 'ascii'))
    cipher.setAuthTag(Buffer.from(tag, 'base64url'))
    const plain = Buffer.concat([cipher.update(Buffer.from(sealed, 'base64url')), cipher.final()])
    const item = itemSchema.parse(JSON.parse(plain.toString('utf8')))
    plain.fill(0)
    return new Uint8Array(Buffer.from(item.Data, 'base64'))
  } catch {
    throw new ImportError('damaged-file', 'a key in it cannot be opened, though the passphrase fits')
  } finally {
    contentKey.fill(0)
  }
}

function headerOf(text: string): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    throw new ImportError('damaged-file', 'a file in it is no keyring item that pocketd writes')
  }
}

/** `cosmos.crypto.keyring.v1.Record`: 3 local { 1 priv_key Any }. @returns undefined for a record whose key lies elsewhere */
function readRecord(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const local = field(bytes, 3)
    const any = local && field(local, 1)
    if (!any) return undefined
    const url = field(any, 1)
    const value = field(any, 2)
    if (!url || !value || new TextDecoder().decode(url) !== '/cosmos.crypto.secp256k1.PrivKey') return undefined
    const key = field(value, 1)
    return key?.length === 32 ? Uint8Array.from(key) : undefined
  } catch {
    throw new ImportError('damaged-file', 'a record in it cannot be read')
  } finally {
    bytes.fill(0)
  }
}

/** The bytes of one length-delimited field. */
function field(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [found, wire] = reader.tag()
    if (found === number) return reader.bytes()
    reader.skip(wire)
  }
  return undefined
}
