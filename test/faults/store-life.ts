import { serveLife } from './life.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { listBackups } from '#main/adapters/sqlite/backup.ts'
import { openRecords } from '#main/adapters/sqlite/open-records.ts'
import { openStoreCured } from '#main/adapters/sqlite/open-or-cure.ts'
import { openStore, restoreStore } from '#main/adapters/sqlite/open-store.ts'
import { CRASH_BLOCKS, crashBlock } from '#test/adapters/sqlite/crash-rows.ts'
import type { Records } from '#main/core/ports/records.ts'
import type { Store } from '#main/core/ports/store.ts'
import { HearthError } from '#shared/api/errors.ts'
import { NEXT_MIGRATIONS, NOW_MS } from './store-rows.ts'

/**
 * One life of the store. args: what to do, file, height to fill up to. Everything it does, a later life may do again.
 * `fill`: make or open, write settings, nodes and blocks that are not there yet. `bulk`: the same, blocks in batches. `look`: open and close. `upgrade`: open as a later release
 * would. `copy`, `export`: from the store in use. `restore`: put the newest copy back. `cure`: open it whatever was done to it.
 * A refusal is answered as `{"code":…,"reason":…}`.
 */
type Life = 'fill' | 'bulk' | 'look' | 'upgrade' | 'copy' | 'export' | 'restore' | 'cure'
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const optionsFor = (file: string) => ({
  file,
  clock: { now: () => NOW_MS, sleep: () => Promise.resolve() },
  log: quiet,
  workerUrl: new URL('./store-worker.ts', import.meta.url),
})

async function fill(task: Life, file: string, last: number): Promise<void> {
  const store = await openStore(optionsFor(file))
  await store.setSetting('network', 'local')
  await store.putNode({
    id: 'backend',
    network: 'local',
    wanted: 'stopped',
    wantedBy: 'user',
    imagePin: undefined,
    ports: { '8545': 8545 },
    updatedAtMs: NOW_MS,
  })
  if (!(await store.cursor('local'))) await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
  if (task === 'bulk') await bulk(store, last)
  else for (let height = 2; height <= last; height += 1) await store.applyBlock(crashBlock(height))
  await store.close()
}

/** Batches of three: each is there as a whole or not at all. */
async function bulk(store: Store, last: number): Promise<void> {
  for (let from = 2; from <= last; from += 3) {
    const to = Math.min(from + 2, last)
    const blocks = Array.from({ length: to - from + 1 }, (_block, index) => crashBlock(from + index))
    await store.applyBlocks({ network: 'local', fromHeight: from, toHeight: to, toHash: crashBlock(to).hash, blocks })
  }
}

/** A store in use while its files are cared for. */
async function inUse(file: string, work: (records: Records) => Promise<unknown>): Promise<void> {
  const options = optionsFor(file)
  const store = await openStore(options)
  await work(openRecords({ ...options, metricsFile: `${file}.metrics` }))
  await store.close()
}

await serveLife(async (args) => {
  const [task, file, upTo] = args as [Life, string, string | undefined]
  const options = optionsFor(file)
  try {
    if (task === 'fill' || task === 'bulk') await fill(task, file, Number(upTo ?? CRASH_BLOCKS))
    else if (task === 'copy') await inUse(file, (records) => records.copy('beside'))
    else if (task === 'export') await inUse(file, (records) => records.export(upTo ?? ''))
    else if (task === 'cure') await (await openStoreCured(options)).store.close()
    else if (task === 'look') await (await openStore(options)).close()
    else if (task === 'upgrade') (await openDatabase(file, NOW_MS + 1_000, NEXT_MIGRATIONS)).db.close()
    else await restoreStore({ ...options, backup: listBackups(file)[0] ?? '' })
    return { done: task }
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    return { code: error.code, reason: error.detail['reason'] ?? '' }
  }
})
