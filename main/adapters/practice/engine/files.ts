import { posix } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { Disk } from './disk.ts'

export interface StoredFile {
  content: Uint8Array
  /** Octal. */
  mode: number
  uid: number
  gid: number
}

/** Files of one container layer or one volume, by absolute path. Folders are what their files make them. */
export interface Files {
  get(path: string): StoredFile | undefined
  /** Rejects `disk-full`. */
  put(path: string, file: StoredFile): void
  /** Removes a file, or a folder with all in it. */
  removeTree(path: string): void
  /** Paths of all files under a folder. */
  list(folder: string): string[]
  entries(): IterableIterator<[string, StoredFile]>
  readonly bytes: number
}

/** @param disk where the bytes are counted; none for memory */
export function createFiles(disk: Disk | undefined): Files {
  const files = new Map<string, StoredFile>()
  let bytes = 0
  const count = (delta: number, path: string): void => {
    disk?.take(delta, path)
    bytes += delta
  }
  const under = (folder: string): string[] => {
    const start = folder === '/' ? '/' : `${folder}/`
    return [...files.keys()].filter((path) => path.startsWith(start))
  }
  const drop = (path: string): void => {
    const file = files.get(path)
    if (!file) return
    files.delete(path)
    count(-file.content.length, path)
  }
  return {
    get bytes() {
      return bytes
    },
    get: (path) => files.get(path),
    put(path, file) {
      count(file.content.length - (files.get(path)?.content.length ?? 0), path)
      files.set(path, { ...file, content: file.content.slice() })
    },
    removeTree(path) {
      drop(path)
      for (const each of under(path)) drop(each)
    },
    list: under,
    entries: () => files.entries(),
  }
}

/** An absolute path without dots and double slashes. Rejects `engine-failed`. */
export function cleanPath(path: string): string {
  if (typeof path !== 'string' || !path.startsWith('/') || path.includes('\0') || path.length > 4_096)
    throw new HearthError('engine-failed', { reason: `not an absolute path: ${path}`.slice(0, 150) })
  const clean = posix.normalize(path)
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean
}
