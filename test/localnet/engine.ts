import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { randomInt } from 'node:crypto'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { platform } from 'node:os'
import { join } from 'node:path'
import { cacheFolder, engineFolder, findProgram } from './paths.ts'
import { run, sleep, until, type Finished, type RunOptions } from './process.ts'

/** A container engine that answers. `own` says that it is ours: tests may stop, restart and break it. */
export type Engine = { socket: string; own: boolean; version: string }
/** A registry on loopback that answers. */
export type Registry = { host: string; port: number; url: string }

const DEFAULT_SOCKET = '/var/run/docker.sock'
const PREFERRED_REGISTRY_PORT = 5055

/** One GET over HTTP, by TCP or by socket file. Undefined when nothing answers with 200 within `timeoutMs`. */
async function get(
  target: { socketPath: string } | { host: string; port: number },
  path: string,
  timeoutMs = 2000,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({ ...target, path, timeout: timeoutMs }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : undefined))
      answer.on('error', () => resolve(undefined))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}

/** The engine behind a socket file, undefined when none answers. */
export async function engineAt(socket: string, own: boolean): Promise<Engine | undefined> {
  const text = await get({ socketPath: socket }, '/version')
  if (text === undefined) return undefined
  const { Version } = JSON.parse(text) as { Version: string }
  return { socket, own, version: Version }
}

/** Process id in a file, if that process lives and its command line names `mark`. */
export async function livingPid(file: string, mark: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(file, 'utf8')).trim())
    const commandLine = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8')
    return commandLine.includes(mark) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Starts a program that goes on when this one ends; what it prints goes to `logFile`. @returns its process id */
export function startDetached(program: string, args: readonly string[], logFile: string, env: NodeJS.ProcessEnv = process.env): number {
  const log = openSync(logFile, 'a')
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/', env })
  child.unref()
  closeSync(log)
  if (child.pid === undefined) throw new Error(`${program} could not be started`)
  return child.pid
}

/** True while the process runs; one that has ended but was not yet collected by its parent does not count. */
async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '')
  return state !== '' && !/\) [ZX] /.test(state)
}

/** Asks a process to end, and ends it after `graceMs`; 0 = at once, without a word. Resolves when it is gone: who starts another one in its place would be refused before. */
export async function endProcess(pid: number, graceMs = 20_000): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name)
    } catch {
      // No such process: that is what was wanted.
    }
  }
  if (graceMs > 0) signal('SIGTERM')
  for (const end = Date.now() + graceMs; Date.now() < end; await sleep(100)) if (!(await isRunning(pid))) return
  signal('SIGKILL')
  await until(`the end of process ${String(pid)}`, 60_000, async () => ((await isRunning(pid)) ? undefined : true))
}

/** The last lines of a log file, empty when there is none. */
export async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join('\n')
}

function ownSocket(): string {
  return join(engineFolder(), 'docker.sock')
}

async function startOwnEngine(log: (line: string) => void): Promise<Engine> {
  const folder = engineFolder()
  const dockerd = findProgram('dockerd', ['/usr/sbin', '/usr/local/sbin', '/sbin'])
  if (dockerd === undefined) throw new Error('there is no dockerd')
  await mkdir(folder, { recursive: true })
  const pidFile = join(folder, 'docker.pid')
  const logFile = join(folder, 'dockerd.log')
  if ((await livingPid(pidFile, folder)) === undefined) {
    // dockerd refuses to start when the number in an old file belongs to some other process by now.
    await rm(pidFile, { force: true })
    // The same for its helper, which it would believe to be still running after a hard end: then it waits a minute and gives up.
    const helperPidFile = join(folder, 'exec', 'containerd', 'containerd.pid')
    if ((await livingPid(helperPidFile, folder)) === undefined) await rm(helperPidFile, { force: true })
    log('starting the test engine')
    startDetached(
      dockerd,
      ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-H', `unix://${ownSocket()}`, '--pidfile', pidFile],
      logFile,
    )
  }
  try {
    return await until('the test engine', 60_000, async () => engineAt(ownSocket(), true))
  } catch (error) {
    throw new Error(`the test engine does not answer: ${await tail(logFile)}`, { cause: error })
  }
}

