import { updateMemorySchema, type UpdateMemory } from '#shared/model/update.ts'
import type { Store } from '../ports/store.ts'

const NOTHING: UpdateMemory = { seen: {}, skipped: [], digests: {}, lookedAtMs: null, lookFailed: false }

/** What is kept about offers between two starts. A text that cannot be read is forgotten: everything in it is found out again. */
export async function readMemory(store: Pick<Store, 'setting'>, network: string): Promise<UpdateMemory> {
  const text = await store.setting(`updates ${network}`)
  if (text === undefined) return NOTHING
  try {
    return updateMemorySchema.parse(JSON.parse(text))
  } catch {
    return NOTHING
  }
}

export const writeMemory = (store: Pick<Store, 'setSetting'>, network: string, memory: UpdateMemory): Promise<void> =>
  store.setSetting(`updates ${network}`, JSON.stringify(memory))

/** By what an offer is known again: another digest is another offer. */
export const offerKey = (offer: { image: string; toVersion: string; digest: string | null }): string =>
  `${offer.image} ${offer.toVersion} ${offer.digest ?? ''}`
