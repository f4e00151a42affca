import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Sources become JavaScript once and not at every start: half of the time and a sixth of the memory. Beside the packages, where only who may change the program may write;
// where nobody may, Hearth starts without. Worker threads are told by the environment.
const compiled = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
if (enableCompileCache(compiled).directory !== undefined) process.env['NODE_COMPILE_CACHE'] = compiled

// Loaded here, since what is imported above is compiled before the cache is on.
const [{ compose }, { locations }, { runWeb }] = await Promise.all([
  import('./shells/compose.ts'),
  import('./shells/locations.ts'),
  import('./shells/web/run.ts'),
])
await runWeb(process.argv.slice(2), compose, locations())
