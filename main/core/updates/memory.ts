import { z } from 'zod'
import type { Store } from '../ports/store.ts'

const memorySchema = z.strictObject({
  /** When each offer was first seen, by its key. */
  seen: z.record(z.string(), z.number()),
  skipped: z.array(z.string()),
  /** What tags were when a registry was last asked, by the catalogue's reference. */
  digests: z.record(z.string(), z.string()),
  lookedAtMs: z.number().nullable(),
  lookFailed: z.boolean(),
})
export type UpdateMemory = z.infer<typeof memorySchema>

const NOTHING: UpdateMemory = { seen: {}, skipped: [], digests: {}, lookedAtMs: null, lookFailed: false }

/** What is kept about offers between two starts. A text that cannot be read is forgotten: everything in it is found out again. */
export async function readMemory(store: Pick<Store, 'setting'>, network: string): Promise<UpdateMemory> {
  const text = await store.setting(`updates ${network}`)
  if (text === undefined) return NOTHING
  try {
    return memorySchema.parse(JSON.parse(text))
  } catch {
    return NOTHING
  }
}

export const writeMemory = (store: Pick<Store, 'setSetting'>, network: string, memory: UpdateMemory): Promise<void> =>
  store.setSetting(`updates ${network}`, JSON.stringify(memory))

/** By what an offer is known again: another digest is another offer. */
export const offerKey = (offer: { image: string; toVersion: string; digest: string | null }): string =>
  `${offer.image} ${offer.toVersion} ${offer.digest ?? ''}`
