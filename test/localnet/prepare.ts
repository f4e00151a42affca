/**
 * Makes the machine ready for the tests that need real software: a container engine, a registry, test
 * images, pocketd, a browser. Run it with `npm run test:prepare`; `npm run test:prepare -- --stop` stops
 * what it started. What cannot be had on this machine is named, with the reason, in one line each.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canRunPocketdHere, ensurePocketd } from './build-pocketd.ts'
import { docker, ensureEngine, ensureRegistry, isDebianRoot, stopOwn, type Engine, type Registry } from './engine.ts'
import { anvilImage, anvilProgram, caddyImage, ensureImage, pocketdImage, type TestImage } from './images.ts'
import { cacheFolder, machineFile, machineFolder, projectRoot } from './paths.ts'
import { chromiumPath, ensurePackages, unpackPackage } from './packages.ts'
import { ensurePodman, stopOwnPodman } from './podman.ts'
import { sleep } from './process.ts'

/** Something that this machine lacks. `name` is one of the names used in `test/expected-absent.json`. */
export type Missing = { name: string; why: string }

/** What the tests of this machine may use. Paths are absolute; a part that could not be had is null and named in `missing`. */
export type Machine = {
  preparedAt: string
  /** Socket file of the container engine. */
  engineSocket: string | null
  /** True when the engine is the tests' own: it may be stopped, restarted and broken. */
  ownsEngine: boolean
  engineVersion: string | null
  /** The second engine, always the tests' own. */
  podman: { socket: string; version: string } | null
  registry: Registry | null
  /** JSON file with the content of `images`. */
  imagesFile: string
  /** Official image reference -> the reference of the test image that stands for it. */
  images: Record<string, string>
  /** The same test images by short name: pocketd, anvil, caddy. */
  testImages: Record<string, string>
  pocketdPath: string | null
  anvilPath: string | null
  chromiumPath: string | null
  missing: Missing[]
}

/** `log` gets one line for each thing that takes time. */
export type PrepareOptions = { log?: (line: string) => void }

const EXPECTED_ABSENT_FILE = join(projectRoot, 'test', 'expected-absent.json')

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** One preparation at a time on a machine: two would fight over packages, images and the engine. */
async function withLock<T>(work: () => Promise<T>, log: (line: string) => void): Promise<T> {
  const folder = join(cacheFolder(), 'prepare.lock')
  await mkdir(cacheFolder(), { recursive: true })
  // Put in place with its owner's number in it: a lock without one would look like one that was left behind.
  const mine = await mkdtemp(join(cacheFolder(), 'prepare-'))
  await writeFile(join(mine, 'pid'), String(process.pid))
  for (let tries = 0; ; tries += 1) {
    try {
      await rename(mine, folder)
      break
    } catch {
      const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'))
      if (tries === 0) log('another preparation is under way on this machine: waiting')
      if (tries > 1 && pid > 0 && !isAlive(pid)) await unlock(folder)
      else await sleep(500)
    }
  }
  try {
    return await work()
  } finally {
    await unlock(folder)
  }
}

