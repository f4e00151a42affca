import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { areaOf, mayImportFile, mayImportPackage } from './edges.ts'
import { importsOf, readSources, resolveImport, ROOT, valueImportsOf, type SourceFile } from './source-tree.ts'

const MAX_LINES = 400
const sources = readSources()

/** Edges between files of the repository. */
function fileEdges(files: SourceFile[], kind: 'imports' | 'valueImports' = 'imports'): { from: string; to: string }[] {
  return files.flatMap((file) =>
    file[kind].flatMap((specifier) => {
      const target = resolveImport(file.path, specifier)
      return 'file' in target ? [{ from: file.path, to: target.file }] : []
    }),
  )
}

/** What breaks section 3 of docs/architecture.md. */
function forbidden(files: SourceFile[]): string[] {
  return files.flatMap((file) => {
    const area = areaOf(file.path)
    if (!area) return [`${file.path} belongs to no area of test/tree/edges.ts`]
    return file.imports.flatMap((specifier) => {
      const target = resolveImport(file.path, specifier)
      const fine = 'file' in target ? mayImportFile(area.files, target.file) : mayImportPackage(area.packages, target.package)
      return fine ? [] : [`${file.path} -> ${specifier}`]
    })
  })
}

/** A folder of the plan; a file that lies beside such folders stands for itself, since app.ts may well import what imports retry.ts. */
function folderOf(path: string): string {
  const parts = path.split('/')
  const [top = '', area = '', part = ''] = parts
  if (top === 'main' || (top === 'renderer' && area === 'features')) return parts.length > 3 ? `${top}/${area}/${part}` : path
  return parts.length > 2 ? `${top}/${area}` : path
}

/** @returns every cycle, as a path that ends where it began */
function cycles(edges: { from: string; to: string }[]): string[] {
  const next = new Map<string, Set<string>>()
  for (const { from, to } of edges) if (from !== to) next.set(from, (next.get(from) ?? new Set()).add(to))
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const walk = (node: string, trail: string[]): void => {
    state.set(node, 'open')
    for (const target of next.get(node) ?? []) {
      if (state.get(target) === 'open') found.push([...trail.slice(trail.indexOf(target)), target].join(' -> '))
      else if (!state.has(target)) walk(target, [...trail, target])
    }
    state.set(node, 'done')
  }
  for (const node of next.keys()) if (!state.has(node)) walk(node, [node])
  return found
}

/** Files with a default export; those of tools want theirs. */
function defaultExports(files: SourceFile[]): string[] {
  return files
    .filter((file) => !file.path.endsWith('.config.ts') && /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bas\s+default\b/m.test(file.text))
    .map((file) => file.path)
}

describe('the repository', () => {
  test('is read at all', () => {
    expect(sources.length).toBeGreaterThan(40)
    expect(sources.find((file) => file.path === 'main/shells/web/shell.ts')?.imports).toContain('../headers.ts')
  })

  test('has no import that section 3 does not allow', () => {
    expect(forbidden(sources)).toEqual([])
  })

  test('imports only files that are there', () => {
    const missing = fileEdges(sources).filter(({ to }) => !existsSync(join(ROOT, to.replace(/\?.*$/, ''))))
    expect(missing.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('has no import cycle between folders', () => {
    expect(cycles(fileEdges(sources).map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) })))).toEqual([])
  })

  test('has no cycle of imports between files that would run (types may point at each other)', () => {
    expect(cycles(fileEdges(sources, 'valueImports'))).toEqual([])
  })

  test('has no default export', () => {
    expect(defaultExports(sources)).toEqual([])
  })

  test(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = sources
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > MAX_LINES)
    expect(long).toEqual([])
  })
})

