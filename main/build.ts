import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

/**
 * Builds `dist`: the page, the main process for packaging, and the preload. `dist` mirrors the tree (dist/main, dist/shared, dist/resources), so that a path
 * relative to a file is the same in the sources and in the bundle. From sources, Node runs main as it is and needs the page only.
 *
 * node main/build.ts [renderer] [main] [preload]     (none = all)
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')
const PARTS = { renderer: buildRenderer, main: buildMain, preload: buildPreload }

/** Files that run as a process or worker of their own; found by their address, so that a new one needs no entry here. */
const OWN_THREAD = /new URL\(\s*['"](\.{1,2}\/[\w./-]+)\.ts['"]\s*,\s*import\.meta\.url\s*\)/g

async function buildRenderer(): Promise<void> {
  await build({ root: join(ROOT, 'renderer'), configFile: join(ROOT, 'renderer', 'vite.config.ts'), logLevel: 'warn' })
}

async function buildMain(): Promise<void> {
  await rm(join(DIST, 'main'), { recursive: true, force: true })
  await rm(join(DIST, 'shared'), { recursive: true, force: true })
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    plugins: [ownThreads()],
    publicDir: false,
    build: {
      ssr: true,
      target: 'node24',
      outDir: DIST,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: { 'main/index': join(ROOT, 'main', 'index.ts'), 'main/web': join(ROOT, 'main', 'web.ts') },
        // Packages stay packages: they are in the application's node_modules.
        external: (id) => !/^[./#\0]/.test(id) && !id.startsWith(ROOT),
        output: { format: 'es', preserveModules: true, preserveModulesRoot: ROOT, entryFileNames: '[name].js' },
      },
    },
  })
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  await writeFile(join(DIST, 'package.json'), `${JSON.stringify({ name: 'hearth', version, type: 'module', private: true })}\n`)
  await rm(join(DIST, 'resources'), { recursive: true, force: true })
  await cp(join(ROOT, 'resources'), join(DIST, 'resources'), { recursive: true })
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

/** Makes entries of the files that are named by `new URL('./x.ts', import.meta.url)` and points the address at what is built of them. */
function ownThreads(): Plugin {
  return {
    name: 'hearth-own-threads',
    enforce: 'pre',
    async transform(code, id) {
      const found = [...code.matchAll(OWN_THREAD)]
      if (!id.startsWith(join(ROOT, 'main')) || found.length === 0) return undefined
      for (const match of found) {
        const resolved = await this.resolve(`${match[1]}.ts`, id)
        if (!resolved) throw new Error(`${id} starts ${match[1]}.ts, which is not there`)
        this.emitFile({ type: 'chunk', id: resolved.id })
      }
      return { code: code.replaceAll(OWN_THREAD, (_whole, path: string) => `new URL('${path}.js', import.meta.url)`), map: null }
    },
  }
}

const asked = process.argv.slice(2)
await mkdir(DIST, { recursive: true })
for (const [name, run] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await run()
