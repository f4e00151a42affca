import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { HearthError } from '#shared/api/errors.ts'
import type { SecondWrap } from '#main/core/ports/vault.ts'
import { UNLOCK_KEY_FILE, writeSecretFile } from './vault-file.ts'

/** Name of the credential that systemd hands over. */
export const CREDENTIAL_NAME = 'hearth-unlock'
const MAGIC = 'hearth-unlock-key'
const SECRET_BYTES = 32
const MAX_BYTES = 200

export interface UnlockKeyFileOptions {
  /** Folder of the vault: Hearth writes the key file here. */
  folder: string
  /** `CREDENTIALS_DIRECTORY` of systemd; looked at first, and never written. */
  credentialsDir?: string | undefined
  /** Number of the user that Hearth runs as; undefined where there is none (Windows). */
  uid?: number | undefined
}

/**
 * The second way in for a machine where nobody sits: a file of 0600 beside the vault, or a credential of systemd with the same content
 * (`systemd-creds encrypt --name=hearth-unlock unlock.key …`), after which the file can go.
 * SECURITY: S19 a file that is a link, belongs to somebody else, or that others may read or change, is refused and not obeyed.
 */
export function createUnlockKeyFile({ folder, credentialsDir, uid }: UnlockKeyFileOptions): SecondWrap {
  const path = join(folder, UNLOCK_KEY_FILE)
  const load = async (): Promise<Uint8Array | undefined> => {
    const given = credentialsDir === undefined ? undefined : await readKey(join(credentialsDir, CREDENTIAL_NAME), 'credential', uid)
    return given ?? (await readKey(path, 'file', uid))
  }
  return {
    problem: () => Promise.resolve(undefined),
    load,
    async store(secret) {
      const text = secret.length === SECRET_BYTES ? textOf(secret) : undefined
      if (text === undefined) throw new Error('an unlock key has 32 bytes')
      await writeSecretFile(path, text).finally(() => text.fill(0))
    },
    async remove() {
      await rm(path, { force: true })
    },
  }
}

/** A fresh secret; the caller zeroes it. */
export function newUnlockSecret(): Uint8Array {
  // Not in the block that short Buffers share.
  const secret = new Uint8Array(SECRET_BYTES)
  const bytes = randomBytes(SECRET_BYTES)
  secret.set(bytes)
  bytes.fill(0)
  return secret
}

/** @returns undefined when there is no such file. Rejects `unlock-file-refused` with `detail.reason` */
async function readKey(path: string, source: 'file' | 'credential', uid: number | undefined): Promise<Uint8Array | undefined> {
  let handle: FileHandle
  try {
    // Opened first and judged after, so that nobody can put another file in its place in between.
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT') return undefined
    throw refused(code === 'ELOOP' ? 'link' : 'unreadable', path)
  }
  const bytes = Buffer.alloc(MAX_BYTES)
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw refused('no-file', path)
    if (uid !== undefined) {
      // systemd may keep a credential as root's and open it to the service by an access list, which shows as a right of the group.
      const isCredential = source === 'credential'
      if (found.uid !== uid && !(isCredential && found.uid === 0)) throw refused('owner', path)
      if ((found.mode & (isCredential ? 0o037 : 0o077)) !== 0)
        throw refused('mode', path, (found.mode & 0o777).toString(8).padStart(4, '0'))
    }
    const { bytesRead } = await handle.read(bytes, 0, MAX_BYTES, 0)
    return secretOf(bytes.subarray(0, bytesRead)) ?? raise(refused('damaged', path))
  } finally {
    bytes.fill(0)
    await handle.close()
  }
}

function textOf(secret: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`${MAGIC} 1 ${Buffer.from(secret).toString('hex')} ${sumOf(secret)}\n`)
}

function secretOf(bytes: Uint8Array): Uint8Array | undefined {
  const found = new RegExp(`^${MAGIC} 1 ([0-9a-f]{64}) ([0-9a-f]{16})\\n?$`).exec(new TextDecoder().decode(bytes))
  if (!found) return undefined
  const secret = Uint8Array.from({ length: SECRET_BYTES }, (_, index) =>
    Number.parseInt((found[1] ?? '').slice(index * 2, index * 2 + 2), 16),
  )
  return sumOf(secret) === found[2] ? secret : undefined
}

/** Tells a mistyped copy from the key of another vault. */
function sumOf(secret: Uint8Array): string {
  return createHash('sha256').update('hearth-unlock-key').update(secret).digest('hex').slice(0, 16)
}

function refused(reason: string, path: string, mode = ''): HearthError {
  return new HearthError('unlock-file-refused', { reason, path, ...(mode === '' ? {} : { mode }) })
}

function raise(error: Error): never {
  throw error
}