/** True on Debian (or a child of it) as root: there the tests install and start what they need. */
export async function isDebianRoot(): Promise<boolean> {
  if (platform() !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?=.*debian/m.test(release)
}

/**
 * The engine for tests: DOCKER_HOST where it is set; ours if it runs; the machine's own at the usual socket;
 * else, on Debian as root, ours is started. Throws with the reason when there is none.
 */
export async function ensureEngine(log: (line: string) => void): Promise<Engine> {
  const host = process.env['DOCKER_HOST']
  if (host !== undefined && host !== '') {
    if (!host.startsWith('unix://')) throw new Error(`DOCKER_HOST is ${host}: only unix:// is used by the tests`)
    const socket = host.slice('unix://'.length)
    const found = await engineAt(socket, socket === ownSocket())
    if (found === undefined) throw new Error(`nothing answers at DOCKER_HOST ${host}`)
    return found
  }
  const found = (await engineAt(ownSocket(), true)) ?? (await engineAt(DEFAULT_SOCKET, false))
  if (found !== undefined) return found
  if (await isDebianRoot()) return startOwnEngine(log)
  throw new Error(`no container engine at ${DEFAULT_SOCKET} or DOCKER_HOST`)
}

async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/**
 * Where ports are chosen from: below those that systems give to connections on their way out, so that none of these takes one between its choice and its use; above those of the
 * catalogue and of usual services.
 */
const CHOSEN_PORTS = { from: 27_000, to: 32_000 }
const chosen = new Set<number>()

/** A TCP port on 127.0.0.1 that was free a moment ago, and that this process gets only once. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 500; tries += 1) {
    const port = randomInt(CHOSEN_PORTS.from, CHOSEN_PORTS.to)
    if (chosen.has(port) || !(await isPortFree(port))) continue
    chosen.add(port)
    return port
  }
  throw new Error('no port is free')
}

/** True when something accepts TCP connections at that port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('timeout', () => socket.destroy())
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}

/** Starts Debian's docker-registry on loopback unless ours runs. Throws with the reason when it cannot. */
export async function ensureRegistry(log: (line: string) => void): Promise<Registry> {
  const folder = join(engineFolder(), 'registry')
  const configFile = join(folder, 'config.yml')
  const pidFile = join(folder, 'registry.pid')
  const portFile = join(folder, 'port')
  const logFile = join(folder, 'registry.log')
  const describe = (port: number): Registry => ({ host: `127.0.0.1:${String(port)}`, port, url: `http://127.0.0.1:${String(port)}` })
  const answers = async (port: number): Promise<Registry | undefined> =>
    (await get({ host: '127.0.0.1', port }, '/v2/')) === undefined ? undefined : describe(port)

  let port = Number(await readFile(portFile, 'utf8').catch(() => '0'))
  const running = await livingPid(pidFile, configFile)
  if (running !== undefined && port > 0) {
    // Others may be using it: one that is slow on a busy machine is not ended.
    const found = await until('an answer of the test registry', 30_000, async () => answers(port)).catch(() => undefined)
    if (found !== undefined) return found
    await endProcess(running)
  }
  const program = findProgram('docker-registry', ['/usr/bin'])
  if (program === undefined) throw new Error('there is no docker-registry')
  await mkdir(folder, { recursive: true })
  if (port === 0) port = PREFERRED_REGISTRY_PORT
  if (!(await isPortFree(port))) port = await freePort()
  await writeFile(
    configFile,
    [
      'version: 0.1',
      'log: {level: warn}',
      `storage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}`,
      `http: {addr: "127.0.0.1:${String(port)}"}`,
      '',
    ].join('\n'),
  )
  await writeFile(portFile, String(port))
  log(`starting the test registry on 127.0.0.1:${String(port)}`)
  const pid = startDetached(program, ['serve', configFile], logFile)
  await writeFile(pidFile, String(pid))
  try {
    return await until('the test registry', 20_000, async () => answers(port))
  } catch (error) {
    throw new Error(`the test registry does not answer: ${await tail(logFile)}`, { cause: error })
  }
}

/**
 * Stops the engine that these tests started, with its containers; `hard` ends it like a power cut would, without
 * a word. `ensureEngine` starts it again on the same data. Another engine is never touched.
 */
export async function stopOwnEngine(hard = false): Promise<void> {
  const folder = engineFolder()
  const pid = await livingPid(join(folder, 'docker.pid'), folder)
  if (pid === undefined) return
  await endProcess(pid, hard ? 0 : undefined)
}

/** Stops the engine and the registry that these tests started, with every container in them. Nothing else is touched. */
export async function stopOwn(): Promise<void> {
  const folder = engineFolder()
  const registry = await livingPid(join(folder, 'registry', 'registry.pid'), folder)
  if (registry !== undefined) await endProcess(registry)
  await stopOwnEngine()
}

/** Runs the docker client against the engine at `socket`, with none of the user's own client settings. */
export async function docker(socket: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const client = findProgram('docker', ['/usr/bin', '/usr/local/bin'])
  if (client === undefined) throw new Error('there is no docker client program')
  return run(client, args, {
    ...options,
    env: { ...process.env, DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: join(cacheFolder(), 'docker-client'), DOCKER_CONTEXT: '' },
  })
}

/** Like `docker`, but throws when the client fails. Resolves to its stdout, trimmed. */
export async function mustDocker(socket: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const finished = await docker(socket, args, options)
  if (finished.code !== 0) {
    throw new Error(`docker ${args.slice(0, 3).join(' ')}: ${(finished.stderr.trim() || finished.stdout.trim()).slice(-2000)}`)
  }
  return finished.stdout.trim()
}
