import type { ContainerSpec, SeenContainer } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { ChooseProgram, ContainerHandle, PracticeClock } from '../parts.ts'
import type { Disk } from './disk.ts'
import { createFiles } from './files.ts'
import { dataVolume, isRunning, placeOf, writeTo, type Held, type Life } from './held.ts'
import { createLogRing } from './log-ring.ts'
import { hashOf } from './noise.ts'
import type { Places } from './places.ts'
import { createPlainProgram } from './programs/plain.ts'
import { endsWithin } from './waits.ts'

const KILLED = 137
const ENDED_BY_SIGNAL = 143
/** As Docker does it: the pause doubles with each quick end and is forgotten after ten good seconds. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 60_000
const GOOD_RUN_MS = 10_000
const USER = { uid: 1025, gid: 1025 }

/** The life of containers: begun, ended, started again by themselves. Nothing here knows of the engine's port. */
export interface Containers {
  readonly all: ReadonlyMap<string, Held>
  add(spec: ContainerSpec, imageId: string, ours: boolean): Held
  /** Takes a saved one back as it was; it does not run. */
  restore(spec: ContainerSpec, seen: SeenContainer): Held
  begin(held: Held): void
  /** Asks the program to end; after the grace it is killed. */
  halt(held: Held, graceSeconds: number): Promise<void>
  /** Ends it at once. */
  end(held: Held, exitCode: number, options?: { oomKilled?: boolean }): void
  drop(held: Held): void
  /** Looks at what the programs use: one that takes too much memory is killed, one that finds no room on the disk ends. */
  settle(): void
  /** Ids made so far: they go on from there. */
  ids: number
}

