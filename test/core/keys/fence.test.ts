import { describe, expect, it } from 'vitest'
import { createFence, FENCE_SETTING } from '#main/core/keys/fence.ts'
import { createTestClock } from '../../fakes/clock.ts'

const A = { network: 'mainnet', address: 'pokt1a' }
const B = { network: 'mainnet', address: 'pokt1b' }

/** A store that can be copied, as a moved installation is. */
const storeOf = (kept = new Map<string, string>()) => ({
  kept,
  setting: (key: string) => Promise.resolve(kept.get(key)),
  setSetting: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
})
const fenceAt = (place: string, store = storeOf()) => createFence({ store, place: () => Promise.resolve(place), clock: createTestClock() })

describe('the fence', () => {
  it('keeps every key from the miner until it is claimed here', async () => {
    const fence = fenceAt('here')
    expect(await fence.of(A)).toBe('new-here')
    await fence.claim([A], 'made')
    expect(await fence.of(A)).toBeUndefined()
    expect(await fence.of(B)).toBe('new-here')
    expect(await fence.of({ ...A, network: 'beta' })).toBe('new-here')
  })
  it('is up again in a copy of the installation, and stays down in the first', async () => {
    const store = storeOf()
    await fenceAt('here', store).claim([A, B], 'made')
    const copy = storeOf(new Map(store.kept))
    const moved = fenceAt('there', copy)
    expect(await moved.of(A)).toBe('moved')
    await moved.claim([A], 'other-off')
    expect(await moved.of(A)).toBeUndefined()
    expect(await moved.of(B)).toBe('moved')
    expect(await fenceAt('here', store).of(A)).toBeUndefined()
    // Moved back without a word: the note says that the other place serves now.
    expect(await fenceAt('here', copy).of(A)).toBe('moved')
  })
  it('forgets a key that is deleted, so that it starts fenced when it comes back', async () => {
    const fence = fenceAt('here')
    await fence.claim([A], 'made')
    await fence.forget(A)
    expect(await fence.of(A)).toBe('new-here')
  })
  it('loses no claim when two come at once', async () => {
    const fence = fenceAt('here')
    await Promise.all([fence.claim([A], 'made'), fence.claim([B], 'made')])
    expect([await fence.of(A), await fence.of(B)]).toEqual([undefined, undefined])
  })
  it('is up when its note cannot be read or says something strange', async () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '7',
      '{"mainnet/pokt1a":null}',
      '{"mainnet/pokt1a":{"place":7}}',
      '{"__proto__":{"place":"here"}}',
    ]) {
      const fence = fenceAt('here', storeOf(new Map([[FENCE_SETTING, text]])))
      expect(await fence.of(A), text).toBe('new-here')
      expect(await fence.of({ network: '', address: '' }), text).toBe('new-here')
      await fence.claim([A], 'other-off')
      expect(await fence.of(A)).toBeUndefined()
    }
  })
  it('is not down when the place cannot be told', async () => {
    const store = storeOf()
    await fenceAt('here', store).claim([A], 'made')
    const lost = createFence({ store, place: () => Promise.reject(new Error('no folder')), clock: createTestClock() })
    await expect(lost.of(A)).rejects.toThrow('no folder')
  })
})
