import { describe, expect, test, vi } from 'vitest'
import { createFollower, type Follower, type WatchedWish } from '#main/core/earnings/follow.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { BlockRows, Store } from '#main/core/ports/store.ts'
import { keptLog, openTestStore, testClock } from '#test/adapters/sqlite/open-test-store.ts'
import { addressOf, emptyBlock, recordedBalances, recordedChain } from './recorded-chain.ts'

// Real files, synced for real: slow on a busy disk.
vi.setConfig({ testTimeout: 30_000 })

const OWNER = addressOf('default', 'owner')
const OPERATOR = addressOf('default', 'op1')
const BOTH: WatchedWish[] = [
  { address: OWNER, label: 'Owner' },
  { address: OPERATOR, label: 'Operator' },
]

function follow(store: Store, wishes: WatchedWish[] = BOTH, onBlock: (rows: BlockRows) => void = () => undefined): Follower {
  return createFollower({
    store,
    clock: testClock(),
    log: keptLog(),
    network: () => 'local',
    startHeight: () => 1,
    watchedAddresses: () => Promise.resolve(wishes),
    onBlock: (rows) => Promise.resolve(onBlock(rows)),
  })
}

async function ledger(store: Store, address: string, height: number): Promise<bigint> {
  const account = (await store.watched('local')).find((row) => row.address === address)
  if (!account) throw new Error('not watched')
  return (
    account.openingUpokt +
    (await store.movementSum('local', address, height)) -
    (await store.movementSum('local', address, account.sinceHeight))
  )
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

describe('reading', () => {
  test('every height once, in order, to the balances that the real bank gave', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const seen: number[] = []
    await follow(store, BOTH, (rows) => void seen.push(rows.height)).catchUp(recorded.chain, recorded.head)
    expect(seen).toEqual(Array.from({ length: recorded.head - 1 }, (_, index) => index + 2))
    for (const account of ['owner', 'op1']) {
      for (const row of recordedBalances('default').filter((candidate) => candidate.account === account)) {
        expect([account, row.height, await ledger(store, row.address, row.height)]).toEqual([account, row.height, BigInt(row.upokt)])
      }
    }
    // The last 16,170 came from a supplier whose operator is not watched and whose recipient is: income, with the claim it came from.
    expect((await store.totals('local', [OWNER], 0)).settledUpokt).toBe(45_276n + 16_170n)
    expect((await store.claims({ network: 'local', limit: 9 })).map((claim) => [claim.sessionEndHeight, claim.stage])).toEqual([
      [380, 'settled'],
      [380, 'discarded'],
      [290, 'expired'],
      [90, 'settled'],
    ])
  })

  test('reading again, and stopping anywhere in between, changes nothing', async () => {
    const straight = await openTestStore()
    const recorded = recordedChain('default')
    await follow(straight).catchUp(recorded.chain, recorded.head)
    const expected = await everything(straight)
    await follow(straight).catchUp(recorded.chain, recorded.head)
    expect(await everything(straight)).toEqual(expected)

    const broken = await openTestStore()
    // A new follower for every piece, as after a restart, with losses of the connection in between.
    for (const goal of [40, 93, 94, 99, 100, 101, 250, 300, 310, recorded.head]) {
      await follow(broken).catchUp(recorded.chain, goal)
      recorded.failNext(100)
      await expect(follow(broken).catchUp(recorded.chain, goal + 3)).rejects.toMatchObject({ code: 'chain-unreachable' })
      recorded.failNext(0)
    }
    expect(await everything(broken)).toEqual(expected)
  })

  test('a short loss of the connection is ridden out', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const follower = follow(store)
    await follower.catchUp(recorded.chain, 50)
    recorded.failNext(3)
    await follower.catchUp(recorded.chain, 60)
    expect((await store.cursor('local'))?.height).toBe(60)
  })

  test('a head that goes back is waited for, a wrong height is refused', async () => {
    const store = await openTestStore()
    const { chain } = recordedChain('default')
    const follower = follow(store)
    await follower.catchUp(chain, 50)
    await follower.catchUp(chain, 45)
    expect((await store.cursor('local'))?.height).toBe(50)
    const lying: Chain = { ...chain, block: (height) => (height === 51 ? Promise.resolve(emptyBlock(52)) : chain.block(height)) }
    await expect(follower.catchUp(lying, 51)).rejects.toMatchObject({ code: 'chain-unreachable' })
    expect((await store.cursor('local'))?.height).toBe(50)
  })

  test('a chain that was reset or replaced is not read', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    await follow(store).catchUp(recorded.chain, 100)
    const before = await everything(store)
    recorded.replace()
    await expect(follow(store).catchUp(recorded.chain, 120)).rejects.toMatchObject({
      code: 'chain-unknown-fingerprint',
      detail: { height: '100' },
    })
    expect(await everything(store)).toEqual(before)
  })

  test('a chain that is replaced while the connection is lost is found out', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const follower = follow(store)
    await follower.catchUp(recorded.chain, 100)
    recorded.failNext(100)
    await expect(follower.catchUp(recorded.chain, 101)).rejects.toMatchObject({ code: 'chain-unreachable' })
    recorded.failNext(0)
    recorded.replace()
    await expect(follower.catchUp(recorded.chain, 102)).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
  })

  test('calls during a pass raise its goal instead of starting a second one', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const seen: number[] = []
    const follower = follow(store, BOTH, (rows) => void seen.push(rows.height))
    await Promise.all([follower.catchUp(recorded.chain, 20), follower.catchUp(recorded.chain, 30), follower.catchUp(recorded.chain, 25)])
    expect(seen).toEqual(Array.from({ length: 29 }, (_, index) => index + 2))
  })

  test('stop ends between two blocks', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const follower: Follower = follow(store, BOTH, (rows) => {
      if (rows.height === 10) void follower.stop()
    })
    await follower.catchUp(recorded.chain, recorded.head)
    await follower.stop()
    expect((await store.cursor('local'))?.height).toBe(10)
  })
})

