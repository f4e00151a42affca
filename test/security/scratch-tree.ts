import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from '#test/localnet/paths.ts'
import type { Breakage } from './rows.ts'

const run = promisify(execFile)
/** Projects of the TypeScript build by the folder they compile, the innermost first. */
const PROJECTS = ['main/core', 'main/adapters', 'main/shells', 'renderer', 'shared']

/** What a run of tests said, by the test file's name. */
export interface FileOutcome {
  file: string
  /** Tests that failed by what they found; a file that does not load has none. */
  failed: number
  passed: number
  /** Of the first that failed. */
  says: string
}

/** A copy of the project in which code is broken on purpose. The working tree is never touched. */
export interface ScratchTree {
  folder: string
  /** Writes the broken file. @returns how to mend it */
  breakIt(breakage: Breakage): Promise<() => Promise<void>>
  /** Messages of the compiler about the part that holds `file`; none for a file that is not compiled. */
  typecheck(file: string): Promise<Set<string>>
  /** Runs test files of the security project. @param files paths in the project */
  test(files: string[]): Promise<FileOutcome[]>
  remove(): Promise<void>
}

/** Copies what git knows or would take, and links the packages. */
export async function makeScratchTree(): Promise<ScratchTree> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-broken-'))
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: projectRoot, maxBuffer: 64 * 1024 * 1024 })
  for (const name of stdout.split('\0')) {
    if (name === '') continue
    await mkdir(join(folder, dirname(name)), { recursive: true })
    // A file may go between the listing and the copy.
    await cp(join(projectRoot, name), join(folder, name)).catch(() => undefined)
  }
  // Packages are linked one by one: caches of the compiler and of vite are this tree's own.
  await mkdir(join(folder, 'node_modules'))
  for (const name of await readdir(join(projectRoot, 'node_modules')))
    if (!/^\.(cache|vite)/.test(name)) await symlink(join(projectRoot, 'node_modules', name), join(folder, 'node_modules', name))

  const node = (args: string[]): Promise<string> =>
    run(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).then(
      (done) => done.stdout,
      (error: unknown) => (error as { stdout?: string }).stdout ?? '',
    )
  return {
    folder,
    async breakIt({ file, search, replacement }) {
      const path = join(folder, file)
      const text = await readFile(path, 'utf8')
      if (text.split(search).length !== 2) throw new Error(`${file} does not hold exactly once: ${search}`)
      await writeFile(
        path,
        text.replace(search, () => replacement),
      )
      return () => writeFile(path, text)
    },
    async typecheck(file) {
      const project = PROJECTS.find((one) => file.startsWith(`${one}/`))
      if (project === undefined) return new Set()
      const said = await node([join('node_modules', 'typescript', 'bin', 'tsc'), '-b', project])
      return new Set(
        said
          .split('\n')
          .filter((line) => line.includes(': error TS'))
          .map((line) => line.replace(/\(\d+,\d+\)/, '')),
      )
    },
    async test(files) {
      const report = join(folder, `report-${Math.random().toString(36).slice(2)}.json`)
      const program = join('node_modules', 'vitest', 'vitest.mjs')
      await node([program, 'run', '--project', 'security', ...files, '--silent', '--reporter=json', `--outputFile=${report}`])
      const { testResults } = JSON.parse(await readFile(report, 'utf8')) as {
        testResults: { name: string; message: string; assertionResults: { status: string; failureMessages: string[] }[] }[]
      }
      await rm(report)
      return testResults.map(({ name, message, assertionResults }) => ({
        file: name.split(/[\\/]/).at(-1) ?? name,
        failed: assertionResults.filter((one) => one.status === 'failed').length,
        passed: assertionResults.filter((one) => one.status === 'passed').length,
        says: (assertionResults.flatMap((one) => one.failureMessages)[0] ?? message).slice(0, 400),
      }))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
