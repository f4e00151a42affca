import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const KEY_BYTES = 32

/** What is kept of the sign-in password. The ceilings keep a file that was tampered with from eating the machine. */
export const passwordHashSchema = z.strictObject({
  algorithm: z.literal('scrypt'),
  /** Cost; a power of two. */
  n: z
    .number()
    .int()
    .min(2 ** 10)
    .max(2 ** 18),
  r: z.number().int().min(1).max(16),
  p: z.number().int().min(1).max(4),
  salt: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  hash: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  setAtMs: z.number().int().nonnegative(),
})
export type PasswordHash = z.infer<typeof passwordHashSchema>

export interface HashCost {
  n: number
  r: number
  p: number
}
/** 128 MiB and a third of a second: beyond what OWASP asks of scrypt. The work is done off the main thread. */
export const SIGN_IN_COST: HashCost = { n: 2 ** 17, r: 8, p: 1 }

/** @param password as typed; normalised, so that two keyboards that write one letter in two ways mean the same */
export async function hashPassword(password: string, cost: HashCost, nowMs: number): Promise<PasswordHash> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost)
  return { algorithm: 'scrypt', ...cost, salt: salt.toString('base64url'), hash: hash.toString('base64url'), setAtMs: nowMs }
}

export async function isPassword(password: string, kept: PasswordHash): Promise<boolean> {
  const hash = await derive(password, Buffer.from(kept.salt, 'base64url'), kept)
  return timingSafeEqual(hash, Buffer.from(kept.hash, 'base64url'))
}

function derive(password: string, salt: Buffer, { n, r, p }: HashCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N: n, r, p, maxmem: 128 * n * r * p + 32 * 1024 * 1024 }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}
