import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Root of the project's checkout. */
export const projectRoot: string = join(import.meta.dirname, '..', '..')

/** Per-machine cache of everything that is slow to make: the pocketd binary, a Go toolchain, state files. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(base, 'hearth-test')
}

/**
 * Folder of the test engine: images, containers, sockets, logs.
 * Not under the cache: a container engine wants a plain local disk and short socket paths.
 */
export function engineFolder(): string {
  return process.env['HEARTH_TEST_ENGINE_FOLDER'] ?? '/var/tmp/hearth-test/engine'
}

/** Folder of the second test engine, Podman: beside the first, and like it on a plain local disk with a short path. */
export function podmanFolder(): string {
  const first = process.env['HEARTH_TEST_ENGINE_FOLDER']
  return first === undefined ? '/var/tmp/hearth-test/podman' : `${first}-podman`
}

/** Folder of what `prepare.ts` found and made. It tells of one engine: a second one, moved elsewhere, has its own. */
export function machineFolder(): string {
  return process.env['HEARTH_TEST_ENGINE_FOLDER'] ?? cacheFolder()
}

/** File in which `prepare.ts` leaves what it found and made. */
export function machineFile(): string {
  return join(machineFolder(), 'machine.json')
}

/** Full path of a program found on PATH or in one of `extraFolders`; undefined when there is none. */
export function findProgram(name: string, extraFolders: readonly string[] = []): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...extraFolders]
  for (const folder of folders) {
    if (folder === '') continue
    // node_modules/.bin holds wrappers of npm packages; a test needs the program itself.
    if (folder.includes('node_modules')) continue
    const candidate = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
    if (existsSync(candidate)) return candidate
  }
  return undefined
}