export function createContainers(deps: {
  clock: PracticeClock
  now: () => number
  choose: ChooseProgram
  places: Places
  disk: Disk
  installId: string
  tell: (held: Held, action: string) => void
  onChange: () => void
}): Containers {
  const { clock, now, places, disk, tell, onChange } = deps
  const all = new Map<string, Held>()
  let ids = 0

  const hold = (spec: ContainerSpec, seen: SeenContainer, ours: boolean): Held => {
    const held: Held = {
      spec,
      seen,
      ours,
      logs: createLogRing(),
      files: createFiles(disk),
      dataBytes: 0,
      life: undefined,
      stopAsked: false,
      pauseMs: FIRST_PAUSE_MS,
      waiting: undefined,
    }
    all.set(spec.name, held)
    return held
  }

  const peerOf = (held: Held, alias: string): ReturnType<ContainerHandle['peer']> => {
    const mine = new Set(held.spec.networks.map((network) => network.name))
    for (const other of all.values()) {
      if (!isRunning(other)) continue
      if (other.spec.networks.some((network) => mine.has(network.name) && network.aliases.includes(alias)))
        return { program: other.life.program, handle: other.life.handle }
    }
    return undefined
  }

  const handleOf = (held: Held, signal: AbortSignal): ContainerHandle => {
    const isOver = (): boolean => signal.aborted
    return {
      spec: held.spec,
      clock,
      signal,
      readFile(path) {
        const { files, key } = placeOf(held, places, path)
        return files.get(key)?.content.slice()
      },
      writeFile(path, content, mode = 0o644) {
        if (!isOver() && writeTo(held, places, path, content, { mode, ...USER }).onDisk) onChange()
      },
      removeTree(path) {
        const { files, key, readOnly } = placeOf(held, places, path)
        if (isOver()) return
        if (readOnly) throw new HearthError('engine-failed', { reason: `${path}: read-only file system` })
        files.removeTree(key)
        onChange()
      },
      list(folder) {
        const { files, key } = placeOf(held, places, folder)
        const start = folder.slice(0, folder.length - (key === '/' ? 0 : key.length))
        return files.list(key).map((path) => `${start.replace(/\/$/, '')}${path}`)
      },
      log(stream, text) {
        if (!isOver() && held.spec.logDriver !== 'none') held.logs.write(now(), stream, text)
      },
      exit(code) {
        if (!isOver()) end(held, code)
      },
      peer: (alias) => peerOf(held, alias),
    }
  }

  const begin = (held: Held): void => {
    held.waiting?.abort()
    held.waiting = undefined
    held.stopAsked = false
    const abort = new AbortController()
    const over = Promise.withResolvers<void>()
    abort.signal.addEventListener('abort', () => over.resolve(), { once: true })
    const life: Life = {
      program: deps.choose(held.spec) ?? createPlainProgram(),
      handle: handleOf(held, abort.signal),
      abort,
      over: over.promise,
      stopping: undefined,
    }
    held.life = life
    Object.assign(held.seen, { state: 'running', startedAtMs: now(), exitCode: undefined, oomKilled: false })
    tell(held, 'start')
    onChange()
    try {
      life.program.start(life.handle)
    } catch (error) {
      life.handle.log('err', error instanceof Error ? error.message : 'the program failed')
      life.handle.exit(1)
    }
  }

  const emptyMemory = (held: Held): void => {
    for (const mount of held.spec.mounts) {
      const volume = places.volumes.get(mount.volume)
      if (!volume?.memory) continue
      // SECURITY: S18 what lies in memory is gone with the last container that holds it.
      const isHeld = [...all.values()].some((other) => isRunning(other) && other.spec.mounts.some((each) => each.volume === mount.volume))
      if (!isHeld) volume.files.removeTree('/')
    }
  }

  const end: Containers['end'] = (held, exitCode, { oomKilled = false } = {}) => {
    const { life } = held
    if (!life) return
    held.life = undefined
    const ranMs = now() - (held.seen.startedAtMs ?? 0)
    Object.assign(held.seen, { state: 'exited', exitCode, finishedAtMs: now(), oomKilled })
    if (oomKilled) tell(held, 'oom')
    tell(held, 'die')
    emptyMemory(held)
    life.abort.abort()
    onChange()
    if (held.spec.restart !== 'unless-stopped' || held.stopAsked || life.stopping || all.get(held.spec.name) !== held) return
    held.seen.state = 'restarting'
    if (ranMs >= GOOD_RUN_MS) held.pauseMs = FIRST_PAUSE_MS
    const waiting = new AbortController()
    held.waiting = waiting
    void clock.sleep(held.pauseMs, waiting.signal).then(() => {
      if (waiting.signal.aborted || held.seen.state !== 'restarting') return
      held.seen.restartCount += 1
      begin(held)
    })
    held.pauseMs = Math.min(LONGEST_PAUSE_MS, held.pauseMs * 2)
  }

  /** No start by itself any more. */
  const rest = (held: Held): void => {
    held.stopAsked = true
    held.pauseMs = FIRST_PAUSE_MS
    held.waiting?.abort()
    held.waiting = undefined
    if (held.seen.state === 'restarting') held.seen.state = 'exited'
  }

  const drop = (held: Held): void => {
    rest(held)
    end(held, KILLED)
    all.delete(held.spec.name)
    disk.take(-(held.files.bytes + held.dataBytes), held.spec.name)
    tell(held, 'destroy')
    onChange()
  }

  const settleOne = (held: Held & { life: Life }): void => {
    const use = held.life.program.usage()
    if (held.spec.memoryBytes > 0 && use.memoryBytes > held.spec.memoryBytes) {
      end(held, KILLED, { oomKilled: true })
      return
    }
    const target = dataVolume(held, places) ?? held
    const more = use.diskBytes - target.dataBytes
    // A program that has just begun does not know yet what it has.
    if (use.diskBytes <= 0 || more === 0) return
    try {
      disk.take(more, held.spec.name)
      target.dataBytes = use.diskBytes
    } catch (error) {
      held.life.handle.log('err', error instanceof HearthError ? `panic: ${error.detail['reason']}` : 'no space left on device')
      end(held, 1)
    }
  }

  return {
    all,
    get ids() {
      return ids
    },
    set ids(made) {
      ids = made
    },
    add(spec, imageId, ours) {
      ids += 1
      const held = hold(
        spec,
        {
          id: hashOf('container', deps.installId, ids),
          name: spec.name,
          nodeId: spec.nodeId,
          specHash: spec.specHash,
          image: imageId,
          state: 'created',
          exitCode: undefined,
          startedAtMs: undefined,
          finishedAtMs: undefined,
          oomKilled: false,
          restartCount: 0,
          ports: Object.fromEntries(spec.ports.map((port) => [String(port.containerPort), port.hostPort])),
        },
        ours,
      )
      tell(held, 'create')
      onChange()
      return held
    },
    restore: (spec, seen) => hold(spec, seen, true),
    begin,
    async halt(held, graceSeconds) {
      const { life } = held
      const wasRestarting = held.seen.state === 'restarting'
      rest(held)
      if (!life) {
        if (wasRestarting) tell(held, 'stop')
        return
      }
      life.stopping ??= (async () => {
        const asked = Promise.resolve().then(() => life.program.stop())
        // Real time: who stops a container waits for it, also while the practised time stands.
        const isPolite = await endsWithin(Promise.race([asked, life.over]), graceSeconds * 1000)
        if (held.life === life) end(held, isPolite ? ENDED_BY_SIGNAL : KILLED)
        tell(held, 'stop')
      })()
      await life.stopping
    },
    end,
    drop,
    settle() {
      for (const held of all.values()) if (isRunning(held)) settleOne(held)
    },
  }
}
