import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the parts of Hearth lie. */
export interface Locations {
  /** Of the built page. */
  rendererDir: string
  preloadPath: string
  resourcesDir: string
}

/** Top of the tree that this file runs in: the sources, or `dist`, which mirrors them. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** @returns absolute paths, the same run from sources and from the bundle */
export function locations(): Locations {
  const dist = basename(ROOT) === 'dist' ? ROOT : join(ROOT, 'dist')
  return { rendererDir: join(dist, 'renderer'), preloadPath: join(dist, 'preload', 'preload.cjs'), resourcesDir: resourcesDir() }
}

/** Folder of icons, templates and the confirm surface's style. */
export function resourcesDir(): string {
  return join(ROOT, 'resources')
}

/** Version of this Hearth, from package.json. */
export function version(): string {
  const { version: text } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  return text
}
