import { open, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}

/** File names that carry a hash of their content may be kept for ever. */
const HASHED = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/
/** One path segment: begins with no dot and holds none of the characters that mean something to a file system or a URL. */
const SEGMENT = /^[A-Za-z0-9_@+~-][A-Za-z0-9._@+~-]*$/

export interface StaticFile {
  bytes: Buffer
  contentType: string
  /** May be cached for ever. */
  immutable: boolean
  /** The page itself: never cached, and its nonce is filled in. */
  isPage: boolean
}

/**
 * Turns the path of a request into a path under the root, or refuses. Pure.
 * @param pathname still percent-encoded, without query
 * @returns path segments; empty for the page itself
 */
export function staticSegments(pathname: string): string[] | undefined {
  if (pathname === '/' || pathname === '/index.html') return ['index.html']
  // SECURITY: S5 decoded once; whatever decodes to a dot segment, a separator, a drive, a NUL or another percent sign is refused, not cleaned.
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (!decoded.startsWith('/') || decoded.length > 1024) return undefined
  const segments = decoded.slice(1).split('/')
  if (!segments.every((segment) => SEGMENT.test(segment))) return undefined
  return segments
}

/**
 * Reads a file of the built page.
 * @param rootDir folder of the built page @param pathname percent-encoded path of the request
 * @returns undefined for everything that is not a plain file of a known type under the root, also through links
 */
export async function readStaticFile(rootDir: string, pathname: string): Promise<StaticFile | undefined> {
  const segments = staticSegments(pathname)
  if (!segments) return undefined
  const contentType = TYPES[extname(segments.at(-1) ?? '')]
  if (!contentType) return undefined
  try {
    const root = await realpath(rootDir)
    const path = await realpath(join(root, ...segments))
    // SECURITY: S5 a link inside the folder may not lead out of it (the separator matters: /page-evil is not under /page).
    if (!path.startsWith(root + sep)) return undefined
    const file = await open(path, 'r')
    try {
      if (!(await file.stat()).isFile()) return undefined
      const isPage = segments.length === 1 && segments[0] === 'index.html'
      return { bytes: await file.readFile(), contentType, immutable: HASHED.test(pathname), isPage }
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
