import type { ContainerSpec, SeenContainer } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { ContainerHandle, Program } from '../parts.ts'
import { cleanPath, type Files } from './files.ts'
import type { LogRing } from './log-ring.ts'
import type { Places, Volume } from './places.ts'

/** One run of a container. */
export interface Life {
  program: Program
  handle: ContainerHandle
  abort: AbortController
  /** Resolves when the run is over. */
  over: Promise<void>
  /** The stop that is under way. */
  stopping: Promise<void> | undefined
}

/** A container of the practised engine. */
export interface Held {
  spec: ContainerSpec
  seen: SeenContainer
  /** False for one without Hearth's label. */
  ours: boolean
  logs: LogRing
  /** Its own layer. */
  files: Files
  /** What its program says that its data takes, where it has no volume on disk. */
  dataBytes: number
  life: Life | undefined
  /** Somebody asked for its end: it is not started again by itself. */
  stopAsked: boolean
  /** Pause before the next start by itself, doubled by each quick end. */
  pauseMs: number
  /** Ends the wait for the next start by itself. */
  waiting: AbortController | undefined
}

export const isRunning = (held: Held): held is Held & { life: Life } => held.life !== undefined

/** Where a path of a container lies: on the volume that is mounted there, or in its own layer. */
export function placeOf(
  held: Held,
  places: Places,
  path: string,
): { files: Files; key: string; readOnly: boolean; volume: Volume | undefined } {
  const clean = cleanPath(path)
  const mounts = held.spec.mounts.filter((candidate) => clean === candidate.path || clean.startsWith(`${candidate.path}/`))
  const mount = mounts.sort((a, b) => b.path.length - a.path.length)[0]
  const volume = mount && places.volumes.get(mount.volume)
  if (!mount || !volume) return { files: held.files, key: clean, readOnly: held.spec.readOnlyRoot ?? false, volume: undefined }
  return { files: volume.files, key: clean.slice(mount.path.length) || '/', readOnly: mount.readOnly ?? false, volume }
}

/** Writes a file of a container. Rejects `disk-full`, `engine-failed` where it may not write. */
export function writeTo(
  held: Held,
  places: Places,
  path: string,
  content: Uint8Array,
  owner: { mode: number; uid: number; gid: number },
): { onDisk: boolean } {
  const { files, key, readOnly, volume } = placeOf(held, places, path)
  if (readOnly) throw new HearthError('engine-failed', { reason: `${path}: read-only file system` })
  if (key === '/') throw new HearthError('engine-failed', { reason: `${path}: is a directory` })
  files.put(key, { content, ...owner })
  return { onDisk: !volume?.memory }
}

/** The volume on which a program's data lies; undefined when it has none on disk. */
export function dataVolume(held: Held, places: Places): Volume | undefined {
  for (const mount of held.spec.mounts) {
    const volume = places.volumes.get(mount.volume)
    if (volume && !volume.memory && !mount.readOnly) return volume
  }
  return undefined
}
