import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import type { SecondWrap } from '#main/core/ports/vault.ts'
import type { SafeStorage } from './desktop-api.ts'

const FILE = 'keychain.sealed'
const SECRET_BYTES = 32
const MAX_FILE_BYTES = 16 * 1024
/** Chromium's own words for a keychain that is none: a fixed password that stands in its source. */
const PLAIN = 'basic_text'

/**
 * The keychain of the operating system as the vault's second way in. What the keychain gives back is sealed by it and lies in one file of the data folder; without the
 * user's keychain the file is of no use. Asynchronous calls alone: the others may stop the whole program while the system asks the user.
 * SECURITY: S19 the file is 0600 in the 0700 data folder, and S18: on Linux without a keychain Chromium would "encrypt" with a password that everybody knows, which is refused.
 */
export function createKeychain(safeStorage: SafeStorage, options: { dataDir: string; platform: NodeJS.Platform }): SecondWrap {
  const path = join(options.dataDir, FILE)
  const problem = async (): Promise<string | undefined> => {
    // Asked first: only after it does the kind of keychain stand.
    if (!(await safeStorage.isAsyncEncryptionAvailable().catch(() => false))) return 'no-keychain'
    if (options.platform !== 'linux') return undefined
    const backend = safeStorage.getSelectedStorageBackend()
    if (backend === PLAIN) return 'keychain-plain'
    return backend === 'unknown' ? 'no-keychain' : undefined
  }
  const seal = async (text: string): Promise<void> => {
    await writeFileAtomic(path, await safeStorage.encryptStringAsync(text), { mode: 0o600 })
  }
  return {
    problem,
    async store(secret) {
      const why = await problem()
      if (why !== undefined) throw new Error(`the keychain cannot be used: ${why}`)
      if (secret.length !== SECRET_BYTES) throw new Error('an unlock key has 32 bytes')
      const bytes = Buffer.from(secret)
      const text = bytes.toString('base64')
      bytes.fill(0)
      await seal(text)
    },
    async load() {
      if ((await problem()) !== undefined) return undefined
      const sealed = await readSealed(path)
      if (!sealed) return undefined
      try {
        const first = await safeStorage.decryptStringAsync(sealed)
        if (!first.shouldReEncrypt) return secretOf(first.result)
        // The keychain has another key by now: the next one to read needs it sealed anew.
        const { result } = await safeStorage.decryptStringAsync(sealed)
        const secret = secretOf(result)
        if (secret) await seal(result)
        return secret
      } catch {
        // Another user's keychain, or an entry that is gone: for the vault there is no secret then, and the password opens it.
        return undefined
      }
    },
    async remove() {
      await rm(path, { force: true })
    },
  }
}

function secretOf(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  // Not in the block that short Buffers share.
  const secret = new Uint8Array(SECRET_BYTES)
  const isWhole = bytes.length === SECRET_BYTES && bytes.toString('base64') === text
  if (isWhole) secret.set(bytes)
  bytes.fill(0)
  return isWhole ? secret : undefined
}

/** SECURITY: S19 a link is not followed. @returns undefined for no file and for one that is none of ours */
async function readSealed(path: string): Promise<Buffer | undefined> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined)
  if (!handle) return undefined
  try {
    const found = await handle.stat()
    if (!found.isFile() || found.size === 0 || found.size > MAX_FILE_BYTES) return undefined
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}