describe('addresses', () => {
  test('one that becomes watched later opens with its balance then, and adds up from there', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const wishes = [{ address: OPERATOR, label: 'Operator' }]
    const follower = follow(store, wishes)
    await follower.catchUp(recorded.chain, 150)
    // Paid as a recipient of our claim at 100 although not watched: that row must not count on top of the opening balance.
    expect(await store.movementSum('local', OWNER, 150)).toBe(45_276n)
    wishes.push({ address: OWNER, label: 'Owner' })
    await follower.catchUp(recorded.chain, 310)
    expect((await store.watched('local')).find((row) => row.address === OWNER)).toMatchObject({
      sinceHeight: 150,
      openingUpokt: 140_490_045_106n,
    })
    expect(await ledger(store, OWNER, 310)).toBe(199_999_045_106n)
  })

  test('a new name changes the name alone', async () => {
    const store = await openTestStore()
    const recorded = recordedChain('default')
    const wishes = [...BOTH]
    const follower = follow(store, wishes)
    await follower.catchUp(recorded.chain, 100)
    wishes[0] = { address: OWNER, label: 'Ledger' }
    await follower.catchUp(recorded.chain, 100)
    expect((await store.watched('local')).find((row) => row.address === OWNER)).toMatchObject({
      label: 'Ledger',
      sinceHeight: 1,
      openingUpokt: 0n,
    })
  })
})

test('ten thousand blocks', { timeout: 60_000 }, async () => {
  const store = await openTestStore()
  const { chain } = recordedChain('default')
  const many: Chain = { ...chain, block: (height) => (height <= 436 ? chain.block(height) : Promise.resolve(emptyBlock(height))) }
  const follower = follow(store)
  await follower.catchUp(many, 10_000)
  await follower.stop()
  while (((await store.cursor('local'))?.height ?? 0) < 10_000) await follow(store).catchUp(many, 10_000)
  expect(await ledger(store, OWNER, 10_000)).toBe(199_978_060_973n)
})
