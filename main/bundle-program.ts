import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

/**
 * Makes one file of a program's modules, each run when something of it is first used rather than when it is imported: a start runs what the start needs.
 * Modules that only an `import()` or one of LATER leads to lie in a second file. The entries stay files of their own.
 *
 * Takes CommonJS with a file per module (`preserveModules`), as the bundler writes it: a line `const name = require("path");` per import, and `name.thing` at each use.
 * That order of running is the one thing that differs from the sources: no module of ours may do something when it is imported that another one counts on.
 * @param name of the file, from the top of dist, without ending @param isKept whether what the engine compiled is kept beside the file for the next start
 */
export function oneFile(name: string, isKept: boolean): Plugin {
  const [program, later] = [`${name}.js`, `${name}-later.js`]
  return {
    name: 'hearth-one-file',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk')
      const entries = chunks.filter((chunk) => chunk.isEntry)
      const soon = reached(bundle, entries)
      const rest = chunks.filter((chunk) => !chunk.isEntry && !soon.has(chunk.fileName))
      for (const chunk of chunks) delete bundle[chunk.fileName]
      const emit = (fileName: string, source: string): void => void this.emitFile({ type: 'asset', fileName, source: plain(source) })
      const rests = `'use strict'\nmodule.exports = (__take, require) => (${tableOf(rest)})\n`
      const source = programOf(name, tableOf(chunks.filter((chunk) => soon.has(chunk.fileName))))
      emit(program, source)
      if (rest.length > 0) emit(later, rests)
      // SECURITY: S18 the name says of what it was compiled: the engine itself compares no more than the length.
      const kept = isKept ? createHash('sha256').update(source).update(rests).digest('hex').slice(0, 16) : undefined
      for (const entry of entries) emit(entry.fileName, entryOf(posix.relative(posix.dirname(entry.fileName), name), kept, lazily(entry)))
    },
  }
}

/** The modules' own loader: what `require` does, within one file. A module whose first run failed is run again. */
const programOf = (name: string, table: string): string => `'use strict'
const path = require('node:path')
const top = path.join(__dirname, ${JSON.stringify(posix.relative(posix.dirname(name), '.'))})
const made = new Map()
let extra
const __take = (id) => {
  const known = made.get(id)
  if (known !== undefined) return known
  const run = table[id] ?? (extra ??= load('-later')(__take, require))[id]
  const exports = {}
  made.set(id, exports)
  try {
    run(exports, path.join(top, id))
  } catch (error) {
    made.delete(id)
    throw error
  }
  return exports
}
let load
module.exports = (loader) => {
  load = loader
  return __take
}
const table = ${table}
`

/** Longer than a start takes: what ran until then is what the next start will run. */
const KEEP_AFTER_MS = 4_000

/**
 * An entry, and how it comes by the program: compiled as it was at the start before, where that was kept (beside the program, where only who may change the program may
 * write). Another engine, or one with other flags, refuses what was kept and compiles.
 */
function entryOf(program: string, kept: string | undefined, code: string): string {
  const path = JSON.stringify(program.startsWith('.') ? program : `./${program}`)
  const load = kept === undefined ? `const __load = (part) => require(${path} + part)\n` : keptLoader(path, kept)
  return `'use strict'\n${load}let __program\nconst __take = (id) => (__program ??= __load('')(__load))(id)\n${code}`
}

const keptLoader = (path: string, kept: string): string => `const __load = (part) => {
  const fs = require('node:fs')
  const path = require('node:path')
  const v8 = require('node:v8')
  const { Script } = require('node:vm')
  const base = path.join(__dirname, ${path} + part)
  const file = base + '.js'
  const kept = \`\${base}-${kept}-\${process.version}-\${process.arch}.cache\`
  let cachedData
  try {
    cachedData = fs.readFileSync(kept)
  } catch {}
  const around = ['(function (exports, require, module, __filename, __dirname) {', '})']
  const script = new Script(around[0] + fs.readFileSync(file, 'latin1') + around[1], { filename: file, cachedData })
  if (cachedData === undefined || script.cachedDataRejected) {
    // Functions that ran once would be given up again before they could be kept.
    v8.setFlagsFromString('--no-flush-bytecode')
    let isDone = false
    const keep = () => {
      if (isDone) return
      isDone = true
      v8.setFlagsFromString('--flush-bytecode')
      const temporary = \`\${kept}.\${process.pid}.\${require('node:worker_threads').threadId}\`
      try {
        fs.writeFileSync(temporary, script.createCachedData(), { mode: 0o644 })
        fs.renameSync(temporary, kept)
      } catch {
        // Where nobody may write. The start was as good as the next one will be.
        try {
          fs.rmSync(temporary, { force: true })
        } catch {}
      }
    }
    setTimeout(keep, ${KEEP_AFTER_MS}).unref()
    process.once('exit', keep)
  }
  const program = { exports: {} }
  script.runInThisContext()(program.exports, require('node:module').createRequire(file), program, file, path.dirname(file))
  return program.exports
}
`

