import { z } from 'zod'

/** Parts that every version of the vault file and the backup file are made of. */

const isBase64 = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text

export const msSchema = z.number().int().nonnegative()
export const base64Schema = z.string().refine(isBase64)
export const bytesSchema = (length: number): z.ZodString => base64Schema.refine((text) => Buffer.from(text, 'base64').length === length)

export const kdfSchema = z.strictObject({
  algorithm: z.literal('argon2id'),
  memoryKiB: z.number().int(),
  passes: z.number().int(),
  lanes: z.number().int(),
  salt: bytesSchema(16),
})
export type Kdf = z.infer<typeof kdfSchema>

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
