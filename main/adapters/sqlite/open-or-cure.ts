import { HearthError } from '#shared/api/errors.ts'
import type { Store } from '#main/core/ports/store.ts'
import { openStore, restoreStore, type StoreOptions } from './open-store.ts'
import { chosenFolder, forgetPending, pendingRestore } from './places.ts'
import type { Restored } from './protocol.ts'
import { runTask } from './worker-link.ts'

/** What a copy, or what can still be read, may stand in for. Others are not ours to replace, or would come back: a folder, another program's file, a disk that fails. */
const CURABLE = new Set(['damaged', 'damaged-while-migrating', 'changed-while-closed', 'not-a-database', 'missing'])

/** Sentences (renderer/text `notices`) for what had to be done before the store could be opened. */
export type StoreNotice = 'store-restored' | 'store-restored-partly' | 'store-salvaged' | 'store-put-back' | 'store-put-back-failed'

/**
 * Opens the store as `openStore` does. Before that, a restore that was asked for is done; a damaged or lost store is cured from the newest sound copy and what is still to be
 * read of the damaged file, which is kept in `set-aside/`. The notice says so: nothing of this is silent, and what cannot be cured rejects as `openStore` does.
 */
export async function openStoreCured(options: StoreOptions): Promise<{ store: Store; notice: StoreNotice | null }> {
  const asked = await restoreAsked(options)
  try {
    return { store: await openStore(options), notice: asked }
  } catch (error) {
    if (!(error instanceof HearthError) || error.code !== 'store-damaged' || !CURABLE.has(error.detail['reason'] ?? '')) throw error
    const notice = await cure(options, error)
    return { store: await openStore(options), notice }
  }
}

async function restoreAsked(options: StoreOptions): Promise<StoreNotice | null> {
  const { file, log } = options
  const pending = pendingRestore(file)
  if (!pending) return null
  let notice: StoreNotice = 'store-put-back'
  try {
    await restoreStore({ ...options, backup: pending.path })
  } catch (error) {
    // The store is as it was: it opens below, or says why not.
    if (!(error instanceof HearthError)) throw error
    log.error('the copy that was asked for could not be put in', error, { backup: pending.path })
    notice = 'store-put-back-failed'
  }
  forgetPending(file)
  return notice
}

async function cure(options: StoreOptions, refusal: HearthError): Promise<StoreNotice> {
  const { file, log, clock } = options
  log.error('the store cannot be opened', refusal, { reason: refusal.detail['reason'] ?? '' })
  const folder = chosenFolder(file)
  const cured = (await runTask(
    {
      kind: 'cure',
      file,
      nowMs: clock.now(),
      folders: folder === undefined ? [] : [folder],
      refusal: { code: refusal.code, detail: refusal.detail },
    },
    { workerUrl: options.workerUrl },
  )) as Restored
  for (const { table, rows, complete } of cured.salvaged) log.info('taken over from the damaged store', { table, rows, complete })
  log.warn('the store was cured', { from: cured.backup ?? 'what could be read of it', kept: cured.movedTo ?? '' })
  if (cured.backup === undefined) return 'store-salvaged'
  // Payments are the one thing that neither an old copy nor the chain's blocks tell about before they are included.
  return cured.salvaged.some(({ table, complete }) => table === 'intents' && !complete) ? 'store-restored-partly' : 'store-restored'
}