const tableOf = (chunks: Rolldown.OutputChunk[]): string =>
  `{\n${chunks.map((chunk) => `${JSON.stringify(chunk.fileName)}(exports, __filename) {\n${lazily(chunk)}\n}`).join(',\n')}\n}`

/** A letter beyond Latin-1 would make the engine keep the whole file at two bytes a letter. */
const plain = (source: string): string =>
  source.replaceAll(/[^\0-\u007f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** What the page does not wait for at a start: these, and what only they import, lie in the second file. */
const LATER = [
  'main/core/network-rooms.js',
  'main/shells/electron/run.js',
  'main/adapters/cosmos/chain.js',
  'main/adapters/cosmos/tx/index.js',
]

/** Modules that the entries import, or are about to: what they fetch with `import()` comes at once. */
function reached(bundle: Rolldown.OutputBundle, entries: Rolldown.OutputChunk[]): Set<string> {
  const found = new Set<string>()
  const waiting = entries.flatMap((entry) => [...entry.imports, ...entry.dynamicImports])
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const chunk = bundle[next]
    if (found.has(next) || chunk?.type !== 'chunk' || chunk.isEntry || LATER.includes(next)) continue
    found.add(next)
    waiting.push(...chunk.imports)
  }
  return found
}

/** How the bundler names what it imports; nothing of ours is named so. */
const NAME = String.raw`(?:require|node|better)_[\w$]+`
const IMPORT = /^(?:const|let|var) ([\w$]+) = require\("([^"]+)"\);$/gm
const USE = new RegExp(String.raw`(?<![\w$]|(?<!\.\.)\.)${NAME}(?![\w$])`, 'g')
const AS_MODULE = /^([\w$]+) = (require_runtime[\w$]*\.__toESM\()([\w$]+)((?:, 1)?\));$/gm
const BARE = /^require\("\.[^"]+"\);$/gm
const REQUIRE = /\brequire\("(\.{1,2}\/[^"]+)"\)/g

/** @returns the module's code with each import taken at its first use */
function lazily(chunk: Rolldown.OutputChunk): string {
  const idOf = (path: string): string => posix.join(posix.dirname(chunk.fileName), path)
  const takes = new Map<string, string>()
  let code = chunk.code.replaceAll(IMPORT, (_line, name: string, path: string) => {
    if (!new RegExp(`^${NAME}$`).test(name)) throw new Error(`${chunk.fileName} imports ${path} by a name that is not told apart: ${name}`)
    takes.set(name, path.startsWith('.') ? `__take(${JSON.stringify(idOf(path))})` : `require(${JSON.stringify(path)})`)
    return `let ${name}__;`
  })
  code = code.replaceAll(AS_MODULE, (line: string, name: string, call: string, same: string, end: string) => {
    const taken = takes.get(name)
    if (taken === undefined || name !== same) return line
    takes.set(name, `${call}${taken}${end}`)
    return ''
  })
  // Left of imports of which nothing is used.
  code = code.replaceAll(BARE, '')
  for (const [name, taken] of takes) takes.set(name, withNames(taken, takes, name))
  code = withNames(code, takes)
  return code.replaceAll(REQUIRE, (_call, path: string) => `__take(${JSON.stringify(idOf(path))})`)
}

/** Puts the taking in the place of every imported name but one. */
function withNames(code: string, takes: Map<string, string>, but?: string): string {
  return code.replaceAll(USE, (word) => {
    const taken = word === but ? undefined : takes.get(word)
    return taken === undefined ? word : `(${word}__ ??= ${taken})`
  })
}