/** Each rule is shown to bite. */
describe('the rules', () => {
  const file = (path: string, text: string): SourceFile => ({ path, text, imports: importsOf(text), valueImports: valueImportsOf(text) })

  test('every way to import is seen, comments are not', () => {
    const text = `import a from 'a'\nimport type { B } from "b"\nimport {\n  c,\n  d,\n} from 'c'\nimport 'd'\nexport * from 'e'\nexport { f } from 'f'\nconst g = await import('g')\ntype H = import('h').H\n// import 'no'\n/* import 'no' */\n  /** from 'no' */\n`
    expect(importsOf(text).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(valueImportsOf(text)).not.toContain('b')
    expect(valueImportsOf(text)).toEqual(expect.arrayContaining(['a', 'c', 'd', 'e', 'f', 'g']))
  })

  test.each([
    ['shared/api/x.ts', 'main/core/retry.ts'],
    ['shared/api/x.ts', '@noble/hashes/sha2.js'],
    ['shared/model/x.ts', 'node:fs'],
    ['main/core/nodes/x.ts', 'node:fs'],
    ['main/core/nodes/x.ts', 'main/adapters/docker/engine.ts'],
    ['main/core/nodes/x.ts', 'zod'],
    ['main/adapters/docker/x.ts', 'main/adapters/sqlite/y.ts'],
    ['main/adapters/docker/x.ts', 'main/core/nodes/y.ts'],
    ['main/adapters/docker/x.ts', 'better-sqlite3'],
    ['main/adapters/system/x.ts', 'dockerode'],
    ['main/adapters/vault/x.ts', 'main/adapters/cosmos/chain.ts'],
    ['main/shells/web/x.ts', 'main/core/nodes/y.ts'],
    ['main/shells/web/x.ts', 'electron'],
    ['main/shells/web/x.ts', 'main/shells/electron/y.ts'],
    ['main/shells/electron/x.ts', 'main/shells/web/y.ts'],
    ['main/web.ts', 'main/core/app.ts'],
    ['renderer/bridge/x.ts', 'main/core/app-shape.ts'],
    ['renderer/features/home/x.tsx', 'renderer/features/nodes/y.tsx'],
    ['renderer/features/home/x.tsx', 'node:fs'],
    ['renderer/ui/x.tsx', 'shared/api/requests.ts'],
    ['renderer/ui/x.tsx', 'renderer/bridge/y.ts'],
    ['renderer/text/x.ts', 'renderer/ui/y.tsx'],
    ['main/core/app.ts', 'test/fakes/clock.ts'],
    ['renderer/app/x.tsx', 'test/fakes/clock.ts'],
    ['elsewhere/x.ts', 'zod'],
  ])('%s may not import %s', (path, target) => {
    const specifier = /^(main|renderer|shared|test)\//.test(target) ? `#${target}` : target
    expect(forbidden([file(path, `import { x } from '${specifier}'`)])).toHaveLength(1)
  })

  test.each([
    ['main/core/nodes/x.ts', 'shared/model/y.ts'],
    ['main/core/nodes/x.ts', '@noble/curves/secp256k1.js'],
    ['main/adapters/vault/x.ts', 'main/adapters/cosmos/tx/index.ts'],
    ['main/adapters/cosmos/x.ts', 'main/core/retry.ts'],
    ['main/shells/compose.ts', 'main/core/app.ts'],
    ['renderer/features/home/x.tsx', 'renderer/features/home/parts/y.tsx'],
    ['renderer/app/x.tsx', 'renderer/features/nodes/y.tsx'],
    ['test/core/x.test.ts', 'main/adapters/docker/engine.ts'],
  ])('%s may import %s', (path, target) => {
    const specifier = /^(main|renderer|shared|test)\//.test(target) ? `#${target}` : target
    expect(forbidden([file(path, `import { x } from '${specifier}'`)])).toEqual([])
  })

  test('cycles are found, between folders and between files', () => {
    expect(
      cycles([
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
        { from: 'c', to: 'b' },
      ]),
    ).toEqual(['b -> c -> b'])
    expect(
      cycles([
        { from: 'a', to: 'b' },
        { from: 'a', to: 'c' },
        { from: 'b', to: 'c' },
      ]),
    ).toEqual([])
    expect(folderOf('main/core/nodes/plan/x.ts')).toBe('main/core/nodes')
    expect(folderOf('main/core/app.ts')).toBe('main/core/app.ts')
    expect(folderOf('shared/api/x.ts')).toBe('shared/api')
    expect(folderOf('renderer/features/home/x.tsx')).toBe('renderer/features/home')
  })

  test('default exports are found, the settings of tools excepted', () => {
    expect(
      defaultExports([
        file('main/a.ts', 'export default 1'),
        file('main/b.ts', 'export { x as default }'),
        file('x.config.ts', 'export default 1'),
        file('main/c.ts', '// export default'),
      ]),
    ).toEqual(['main/a.ts', 'main/b.ts'])
  })
})