/** Away at once and then removed: half a lock would look like one that may be taken. */
async function unlock(folder: string): Promise<void> {
  const away = `${folder}.${String(process.pid)}`
  await rename(folder, away).catch(() => undefined)
  await rm(away, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${String(process.pid)}`
  await writeFile(temporary, text)
  await rename(temporary, file)
}

/** Version numbers of the tags that an image has in the engine, newest rule left to the caller. */
async function tagsInEngine(engine: Engine, repository: string): Promise<string[]> {
  const listed = await docker(engine.socket, ['image', 'ls', '--format', '{{.Tag}}', repository])
  return listed.stdout
    .trim()
    .split('\n')
    .filter((tag) => tag !== '')
}

async function lookForOptionalParts(engine: Engine | undefined, missing: Missing[]): Promise<void> {
  const electronFolder = join(projectRoot, 'node_modules', 'electron', 'dist')
  const electronProgram = ['electron', 'electron.exe', 'Electron.app'].some((name) => existsSync(join(electronFolder, name)))
  if (!electronProgram) missing.push({ name: 'electron-binary', why: 'node_modules/electron holds no program' })
  const miner = engine === undefined ? [] : await tagsInEngine(engine, 'ghcr.io/pokt-network/pocket-relay-miner')
  if (miner.length === 0) missing.push({ name: 'ha-miner-images', why: 'no ghcr.io/pokt-network/pocket-relay-miner in the engine' })
  const redis = engine === undefined ? [] : await tagsInEngine(engine, 'redis')
  const isNewRedis = redis.some((tag) => {
    const [major = 0, minor = 0] = tag.split(/[.-]/).map(Number)
    return major > 8 || (major === 8 && minor >= 2)
  })
  if (!isNewRedis) missing.push({ name: 'redis-8.2', why: 'no redis image of 8.2 or newer in the engine' })
}

/**
 * Makes everything ready that can be had here and tells what could not. Done twice, the second time takes
 * about a second. Does not throw for a missing part; see `unexpectedlyMissing`.
 */
export async function prepareMachine(options: PrepareOptions = {}): Promise<Machine> {
  const log = options.log ?? ((): void => undefined)
  return withLock(async () => prepare(log), log)
}

async function prepare(log: (line: string) => void): Promise<Machine> {
  const missing: Missing[] = []
  const attempt = async <T>(name: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      missing.push({ name, why: reason(error) })
      return undefined
    }
  }

  await attempt('packages', async () => ensurePackages(log))
  // The long build goes on beside everything that does not need it.
  const building = attempt('pocketd', async () => ensurePocketd(log))
  const engine = await attempt('engine', async () => ensureEngine(log))
  const podman = await attempt('podman', async () => ensurePodman(log))
  // A registry is of use only to an engine that shares its loopback.
  const registry = engine === undefined ? undefined : await attempt('registry', async () => ensureRegistry(log))

  const images: Record<string, string> = {}
  const testImages: Record<string, string> = {}
  const addImage = async (name: string, recipe: () => Promise<TestImage>): Promise<void> => {
    await attempt(`${name}-image`, async () => {
      if (engine === undefined) throw new Error('no container engine')
      const image = await recipe()
      const reference = await ensureImage(engine.socket, registry, image, log)
      images[image.official] = reference
      testImages[name] = reference
    })
  }
  await addImage('anvil', anvilImage)
  await addImage('caddy', async () => caddyImage(await unpackPackage('caddy', log)))
  const pocketd = await building
  await addImage('pocketd', async () => {
    if (pocketd === undefined) throw new Error('pocketd was not built')
    return pocketdImage(pocketd)
  })
  await lookForOptionalParts(engine, missing)
  const chromium = chromiumPath()
  if (chromium === undefined) missing.push({ name: 'chromium', why: 'no Chromium or Chrome on this machine' })
  const anvil = await anvilProgram().catch(() => undefined)

  const machine: Machine = {
    preparedAt: new Date().toISOString(),
    engineSocket: engine?.socket ?? null,
    ownsEngine: engine?.own ?? false,
    engineVersion: engine?.version ?? null,
    podman: podman === undefined ? null : { socket: podman.socket, version: podman.version },
    registry: registry ?? null,
    imagesFile: join(machineFolder(), 'images.json'),
    images,
    testImages,
    pocketdPath: pocketd !== undefined && canRunPocketdHere() ? pocketd : null,
    anvilPath: anvil?.program ?? null,
    chromiumPath: chromium ?? null,
    missing,
  }
  await mkdir(machineFolder(), { recursive: true })
  await writeWhole(machine.imagesFile, `${JSON.stringify(images, null, 2)}\n`)
  await writeWhole(machineFile(), `${JSON.stringify(machine, null, 2)}\n`)
  return machine
}

/** What the last preparation found and made. Throws when there was none on this machine. */
export function readMachine(): Machine {
  if (!existsSync(machineFile())) throw new Error('the machine is not prepared: npm run test:prepare')
  return JSON.parse(readFileSync(machineFile(), 'utf8')) as Machine
}

/** Stops the engines and the registry that the preparation started. */
export async function stopMachine(): Promise<void> {
  await stopOwnPodman()
  await stopOwn()
}

/** The committed list of what may be absent on a build machine. */
export function expectedAbsent(): Missing[] {
  return (JSON.parse(readFileSync(EXPECTED_ABSENT_FILE, 'utf8')) as { absent: Missing[] }).absent
}

/** The parts that are missing here and are not in the committed list. */
export function unexpectedlyMissing(machine: Machine): Missing[] {
  const expected = new Set(expectedAbsent().map((part) => part.name))
  return machine.missing.filter((part) => !expected.has(part.name))
}

async function main(): Promise<void> {
  if (process.argv.includes('--stop')) {
    await stopMachine()
    console.log('stopped')
    return
  }
  const started = Date.now()
  const machine = await prepareMachine({ log: (line) => console.log(`  ${line}`) })
  console.log(`engine    ${machine.engineSocket ?? 'none'}${machine.engineVersion === null ? '' : ` (${machine.engineVersion})`}`)
  console.log(`podman    ${machine.podman?.socket ?? 'none'}${machine.podman === null ? '' : ` (${machine.podman.version})`}`)
  console.log(`registry  ${machine.registry?.host ?? 'none'}`)
  for (const [official, reference] of Object.entries(machine.images)) console.log(`image     ${official} -> ${reference}`)
  console.log(`pocketd   ${machine.pocketdPath ?? 'none'}`)
  console.log(`chromium  ${machine.chromiumPath ?? 'none'}`)
  for (const part of machine.missing) console.log(`absent    ${part.name}: ${part.why}`)
  if (!(await isDebianRoot())) console.log('not Debian as root: nothing was installed, what is here was used')
  console.log(`ready in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  if (process.env['CI'] === 'true' && unexpectedlyMissing(machine).length > 0) {
    console.log('a part is absent that test/expected-absent.json does not allow')
    process.exitCode = 1
  }
}

if (import.meta.main) await main()
