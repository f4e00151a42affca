import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { crashBlock, crashIntents, CRASH_BLOCKS } from './crash-rows.ts'

/** A process that fills a store until its fault kills it: `node crash-child.ts <file>`. */
const file = process.argv[2] ?? ''
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const store = await openStore({
  file,
  clock: { now: () => 1_790_000_000_000, sleep: () => Promise.resolve() },
  log: quiet,
  workerUrl: new URL('./fault-worker.ts', import.meta.url),
})
for (const row of crashIntents()) await store.putIntent(row)
if (!(await store.cursor('local'))) await store.setCursor({ network: 'local', height: 1, hash: 'HASH1' })
for (let height = 2; height <= CRASH_BLOCKS; height += 1) await store.applyBlock(crashBlock(height))
await store.close()
