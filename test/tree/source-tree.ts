import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TOP = ['main', 'renderer', 'shared', 'test']
const SKIPPED = new Set(['node_modules', 'dist', 'fixtures'])

/** One source file: its path from the top of the repository, and what it imports as it is written there. */
export interface SourceFile {
  path: string
  text: string
  imports: string[]
  /** Those of them that are still there at run time. */
  valueImports: string[]
}

/** Every source file of the repository. */
export function readSources(): SourceFile[] {
  return TOP.flatMap((top) => list(join(ROOT, top))).map((file) => {
    const text = readFileSync(file, 'utf8')
    return { path: relative(ROOT, file).split(sep).join('/'), text, imports: importsOf(text), valueImports: valueImportsOf(text) }
  })
}

function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    if (entry.isDirectory()) return list(join(folder, entry.name))
    return /\.(ts|tsx|cjs)$/.test(entry.name) ? [join(folder, entry.name)] : []
  })
}

/** Static imports, re-exports, side-effect imports, `import()` and `import type`, in the text of a module. Comments are taken out first. */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found = [
    ...code.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*[,)]/g),
  ]
  return found.map((match) => match[1] ?? '')
}

/** The same without `import type` and `export type`. */
export function valueImportsOf(text: string): string[] {
  return importsOf(text.replace(/^\s*(?:import|export)\s+type\b[^'"`;]*?\bfrom\s*['"][^'"]+['"]/gm, ''))
}

/** @returns the imported file's path from the top of the repository, or the name of the package */
export function resolveImport(from: string, specifier: string): { file: string } | { package: string } {
  if (specifier.startsWith('.')) return { file: posix.normalize(posix.join(dirname(from), specifier)) }
  if (specifier.startsWith('#')) return { file: specifier.slice(1) }
  if (specifier.startsWith('node:')) return { package: 'node:' }
  return {
    package: specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/'),
  }
}
