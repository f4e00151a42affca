import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

/** Files that run as a process or worker of their own; found by their address, so that a new one needs no entry anywhere. */
const OWN_THREAD = /new URL\(\s*['"](\.{1,2}\/[\w./-]+)\.ts['"]\s*,\s*import\.meta\.url\s*\)/g

/** Points the address of a file that runs by itself at what is built of it. @param found is given each of them, by its path */
export function ownThreads(root: string, found: (path: string) => void): Plugin {
  return {
    name: 'hearth-own-threads',
    enforce: 'pre',
    async transform(code, id) {
      if (!id.startsWith(join(root, 'main')) && !id.startsWith(join(root, 'shared'))) return undefined
      // What is built runs a module when something of it is used: one that is there only to be run would never be.
      if (/^import ['"]/m.test(code)) throw new Error(`${relative(root, id)} imports something only to have it run`)
      const threads = [...code.matchAll(OWN_THREAD)]
      if (threads.length === 0) return undefined
      for (const [, path = ''] of threads) {
        const resolved = await this.resolve(`${path}.ts`, id)
        if (!resolved) throw new Error(`${id} starts ${path}.ts, which is not there`)
        found(resolved.id)
      }
      return { code: code.replaceAll(OWN_THREAD, (_whole, path: string) => `new URL('${path}.js', import.meta.url)`), map: null }
    },
  }
}

/** @returns the name of a built file, from the top of dist and without ending: the same as in the sources */
export const placeOf = (root: string, path: string): string => relative(root, path).split(sep).join('/').replace(/\.ts$/, '')

/** Parts of packages that Hearth never uses and that would be loaded all the same: engines behind SSH, and images built with BuildKit over gRPC. */
const UNUSED = [/[\\/]docker-modem[\\/]lib[\\/]ssh\.js$/, /[\\/]dockerode[\\/]lib[\\/](session|buildkit)\.js$/]

/** Leaves them out; whoever calls one is told so. */
export function withoutUnusedParts(): Plugin {
  return {
    name: 'hearth-without-unused-parts',
    enforce: 'pre',
    load(id) {
      if (!UNUSED.some((part) => part.test(id))) return undefined
      return `module.exports = function unused() { throw new Error('this part of the library is not in Hearth') }`
    },
  }
}

/** Has the rows of the request table make their schemas when they are first looked at (shared/api/request-row.ts, `rowLater`). */
export function rowsLater(root: string): Plugin {
  return {
    name: 'hearth-rows-later',
    enforce: 'pre',
    transform(code, id) {
      if (!id.startsWith(join(root, 'shared', 'api')) || !/\brow\(/.test(code) || id.endsWith('request-row.ts')) return undefined
      const imported = /^(import \{[^}]*?)\brow\b([^}]*\} from '\.\/request-row\.ts')/m
      if (!imported.test(code)) throw new Error(`${relative(root, id)} has rows of another kind`)
      let made = code.replace(imported, '$1rowLater$2')
      for (const at of [...made.matchAll(/\brow\(/g)].map(({ index }) => index).reverse()) {
        const [first, second] = argumentsFrom(made, at + 'row('.length)
        if (!first || !second) throw new Error(`${relative(root, id)} has a row that cannot be read`)
        const [input, output] = [made.slice(...first), made.slice(...second)]
        made = `${made.slice(0, at)}rowLater(() => (${input}), () => (${output})${made.slice(second[1])}`
      }
      return { code: made, map: null }
    },
  }
}

/** Where the arguments of a call begin and end. @param from right after its parenthesis */
function argumentsFrom(code: string, from: number): [number, number][] {
  const found: [number, number][] = []
  let depth = 0
  let start = from
  for (let at = from; at < code.length; at += 1) {
    const letter = code[at] ?? ''
    if (code.startsWith('//', at)) at = code.indexOf('\n', at)
    else if (code.startsWith('/*', at)) at = code.indexOf('*/', at) + 1
    else if (`'"\``.includes(letter)) at = endOfText(code, at)
    else if ('([{'.includes(letter)) depth += 1
    else if (depth === 0 && ',)'.includes(letter)) {
      if (code.slice(start, at).trim() !== '') found.push([start, at])
      start = at + 1
      if (letter === ')') return found
    } else if (')]}'.includes(letter)) depth -= 1
  }
  return []
}

function endOfText(code: string, from: number): number {
  for (let at = from + 1; at < code.length; at += 1) {
    if (code[at] === '\\') at += 1
    else if (code[at] === code[from]) return at
  }
  return code.length
}
