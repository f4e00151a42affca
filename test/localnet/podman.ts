import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcess, engineAt, isDebianRoot, livingPid, startDetached, tail, type Engine } from './engine.ts'
import { findProgram, podmanFolder } from './paths.ts'
import { mustRun, until } from './process.ts'

/**
 * The second engine of the tests: Debian's Podman as a service of its own, with storage, networks and state in one folder, so that a Podman
 * that somebody uses on this machine never meets it.
 */

/** Debian's runc and plain cgroup folders: crun refuses a machine with both kinds of cgroups; the usual limits lie above what a small machine allows. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
`
/** As Docker does by itself: a registry on loopback may speak plain HTTP, on whatever port a test has it. */
const REGISTRIES_CONF = `unqualified-search-registries = []
[[registry]]
location = "127.0.0.1"
insecure = true
`

function environment(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
    // Downloads lie there before they are unpacked.
    TMPDIR: join(folder, 'tmp'),
  }
}

function places(folder: string): string[] {
  return [
    '--root',
    join(folder, 'root'),
    '--runroot',
    join(folder, 'run'),
    '--tmpdir',
    join(folder, 'tmp'),
    '--network-config-dir',
    join(folder, 'networks'),
  ]
}

/** Podman for tests: ours if it runs; else, on Debian as root, it is started. Throws with the reason when there is none. */
export async function ensurePodman(log: (line: string) => void): Promise<Engine> {
  return startPodman(podmanFolder(), [], log)
}

/** A Podman of its own in `folder`, for tests that break it. @param more flags before the command */
export async function startPodman(folder: string, more: readonly string[], log: (line: string) => void): Promise<Engine> {
  const socket = join(folder, 'podman.sock')
  const pidFile = join(folder, 'podman.pid')
  const found = await engineAt(socket, true)
  if (found !== undefined) return found
  if (!(await isDebianRoot())) throw new Error('Podman is taken from Debian, as root')
  const podman = findProgram('podman', ['/usr/bin'])
  if (podman === undefined) throw new Error('there is no podman')
  const logFile = join(folder, 'podman.log')
  await mkdir(join(folder, 'tmp'), { recursive: true })
  if ((await livingPid(pidFile, folder)) === undefined) {
    await rm(socket, { force: true })
    await writeFile(join(folder, 'containers.conf'), CONTAINERS_CONF)
    await writeFile(join(folder, 'registries.conf'), REGISTRIES_CONF)
    log('starting the second test engine, Podman')
    const service = [...places(folder), ...more, 'system', 'service', '--time=0', `unix://${socket}`]
    await writeFile(pidFile, String(startDetached(podman, service, logFile, environment(folder))))
  }
  try {
    return await until('Podman', 60_000, async () => engineAt(socket, true))
  } catch (error) {
    throw new Error(`Podman does not answer: ${await tail(logFile)}`, { cause: error })
  }
}

/** Ends the service in `folder` and every container in it. */
export async function stopPodman(folder: string): Promise<void> {
  const pid = await livingPid(join(folder, 'podman.pid'), folder)
  if (pid === undefined) return
  await mustRun('podman', [...places(folder), 'stop', '--all', '--time', '1'], { env: environment(folder) }).catch(() => undefined)
  await endProcess(pid)
}

/** Ends the service that these tests started. Another Podman is never touched. */
export async function stopOwnPodman(): Promise<void> {
  await stopPodman(podmanFolder())
}
