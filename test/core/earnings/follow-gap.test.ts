import { describe, expect, test, vi } from 'vitest'
import { createFollower, type Follower, type WatchedWish } from '#main/core/earnings/follow.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { Store } from '#main/core/ports/store.ts'
import { HearthError } from '#shared/api/errors.ts'
import { keptLog, openTestStore, testClock } from '#test/adapters/sqlite/open-test-store.ts'
import { addressOf, emptyBlock, recordedChain } from './recorded-chain.ts'

// Real files, synced for real: slow on a busy disk.
vi.setConfig({ testTimeout: 30_000 })

const OWNER = addressOf('default', 'owner')
const OPERATOR = addressOf('default', 'op1')
const BOTH: WatchedWish[] = [
  { address: OWNER, label: 'Owner' },
  { address: OPERATOR, label: 'Operator' },
]
const GOAL = 25_000

/** The recorded chain with quiet blocks after it; it counts which blocks were asked for. `tells` makes it answer `heightsOf` by looking through its blocks. */
function longChain(tells: boolean) {
  const recorded = recordedChain('default')
  const asked: number[] = []
  const block: Chain['block'] = (height) => {
    asked.push(height)
    return height <= recorded.head ? recorded.chain.block(height) : Promise.resolve(emptyBlock(height))
  }
  const heightsOf: Chain['heightsOf'] = async (addresses, from, to) => {
    const found: number[] = []
    for (let height = from; height <= Math.min(to, recorded.head); height += 1) {
      const text = JSON.stringify(await recorded.chain.block(height), (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      )
      if (addresses.some((address) => text.includes(address))) found.push(height)
    }
    return found
  }
  return { recorded, asked, chain: { ...recorded.chain, block, ...(tells ? { heightsOf } : {}) } as Chain }
}

function follow(store: Store, options: { wishes?: WatchedWish[]; onBlock?: (height: number) => void } = {}): Follower {
  return createFollower({
    store,
    clock: testClock(),
    log: keptLog(),
    network: () => 'local',
    startHeight: () => 1,
    watchedAddresses: () => Promise.resolve(options.wishes ?? BOTH),
    onBlock: (rows) => Promise.resolve(options.onBlock?.(rows.height)),
  })
}

async function readAll(store: Store, chain: Chain, goal: number): Promise<void> {
  while (((await store.cursor('local'))?.height ?? 0) < goal) {
    const follower = follow(store)
    await follower.catchUp(chain, goal)
    await follower.stop()
  }
}

async function everything(store: Store): Promise<unknown> {
  return {
    cursor: await store.cursor('local'),
    watched: await store.watched('local'),
    claims: await store.claims({ network: 'local', limit: 500 }),
    movements: await store.movements({ network: 'local', limit: 500 }),
    totals: await store.totals('local', [OWNER, OPERATOR], 0),
    days: await store.rewardsPerDay('local', [OWNER, OPERATOR], 0),
  }
}

describe('a long gap', () => {
  test('is read by the heights that the chain tells, and ends with the same rows', async () => {
    const one = longChain(false)
    const straight = await openTestStore()
    await readAll(straight, one.chain, 3_000)
    const two = longChain(true)
    const strides = await openTestStore()
    await readAll(strides, two.chain, 3_000)
    expect(await everything(strides)).toEqual(await everything(straight))
    expect(one.asked.length).toBeGreaterThan(2_990)
    expect(two.asked.length).toBeLessThan(80)
    expect(new Set(two.asked).has(3_000)).toBe(true)
  })

  test('goes over several strides, and a short rest is read block by block', async () => {
    const { chain, asked } = longChain(true)
    const store = await openTestStore()
    await readAll(store, chain, GOAL)
    expect(await store.cursor('local')).toEqual({ network: 'local', height: GOAL, hash: emptyBlock(GOAL).hash })
    expect(asked.length).toBeLessThan(80)
    asked.length = 0
    await readAll(store, chain, GOAL + 1_500)
    expect(asked.filter((height) => height > GOAL).length).toBe(1_500)
  })

  test('opens an address that joins between two strides with its balance there', async () => {
    const { chain } = longChain(true)
    const store = await openTestStore()
    const wishes: WatchedWish[] = [{ address: OPERATOR, label: 'Operator' }]
    const follower = follow(store, {
      wishes,
      onBlock: () => void (wishes.length === 1 && wishes.push({ address: OWNER, label: 'Owner' })),
    })
    await follower.catchUp(chain, GOAL)
    await follower.stop()
    await readAll(store, chain, GOAL)
    expect((await store.watched('local')).find((row) => row.address === OWNER)).toMatchObject({
      sinceHeight: 10_001,
      openingUpokt: 199_978_060_973n,
    })
  })

  test.each([
    ['heights outside the gap, twice, in disorder', [9_999_999, 0, -1, 310, 94, 94, 1]],
    ['nothing', []],
  ])('is survived when the chain tells %s', async (_, told) => {
    const { chain, asked } = longChain(true)
    const store = await openTestStore()
    await readAll(store, { ...chain, heightsOf: () => Promise.resolve(told) }, 3_000)
    expect((await store.cursor('local'))?.height).toBe(3_000)
    expect(asked.filter((height) => height < 1 || height > 3_000)).toEqual([])
  })

  test('stores nothing of a stride that breaks off, and takes it up again', async () => {
    const { chain, recorded } = longChain(true)
    const store = await openTestStore()
    const follower = follow(store)
    await follower.catchUp(chain, 1)
    let lose = true
    const breaking: Chain = {
      ...chain,
      block: (height) => (lose && height > 300 ? Promise.reject(new HearthError('chain-unreachable')) : chain.block(height)),
    }
    await expect(follow(store).catchUp(breaking, 3_000)).rejects.toMatchObject({ code: 'chain-unreachable' })
    expect((await store.cursor('local'))?.height).toBe(1)
    expect(await store.movements({ network: 'local', limit: 5 })).toEqual([])
    lose = false
    await readAll(store, breaking, 3_000)
    expect((await store.claims({ network: 'local', limit: 9 })).length).toBe(4)
    expect(recorded.head).toBeLessThan(3_000)
  })

  test('is read block by block when the chain cannot tell, and it is asked once', async () => {
    const { chain } = longChain(true)
    const store = await openTestStore()
    let questions = 0
    const mute: Chain = {
      ...chain,
      heightsOf() {
        questions += 1
        return Promise.reject(new HearthError('chain-unreachable', { reason: 'no index' }))
      },
    }
    const follower = follow(store)
    await follower.catchUp(mute, 2_300)
    await follower.stop()
    expect((await store.cursor('local'))?.height).toBe(2_300)
    expect((await store.claims({ network: 'local', limit: 9 })).length).toBe(4)
    // As often as a question is asked again, once.
    expect(questions).toBeLessThan(10)
  })

  test('refuses a block of another height', async () => {
    const { chain } = longChain(true)
    const store = await openTestStore()
    const lying: Chain = { ...chain, block: (height) => chain.block(height === 3_000 ? 2_999 : height) }
    await expect(follow(store).catchUp(lying, 3_000)).rejects.toMatchObject({ code: 'chain-unreachable' })
    expect((await store.cursor('local'))?.height).toBe(1)
  })
})
