import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { warm } from './bundle-warm.ts'
import { ownThreads, placeOf, rowsLater, withoutUnusedParts } from './bundle-plugins.ts'
import { oneFile } from './bundle-program.ts'

/**
 * Builds `dist`: the page, the main process, and the preload. `dist` mirrors the tree (dist/main, dist/resources), so that a path relative to a file is the same in the
 * sources and in what is built. Node also runs main as it is, as most tests do; `npm start`, the image and the unit run what is built, which starts in a fraction of the time.
 *
 * node main/build.ts [renderer] [main] [preload] [--out=<absolute folder called dist>]     (none = all)
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--out='))
const out = process.argv.find((word) => word.startsWith('--out='))?.slice('--out='.length)
const DIST = out ?? join(ROOT, 'dist')
const PARTS = { renderer: buildRenderer, main: buildMain, preload: buildPreload }

async function buildRenderer(): Promise<void> {
  await build({
    root: join(ROOT, 'renderer'),
    configFile: join(ROOT, 'renderer', 'vite.config.ts'),
    logLevel: 'warn',
    plugins: [rowsLater(ROOT)],
  })
}

/** What stays a package: it has a native part, or it is Electron's own. */
const PACKAGES = ['electron', 'better-sqlite3', 'bufferutil', 'utf-8-validate']

/** It may write nothing, and is not to run what others wrote. */
const KEY_PROCESS = 'key-process.ts'

async function buildMain(): Promise<void> {
  await rm(join(DIST, 'main'), { recursive: true, force: true })
  const threads = new Set<string>()
  await buildProgram('main/program', [join(ROOT, 'main', 'index.ts'), join(ROOT, 'main', 'web.ts')], true, (path) => threads.add(path))
  for (const path of threads)
    await buildProgram(`${placeOf(ROOT, path)}-program`, [path], !path.endsWith(KEY_PROCESS), (other) => threads.add(other))
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  await writeFile(join(DIST, 'package.json'), `${JSON.stringify({ name: 'hearth', version, type: 'commonjs', private: true })}\n`)
  await rm(join(DIST, 'resources'), { recursive: true, force: true })
  await cp(join(ROOT, 'resources'), join(DIST, 'resources'), { recursive: true })
  await warm(DIST)
}

/** Own code and packages as one file beside its entries; CommonJS, since requiring a module of Node's own does not touch everything in it as an import does. */
async function buildProgram(name: string, entries: string[], isKept: boolean, onThread: (path: string) => void): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    plugins: [ownThreads(ROOT, onThread), rowsLater(ROOT), withoutUnusedParts(), oneFile(name, isKept)],
    publicDir: false,
    ssr: { noExternal: true, external: PACKAGES },
    build: {
      ssr: true,
      target: 'node24',
      outDir: DIST,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(entries.map((path) => [placeOf(ROOT, path), path])),
        external: [...PACKAGES, ...builtinModules],
        output: { format: 'cjs', preserveModules: true, preserveModulesRoot: ROOT, dynamicImportInCjs: false, entryFileNames: '[name].js' },
      },
    },
  })
}

async function buildPreload(): Promise<void> {
  // A sandboxed preload is one CommonJS file: nothing can be required in it but a few modules of Electron's own.
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      target: 'node24',
      outDir: join(DIST, 'preload'),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: join(ROOT, 'main', 'shells', 'electron', 'preload.ts'),
        external: ['electron', ...builtinModules],
        output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
      },
    },
  })
}

await mkdir(DIST, { recursive: true })
for (const [name, run] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await run()
