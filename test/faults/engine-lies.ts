import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { HearthError } from '#shared/api/errors.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { isDebianRoot } from '#test/localnet/engine.ts'
import { startImageRegistry } from '#test/localnet/image-registry.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { startPodman, stopPodman } from '#test/localnet/podman.ts'
import { mustRun, run } from '#test/localnet/process.ts'

/** Room for Podman's own books, not for the image that is pulled. */
const SMALL_DISK = '1500k'
const LIES = 'test/contract/engine/lies.test.ts'
const LIES_MS = 15 * 60_000

type Report = { report: (name: string, problem: string | undefined) => void; skip: (name: string, why: string) => void }

/**
 * A disk that fills up while an image is pulled, on a Podman that has a small one of its own. With `full` also an engine that lies: every lie about every
 * call, on each engine, ends with a clear error and leaves what was there as it was (the engine suites do that too, each time).
 */
export async function checkEngineLies({ report, skip }: Report, full: boolean): Promise<void> {
  await checkFullDisk({ report, skip })
  if (full) await tellLies(report)
}

/** The lies are told by the contract's own suite, in a process of its own. */
async function tellLies(report: Report['report']): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-lies-'))
  const file = join(folder, 'report.json')
  const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')
  try {
    const words = [vitest, 'run', '--project', 'contract', LIES, '--reporter=json', `--outputFile.json=${file}`]
    await run(process.execPath, words, { cwd: projectRoot, timeoutMs: LIES_MS })
    const { testResults } = JSON.parse(await readFile(file, 'utf8')) as {
      testResults: { message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[]
    }
    const told = testResults.flatMap((each) => each.assertionResults)
    if (told.length === 0) report('lies of the engines', testResults[0]?.message ?? 'none was told')
    for (const { fullName, status, failureMessages } of told)
      report(fullName, status === 'passed' ? undefined : (failureMessages[0] ?? status).slice(0, 500))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function checkFullDisk({ report, skip }: Report): Promise<void> {
  const name = 'a disk that fills up during a pull'
  if (!(await isDebianRoot())) return skip(name, 'a small disk of its own needs Debian and root')
  const folder = await mkdtemp(join(tmpdir(), 'hearth-small-'))
  const disk = join(folder, 'root')
  const registry = await startImageRegistry()
  await mkdir(disk, { recursive: true })
  await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK}`, 'tmpfs', disk])
  try {
    const { socket } = await startPodman(folder, ['--storage-driver', 'vfs'], () => undefined)
    const engine = createDockerEngine({ endpoint: `unix://${socket}`, installId: 'small', clock: systemClock, log: createQuietLog() })
    const pull = (): Promise<HearthError | undefined> =>
      engine
        .pull(registry.image, () => undefined, new AbortController().signal)
        .then(
          () => undefined,
          (error: unknown) => (error instanceof HearthError ? error : new HearthError('internal', { reason: String(error) })),
        )
    const error = await pull()
    const isTold = error?.code === 'disk-full' && /no space left/.test(error.detail['reason'] ?? '')
    report(name, isTold ? undefined : `ended as ${error?.code ?? 'pulled'}: ${error?.detail['reason'] ?? ''}`)
    const isThere = (await engine.image(registry.image)) !== undefined
    report(`${name}: half an image is none`, isThere ? 'the image counts as there' : undefined)
    await mustRun('mount', ['-o', 'remount,size=64m', disk])
    const again = await pull()
    report(`${name}: with room it is pulled`, again === undefined ? undefined : `${again.code}: ${again.detail['reason'] ?? ''}`)
  } finally {
    await registry.close()
    await stopPodman(folder)
    // Podman binds its storage onto itself.
    for (const mounted of [join(disk, 'vfs'), join(disk, 'overlay'), disk]) await run('umount', [mounted])
    const left = await readdir(disk).catch(() => [])
    if (left.length === 0) await rm(folder, { recursive: true, force: true })
  }
}
