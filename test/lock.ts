/**
 * Checks package.json and package-lock.json: exact versions, no registry address, an integrity for every
 * package, and every platform's optional packages. A registry that lacks some of them makes npm write a lock
 * that the next `npm ci` refuses; better to learn that here than on somebody else's machine.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The parts of package.json that are checked. */
export type PackageFile = {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** One package of package-lock.json, by its path under node_modules; "" is the project itself. */
export type LockedPackage = PackageFile & {
  version?: string
  resolved?: string
  integrity?: string
  link?: boolean
  inBundle?: boolean
}

/** package-lock.json, version 3. */
export type LockFile = { lockfileVersion: number; packages: Record<string, LockedPackage> }

const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** Where Node would find `name` when asked from the package at `from`; undefined when nowhere. */
function findLocked(lock: LockFile, from: string, name: string): string | undefined {
  let folder = from
  for (;;) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (candidate in lock.packages) return candidate
    if (folder === '') return undefined
    const parent = folder.lastIndexOf('node_modules/')
    folder = parent <= 0 ? '' : folder.slice(0, parent - 1)
  }
}

/** Everything that is wrong with the two files, one line each; empty when all is well. */
export function lockProblems(packageFile: PackageFile, lock: LockFile): string[] {
  const problems: string[] = []
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    for (const [name, version] of Object.entries(packageFile[kind] ?? {})) {
      if (!EXACT_VERSION.test(version)) problems.push(`package.json: ${name} is "${version}", not one exact version`)
      const locked = lock.packages[`node_modules/${name}`]
      if (locked === undefined) problems.push(`package-lock.json: ${name} of package.json is not there`)
      else if (EXACT_VERSION.test(version) && locked.version !== version) {
        problems.push(`package-lock.json: ${name} is ${locked.version ?? 'of no version'}, package.json says ${version}`)
      }
    }
  }
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.resolved !== undefined) problems.push(`package-lock.json: ${path} names where it came from ("resolved")`)
    if (path !== '' && entry.integrity === undefined && entry.link !== true && entry.inBundle !== true) {
      problems.push(`package-lock.json: ${path} has no integrity`)
    }
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (findLocked(lock, path, name) === undefined) {
        problems.push(`package-lock.json: ${name}, optional for ${path === '' ? 'the project' : path}, is not there`)
      }
    }
  }
  return problems
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
}

if (import.meta.main) {
  const lock = readJson('package-lock.json') as LockFile
  const problems = lockProblems(readJson('package.json') as PackageFile, lock)
  for (const problem of problems) console.log(problem)
  console.log(`${String(Object.keys(lock.packages).length - 1)} packages in the lock, ${String(problems.length)} problems`)
  if (problems.length > 0) process.exitCode = 1
}
