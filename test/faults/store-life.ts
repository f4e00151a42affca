import './hook.ts'
import { openDatabase } from '#main/adapters/sqlite/database.ts'
import { listBackups } from '#main/adapters/sqlite/backup.ts'
import { openStore, restoreStore } from '#main/adapters/sqlite/open-store.ts'
import { CRASH_BLOCKS, crashBlock } from '#test/adapters/sqlite/crash-rows.ts'
import { HearthError } from '#shared/api/errors.ts'
import { NEXT_MIGRATIONS, NOW_MS } from './store-rows.ts'

/**
 * One life of the store. argv: what to do, file, height to fill up to. Everything it does, a later life may do again.
 * `fill`: make or open, write settings, nodes and blocks that are not there yet. `look`: open and close. `upgrade`: open as a later release would. `restore`: put the newest copy back.
 * Ends with one JSON line; a refusal is `{"code":…,"reason":…}`.
 */
const [task, file, upTo] = process.argv.slice(2) as ['fill' | 'look' | 'upgrade' | 'restore', string, string | undefined]
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const options = {
  file,
  clock: { now: () => NOW_MS, sleep: () => Promise.resolve() },
  log: quiet,
  workerUrl: new URL('./store-worker.ts', import.meta.url),
}

async function fill(): Promise<void> {
  const store = await openStore(options)
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
  for (let height = 2; height <= Number(upTo ?? CRASH_BLOCKS); height += 1) await store.applyBlock(crashBlock(height))
  await store.close()
}

try {
  if (task === 'fill') await fill()
  else if (task === 'look') await (await openStore(options)).close()
  else if (task === 'upgrade') (await openDatabase(file, NOW_MS + 1_000, NEXT_MIGRATIONS)).db.close()
  else await restoreStore({ ...options, backup: listBackups(file)[0] ?? '' })
  console.log(JSON.stringify({ done: task }))
} catch (error) {
  if (!(error instanceof HearthError)) throw error
  console.log(JSON.stringify({ code: error.code, reason: error.detail['reason'] ?? '' }))
}
