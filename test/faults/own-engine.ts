import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mustDocker, endProcess, engineAt, ensureRegistry, livingPid, startDetached, tail, type Engine } from '#test/localnet/engine.ts'
import { engineFolder, findProgram } from '#test/localnet/paths.ts'
import type { Machine } from '#test/localnet/prepare.ts'
import { run, until } from '#test/localnet/process.ts'

const FOLDER = 'faults-'
const START_MS = 180_000
const STARTS = 4
/** For each step of bringing the images over. */
const MOVE_MS = 600_000
/** More than the longest grace of a container in it, which the engine waits for. */
const STOP_MS = 120_000

/** Folder of the engine that only this run uses: others may be at work on the first one. */
export const faultsEngineFolder = (part: string): string => join(dirname(engineFolder()), `${FOLDER}${process.pid}-${part}`)

/**
 * A dockerd that may be ended at any time, in the folder that HEARTH_TEST_ENGINE_FOLDER names. To be used inside a network namespace of its own: two engines in one would undo
 * each other's rules for packets.
 */
export interface OwnEngine {
  socket: string
  folder: string
  start(): Promise<Engine>
  /** @param hard as a power cut: it and its helper end without a word; its containers' processes stay, as they would not */
  stop(hard?: boolean): Promise<void>
  /** Stops it and takes everything of it away. */
  remove(): Promise<void>
}

export function createOwnEngine(folder = engineFolder()): OwnEngine {
  const socket = join(folder, 'docker.sock')
  const pidFile = join(folder, 'docker.pid')
  const helperPidFile = join(folder, 'exec', 'containerd', 'containerd.pid')
  const logFile = join(folder, 'dockerd.log')
  const dockerd = findProgram('dockerd', ['/usr/sbin', '/usr/local/sbin', '/sbin'])
  const engine: OwnEngine = {
    socket,
    folder,
    async start() {
      if (dockerd === undefined) throw new Error('there is no dockerd')
      mkdirSync(folder, { recursive: true })
      const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', pidFile]
      let starts = 0
      let pid = 0
      try {
        return await until('the engine of the fault tests', START_MS, async () => {
          // Its helper has fifteen seconds by the engine's own rule; on a machine that does other things too it gives up and ends.
          if (!existsSync(`/proc/${pid}`) && starts < STARTS) {
            starts += 1
            for (const file of [pidFile, helperPidFile]) if ((await livingPid(file, folder)) === undefined) rmSync(file, { force: true })
            pid = startDetached(dockerd, [...places, '-H', `unix://${socket}`], logFile)
          }
          return engineAt(socket, true)
        })
      } catch (error) {
        throw new Error(`the engine of the fault tests does not answer: ${await tail(logFile)}`, { cause: error })
      }
    },
    async stop(hard = false) {
      const pids = [await livingPid(pidFile, folder), await livingPid(helperPidFile, folder)]
      for (const pid of pids) {
        if (pid === undefined) continue
        await endProcess(pid, hard ? 0 : STOP_MS)
      }
    },
    async remove() {
      await engine.stop()
      const registry = await livingPid(join(folder, 'registry', 'registry.pid'), folder)
      if (registry !== undefined) await endProcess(registry)
      const mounted = readFileSync('/proc/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' ')[1] ?? '')
        .filter((path) => path.startsWith(`${folder}/`))
      for (const path of mounted.reverse()) {
        const { code } = await run('umount', [path])
        // Somebody still looks at it: it goes when they are done.
        if (code !== 0) await run('umount', ['--lazy', path])
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
  return engine
}

/** Brings the test images of the first engine into this one and into a registry of its own, and writes down what there is, so that everything that asks for the machine finds this one. */
export async function moveIn(engine: OwnEngine, from: Machine): Promise<Machine> {
  const registry = await ensureRegistry(() => undefined)
  const file = join(engine.folder, 'images.tar')
  const names = Object.entries(from.images)
  if (from.engineSocket === null) throw new Error('there is no engine to take images from')
  try {
    await mustDocker(from.engineSocket, ['save', '--output', file, ...names.map(([, reference]) => reference)], { timeoutMs: MOVE_MS })
    await mustDocker(engine.socket, ['load', '--quiet', '--input', file], { timeoutMs: MOVE_MS })
  } finally {
    rmSync(file, { force: true })
  }
  const moved = new Map<string, string>()
  for (const [, reference] of names) {
    const here = `${registry.host}/${reference.slice(reference.indexOf('hearth-test/'))}`
    if (here !== reference) {
      await mustDocker(engine.socket, ['tag', reference, here], { timeoutMs: MOVE_MS })
      await mustDocker(engine.socket, ['rmi', reference], { timeoutMs: MOVE_MS })
    }
    await mustDocker(engine.socket, ['push', '--quiet', here], { timeoutMs: MOVE_MS })
    moved.set(reference, here)
  }
  const machine: Machine = {
    ...from,
    engineSocket: engine.socket,
    ownsEngine: true,
    podman: null,
    registry,
    imagesFile: join(engine.folder, 'images.json'),
    images: Object.fromEntries(names.map(([official, reference]) => [official, moved.get(reference) ?? reference])),
    testImages: Object.fromEntries(Object.entries(from.testImages).map(([name, reference]) => [name, moved.get(reference) ?? reference])),
  }
  writeFileSync(machine.imagesFile, JSON.stringify(machine.images))
  writeFileSync(join(engine.folder, 'machine.json'), JSON.stringify(machine))
  return machine
}

let clearing: Promise<void> | undefined
/** Takes away what runs that were broken off have left behind, once for all parts of this run. */
export function clearLeftovers(): Promise<void> {
  return (clearing ??= clearFolders())
}

async function clearFolders(): Promise<void> {
  const parent = dirname(engineFolder())
  for (const name of readdirSync(parent)) {
    const pid = Number.parseInt(name.slice(FOLDER.length), 10)
    if (name.startsWith(FOLDER) && !existsSync(`/proc/${pid}`)) await createOwnEngine(join(parent, name)).remove()
  }
}
