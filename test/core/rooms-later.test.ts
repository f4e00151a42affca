import { expect, test } from 'vitest'
import type { NetworkRooms } from '#main/core/network-shape.ts'
import { createRoomsLater } from '#main/core/rooms-later.ts'
import type { Clock } from '#main/core/ports/clock.ts'

const done = (): Promise<void> => Promise.resolve()
/** Sleeps only end by being woken, short ones at once. */
const clock: Clock = {
  now: () => 0,
  sleep: (ms, signal) =>
    ms < 100 || signal?.aborted === true
      ? done()
      : new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve())
        }),
}

function madeRooms(said: string[]): NetworkRooms {
  return {
    handlers: { 'earnings.days': ({ days }: { days: number }) => Promise.resolve({ days }) } as unknown as NetworkRooms['handlers'],
    begin: () => done().then(() => void said.push('begun')),
    signed: () => done(),
    discard: () => done(),
    forgetChain: () => Promise.resolve(),
    closeSheets: () => done(),
    pendingClaims: () => Promise.resolve(3),
    wake: () => void said.push('woken'),
    stop: () => done().then(() => void said.push('stopped')),
  }
}

test('rooms join after the first look; what was asked before has its answer then', async () => {
  const said: string[] = []
  const later = createRoomsLater(() => Promise.resolve(madeRooms(said)), clock)
  const answer = later.rooms.handlers['earnings.days']({ days: 7 })
  const pending = later.rooms.pendingClaims('pokt1x')
  later.rooms.wake()
  await later.rooms.begin()
  await done()
  expect(said).toEqual([])
  later.looked()
  await later.joined
  expect(await answer).toEqual({ days: 7 })
  expect(await pending).toBe(3)
  await later.rooms.stop()
  expect(said).toEqual(['begun', 'woken', 'stopped'])
})

test('rooms that cannot be made are told through joined and to whoever waits, and can be stopped', async () => {
  const later = createRoomsLater(() => Promise.reject(new Error('no world')), clock)
  const answer = later.rooms.pendingClaims('pokt1x')
  await later.rooms.begin()
  later.looked()
  await expect(answer).rejects.toThrow('no world')
  await expect(later.joined).rejects.toThrow('no world')
  await later.rooms.stop()
})
