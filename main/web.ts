import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

// From sources (what is built keeps its own): they become JavaScript once and not at every start. Beside the packages, where only who may change the program may write;
// where nobody may, Hearth starts without. Worker threads are told by the environment.
if (import.meta.url.endsWith('.ts')) {
  const compiled = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
  if (enableCompileCache(compiled).directory !== undefined) process.env['NODE_COMPILE_CACHE'] = compiled
}

/** The store's thread takes as long to come up as everything else here: both at once. It opens nothing before it is told what. */
const first = new Worker(new URL('./adapters/sqlite/worker.ts', import.meta.url), { name: 'hearth-store-first' })

/** Loaded here, since what is imported above is compiled before the cache is on. */
async function start(): Promise<void> {
  const [{ compose }, { locations }, { runWeb }] = await Promise.all([
    import('./shells/compose.ts'),
    import('./shells/locations.ts'),
    import('./shells/web/run.ts'),
  ])
  await runWeb(process.argv.slice(2), compose, locations(), first)
}
void start()
