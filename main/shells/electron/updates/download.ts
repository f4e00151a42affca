import { createHash, timingSafeEqual } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApi } from '../electron-api.ts'
import type { ReleaseFile } from './feed.ts'

export type Fetch = ElectronApi['net']['fetch']
/** A download that says nothing for so long is given up; the next look begins anew. */
const READ_LIMIT_MS = 30 * 60_000

/** Fetches a small file. @param limit bytes @returns undefined for anything but a 200 of at most that size */
export async function fetchSmall(fetch: Fetch, url: string, limit: number, timeoutMs: number): Promise<Uint8Array | undefined> {
  const response = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(timeoutMs), headers: { 'user-agent': 'Hearth' } })
  if (response.status !== 200 || !response.body) return undefined
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.byteLength
    if (length > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Fetches an installer into `folder`, counts and sums it while it comes, and gives it its name only when both are what the signed list says.
 * @returns its path, undefined when it is not what was announced. Rejects with what network or disk say
 */
export async function download(fetch: Fetch, url: string, file: ReleaseFile, folder: string): Promise<string | undefined> {
  const path = join(folder, file.name)
  const part = `${path}.part`
  const response = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(READ_LIMIT_MS), headers: { 'user-agent': 'Hearth' } })
  if (response.status !== 200 || !response.body) throw new Error(`the release answers ${response.status}`)
  const sum = createHash('sha512')
  let length = 0
  const handle = await open(part, 'w', 0o600)
  try {
    for await (const chunk of response.body) {
      length += chunk.byteLength
      // SECURITY: S12 never more than was announced, whatever is sent.
      if (length > file.bytes) break
      sum.update(chunk)
      await handle.writeFile(chunk)
    }
    await handle.sync()
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  if (length !== file.bytes || !isSame(sum.digest('hex'), file.sha512)) {
    await rm(part, { force: true })
    return undefined
  }
  await rename(part, path)
  return path
}

/** Whether a file still is what the list says; read anew right before it is run. */
export async function isIntact(path: string, file: ReleaseFile): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => undefined)
  if (!handle) return false
  try {
    const found = await handle.stat()
    if (!found.isFile() || found.size !== file.bytes) return false
    const sum = createHash('sha512')
    for await (const chunk of handle.createReadStream({ autoClose: false })) sum.update(chunk as Uint8Array)
    return isSame(sum.digest('hex'), file.sha512)
  } finally {
    await handle.close()
  }
}

const isSame = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** Takes away what is not wanted any more. @param keep name of the file that stays */
export async function sweep(folder: string, keep: string | undefined): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) if (name !== keep) await rm(join(folder, name), { force: true, recursive: true })
}
