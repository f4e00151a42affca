import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasRecentGo } from './build-pocketd.ts'
import { isDebianRoot } from './engine.ts'
import { cacheFolder, findProgram } from './paths.ts'
import { mustRun, run } from './process.ts'

const APT_ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
// Another package run on this machine is waited for, not fought with.
const APT_WAIT = ['-o', 'DPkg::Lock::Timeout=300']

let listsAreFresh = false

async function refreshLists(log: (line: string) => void): Promise<void> {
  if (listsAreFresh) return
  log('apt-get update')
  await mustRun('apt-get', [...APT_WAIT, 'update', '-q'], { env: APT_ENVIRONMENT, timeoutMs: 600_000 })
  listsAreFresh = true
}

async function installedPackages(names: readonly string[]): Promise<Set<string>> {
  const answer = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names])
  const installed = new Set<string>()
  for (const line of answer.stdout.split('\n')) {
    const [name, status] = line.split(' ')
    if (name !== undefined && status === 'installed') installed.add(name)
  }
  return installed
}

/**
 * On Debian as root: installs what the tests need and this machine lacks. Elsewhere it does nothing.
 * A package that cannot be had is not an error here: what depends on it is found missing later, by name.
 */
export async function ensurePackages(log: (line: string) => void): Promise<void> {
  if (!(await isDebianRoot())) return
  const wanted = [
    'docker.io',
    'iptables',
    'busybox-static',
    'docker-registry',
    'ca-certificates',
    'podman',
    'netavark',
    'aardvark-dns',
    'catatonit',
    'runc',
  ]
  if (chromiumPath() === undefined) wanted.push('chromium')
  if (!(await hasRecentGo()) && (await run('python3', ['-m', 'pip', '--version']).catch(() => ({ code: 1 }))).code !== 0) {
    wanted.push('python3-pip')
  }
  const installed = await installedPackages(wanted)
  const lacking = wanted.filter((name) => !installed.has(name))
  if (lacking.length > 0) await install(lacking, log)
  // Newer Debians keep the client program in a package of its own.
  if (findProgram('docker') === undefined) await install(['docker-cli'], log)
}

async function install(names: readonly string[], log: (line: string) => void): Promise<void> {
  await refreshLists(log)
  log(`apt-get install ${names.join(' ')}`)
  const command = [...APT_WAIT, 'install', '-y', '-q', '--no-install-recommends']
  const all = await run('apt-get', [...command, ...names], { env: APT_ENVIRONMENT, timeoutMs: 1_200_000 })
  if (all.code === 0) return
  // One package that does not exist here must not keep the others away.
  for (const name of names) {
    const one = await run('apt-get', [...command, name], { env: APT_ENVIRONMENT, timeoutMs: 1_200_000 })
    if (one.code !== 0) log(`package ${name} could not be installed: ${one.stderr.trim().split('\n').at(-1) ?? ''}`)
  }
}

/** Unpacks a Debian package into the cache without installing it, so that no service of it starts. Returns the folder. */
export async function unpackPackage(name: string, log: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'unpacked', name)
  if (existsSync(folder)) return folder
  if (!(await isDebianRoot())) throw new Error(`${name} is taken from Debian's packages`)
  await refreshLists(log)
  log(`fetching package ${name}`)
  const temporary = `${folder}.${String(process.pid)}`
  await mkdir(temporary, { recursive: true })
  await mustRun('apt-get', [...APT_WAIT, 'download', '-q', name], { cwd: temporary, env: APT_ENVIRONMENT, timeoutMs: 300_000 })
  const archive = (await readdir(temporary)).find((file) => file.endsWith('.deb'))
  if (archive === undefined) throw new Error(`no package ${name}`)
  await mustRun('dpkg-deb', ['-x', join(temporary, archive), temporary])
  await rm(join(temporary, archive))
  await rename(temporary, folder)
  return folder
}

/** A Chromium, or a browser of its family, that Playwright can drive. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined && existsSync(named)) return named
  for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const found = findProgram(name, ['/usr/bin'])
    if (found !== undefined) return found
  }
  return [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ].find((path) => existsSync(path))
}
