/**
 * Who may import whom: section 3 of docs/architecture.md, as data. A file belongs to the first area whose pattern fits its path; an import is allowed when the
 * imported path fits one of the area's patterns (`$1` is what the area's own pattern caught), or the package is on its list.
 */
export interface Area {
  name: string
  files: RegExp
  /** Prefixes of paths; a `.ts` file when it ends so. */
  mayImport: string[]
  packages: string[]
}

const NODE = 'node:'
const ANY = '*'

export const AREAS: Area[] = [
  { name: 'shared/model', files: /^shared\/model\//, mayImport: ['shared/'], packages: ['zod', '@noble/hashes', '@noble/curves'] },
  { name: 'shared', files: /^shared\//, mayImport: ['shared/'], packages: ['zod'] },
  {
    name: 'main/core',
    files: /^main\/core\//,
    mayImport: ['shared/', 'main/core/'],
    packages: ['@noble/hashes', '@noble/curves', '@noble/ciphers', '@bufbuild/protobuf'],
  },
  // The vault makes the sheet from the bytes that will be signed: it decodes them with the one codec there is.
  {
    name: 'main/adapters/vault',
    files: /^main\/adapters\/vault\//,
    mayImport: ['shared/', 'main/core/ports/', 'main/core/retry.ts', 'main/adapters/vault/', 'main/adapters/cosmos/tx/'],
    packages: [
      NODE,
      'zod',
      '@noble/ciphers',
      '@noble/curves',
      '@noble/hashes',
      '@cosmjs/crypto',
      '@cosmjs/proto-signing',
      '@bufbuild/protobuf',
      'hash-wasm',
    ],
  },
  {
    name: 'main/adapters/cosmos',
    files: /^main\/adapters\/cosmos\//,
    mayImport: ['shared/', 'main/core/ports/', 'main/core/retry.ts', 'main/adapters/cosmos/'],
    packages: [
      NODE,
      'zod',
      'ws',
      '@bufbuild/protobuf',
      'cosmjs-types',
      '@cosmjs/crypto',
      '@cosmjs/proto-signing',
      '@noble/hashes',
      '@noble/curves',
    ],
  },
  {
    name: 'main/adapters/docker',
    files: /^main\/adapters\/docker\//,
    mayImport: ['shared/', 'main/core/ports/', 'main/core/retry.ts', 'main/adapters/docker/'],
    packages: [NODE, 'zod', 'dockerode'],
  },
  {
    name: 'main/adapters/sqlite',
    files: /^main\/adapters\/sqlite\//,
    mayImport: ['shared/', 'main/core/ports/', 'main/core/retry.ts', 'main/adapters/sqlite/'],
    packages: [NODE, 'zod', 'better-sqlite3'],
  },
  // Practice is both ends of a relay: its miner reads and signs with the core's own pure messages, its chain with the one codec there is.
  {
    name: 'main/adapters/practice',
    files: /^main\/adapters\/practice\//,
    mayImport: [
      'shared/',
      'main/core/ports/',
      'main/core/retry.ts',
      'main/core/relays/',
      'main/adapters/practice/',
      'main/adapters/cosmos/tx/',
    ],
    packages: [NODE, 'zod', '@bufbuild/protobuf', '@noble/curves', '@noble/hashes'],
  },
  // Endpoints of the user's own are asked over WebSocket too.
  {
    name: 'main/adapters/system',
    files: /^main\/adapters\/system\//,
    mayImport: ['shared/', 'main/core/ports/', 'main/core/retry.ts', 'main/adapters/system/'],
    packages: [NODE, 'zod', 'ws'],
  },
  {
    name: 'main/adapters',
    files: /^main\/adapters\/([^/]+)\//,
    mayImport: ['shared/', 'main/core/ports/', 'main/core/retry.ts', 'main/adapters/$1/'],
    packages: [NODE, 'zod'],
  },
  {
    name: 'main/shells/electron',
    files: /^main\/shells\/electron\//,
    mayImport: ['shared/', 'main/core/app-shape.ts', 'main/core/ports/', 'main/adapters/', 'main/shells/electron/', 'main/shells/*'],
    packages: [NODE, 'electron', 'zod'],
  },
  {
    name: 'main/shells/web',
    files: /^main\/shells\/web\//,
    mayImport: ['shared/', 'main/core/app-shape.ts', 'main/core/ports/', 'main/adapters/', 'main/shells/web/', 'main/shells/*'],
    packages: [NODE, 'ws', 'zod'],
  },
  // The wiring.
  {
    name: 'main/shells',
    files: /^main\/shells\//,
    mayImport: [
      'shared/',
      'main/core/app.ts',
      'main/core/app-shape.ts',
      'main/core/engine/',
      'main/core/settings/',
      'main/core/ports/',
      'main/adapters/',
      'main/shells/*',
    ],
    packages: [NODE, 'zod'],
  },
  { name: 'main/build.ts', files: /^main\/(?:build|bundle-[a-z]+)\.ts$/, mayImport: ['main/*'], packages: [NODE, 'vite'] },
  // Signs what the core verifies: one reader of the catalogue, no second one.
  { name: 'main/catalog.ts', files: /^main\/catalog\.ts$/, mayImport: ['shared/catalog/', 'main/core/backends/'], packages: [NODE] },
  { name: 'main', files: /^main\/[^/]+$/, mayImport: ['main/shells/'], packages: [NODE] },
  // A sentence for every error code is asked for by type, so that text may name the list of codes.
  {
    name: 'renderer/text',
    files: /^renderer\/text\//,
    mayImport: ['shared/model/', 'shared/lib/', 'shared/networks/', 'shared/api/errors.ts', 'renderer/text/'],
    packages: ['i18next', 'react', 'react-i18next'],
  },
  {
    name: 'renderer/ui',
    files: /^renderer\/ui\//,
    mayImport: ['shared/model/', 'shared/lib/', 'renderer/ui/', 'renderer/text/'],
    packages: [
      'react',
      'react-dom',
      'react-aria-components',
      'react-i18next',
      'i18next',
      'lucide-react',
      'uplot',
      'uqr',
      '@tanstack/react-virtual',
    ],
  },
  {
    name: 'renderer/bridge',
    files: /^renderer\/bridge\//,
    mayImport: ['shared/', 'renderer/bridge/'],
    packages: ['zod', 'zustand', 'react'],
  },
  // A transaction from its form to its block: several features begin one.
  {
    name: 'renderer/signing',
    files: /^renderer\/signing\//,
    mayImport: ['shared/', 'renderer/bridge/', 'renderer/ui/', 'renderer/text/', 'renderer/signing/'],
    packages: ['react', 'react-aria-components'],
  },
  {
    name: 'renderer/features',
    files: /^renderer\/features\/([^/]+)\//,
    mayImport: ['shared/', 'renderer/bridge/', 'renderer/signing/', 'renderer/ui/', 'renderer/text/', 'renderer/features/$1/'],
    packages: [
      'react',
      'react-aria-components',
      'react-i18next',
      'i18next',
      'lucide-react',
      'uplot',
      'wouter',
      'zod',
      'react-hook-form',
      '@tanstack/react-virtual',
    ],
  },
  {
    name: 'renderer/vite.config.ts',
    files: /^renderer\/vite\.config\.ts$/,
    mayImport: ['renderer/'],
    packages: [NODE, 'vite', '@tailwindcss/vite'],
  },
  {
    name: 'renderer',
    files: /^renderer\//,
    mayImport: ['shared/', 'renderer/'],
    packages: [
      'react',
      'react-dom',
      'react-aria-components',
      'react-i18next',
      'i18next',
      'lucide-react',
      'wouter',
      'zod',
      'zustand',
      '@fontsource-variable/inter',
      '@fontsource/jetbrains-mono',
    ],
  },
  { name: 'test', files: /^test\//, mayImport: ['shared/', 'main/', 'renderer/', 'test/'], packages: [ANY] },
]

/** @returns the area of a file, with its `$1` filled in */
export function areaOf(path: string): { name: string; files: string[]; packages: string[] } | undefined {
  for (const area of AREAS) {
    const match = area.files.exec(path)
    if (match)
      return { name: area.name, files: area.mayImport.map((prefix) => prefix.replace('$1', match[1] ?? '')), packages: area.packages }
  }
  return undefined
}

/** Whether an area may import a file: by folder (`a/b/`), by file (`a/b.ts`), or the files directly in a folder (`a/b/*`). */
export function mayImportFile(allowed: string[], file: string): boolean {
  return allowed.some((pattern) => {
    if (pattern.endsWith('/*')) return file.startsWith(pattern.slice(0, -1)) && !file.slice(pattern.length - 1).includes('/')
    return pattern.endsWith('/') ? file.startsWith(pattern) : file === pattern
  })
}

export function mayImportPackage(allowed: string[], name: string): boolean {
  return allowed.includes(ANY) || allowed.includes(name)
}
