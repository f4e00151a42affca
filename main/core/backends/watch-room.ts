import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine } from '../ports/engine.ts'
import type { Net } from '../ports/net.ts'
import { engineFreeBytes } from './fits.ts'

/** Between two looks at the disk at most so much is written, or so much time passes: others write there too. */
const LOOK_BYTES = 512 * 1024 ** 2
const LOOK_MS = 10_000

/**
 * What is free where a node's data goes: on the engine's disk, and where that tells nothing (a virtual machine of Docker's) on this PC's, on which the machine's own disk grows.
 * Undefined where neither tells.
 */
export async function freeForData(
  engine: Pick<Engine, 'freeBytes' | 'disk'>,
  net: Pick<Net, 'freeDiskBytes'>,
): Promise<number | undefined> {
  return (await engineFreeBytes(engine)) ?? (await net.freeDiskBytes().catch(() => undefined))
}

/**
 * Hands on what is unpacked, and looks again and again whether there is room for more: what fitted at the start may fit no more after hours in which others wrote too.
 * A look that tells nothing takes the one before as its word.
 * @param room.freeBytes what was free at the start @param room.spareBytes what must stay free @param room.look what is free now
 * Iterating rejects `disk-full`, and as its source
 */
export async function* watchRoom(
  tar: AsyncIterable<Uint8Array>,
  room: { freeBytes: number; spareBytes: number; look: () => Promise<number | undefined>; clock: Pick<Clock, 'now'> },
): AsyncGenerator<Uint8Array> {
  const { spareBytes, look, clock } = room
  let free = room.freeBytes
  let since = 0
  let unseen = 0
  let atMs = clock.now()
  for await (const piece of tar) {
    if (unseen >= LOOK_BYTES || clock.now() - atMs >= LOOK_MS || clock.now() < atMs) {
      const now = await look()
      if (now !== undefined) {
        free = now
        since = 0
      }
      unseen = 0
      atMs = clock.now()
    }
    if (free - since - piece.length < spareBytes) throw new HearthError('disk-full', { freeBytes: String(Math.max(0, free - since)) })
    since += piece.length
    unseen += piece.length
    yield piece
  }
}
