import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import { lockOutSchema } from './lock-out.ts'
import { passwordHashSchema } from './password-hash.ts'

export const SIGN_IN_FILE = 'sign-in.json'

const sessionSchema = z.strictObject({
  /** Public name of the session: what a list shows and an end is asked by. Opens nothing. */
  id: z.string().regex(/^[A-Za-z0-9_-]{12}$/),
  /** SHA-256 of the cookie's value. */
  hash: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  browser: z.string().max(80),
  address: z.string().max(80),
  how: z.enum(['link', 'password']),
  createdAtMs: z.number(),
  seenAtMs: z.number(),
})
export type SessionRecord = z.infer<typeof sessionSchema>

const fileSchema = z.strictObject({
  version: z.literal(1),
  password: passwordHashSchema.nullable(),
  sessions: z.array(sessionSchema).max(100),
  lockOut: lockOutSchema,
})
export type SignInRecord = z.infer<typeof fileSchema>

/** Where what the sign-in must remember is kept. Hashes only: who reads it can open nothing with it. */
export interface SignInStore {
  /** @returns undefined when there is nothing yet; `damaged` when what was there is unreadable and was put aside under another name */
  load(): Promise<{ record: SignInRecord | undefined; damaged: string | undefined }>
  save(record: SignInRecord): Promise<void>
}

/**
 * Keeps it in `sign-in.json` in the data folder. An unreadable file is put aside, never overwritten: without it nobody gets in by password, so nothing is
 * opened by damaging it, and the nodes go on.
 */
export function signInFile(dataDir: string, now: () => number): SignInStore {
  const path = join(dataDir, SIGN_IN_FILE)
  return {
    async load() {
      let text: string
      try {
        text = await readFile(path, 'utf8')
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { record: undefined, damaged: undefined }
        throw error
      }
      const record = parse(text)
      if (record) return { record, damaged: undefined }
      const aside = `${path}.damaged-${now()}`
      await rename(path, aside)
      return { record: undefined, damaged: aside }
    },
    // SECURITY: S19 0600 from the first byte, in the 0700 data folder.
    save: (record) => writeFileAtomic(path, `${JSON.stringify(record)}\n`),
  }
}

/** Forgets the password, every session and every lock-out. @returns whether there was anything */
export async function resetSignIn(dataDir: string): Promise<boolean> {
  const path = join(dataDir, SIGN_IN_FILE)
  const there = await readFile(path).then(
    () => true,
    () => false,
  )
  await rm(path, { force: true })
  return there
}

function parse(text: string): SignInRecord | undefined {
  try {
    return fileSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
