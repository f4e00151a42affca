import { describe, expect, it } from 'vitest'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import type { Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createWalletRoom } from '#main/core/wallet/wallet-room.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { createTestClock } from '#test/fakes/clock.ts'

const NETWORK = 'local'
const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = 1_790_000_000_000

/** `blocks` blocks, the newest of them now, each `everyMs` older than the next, with so many fees of 2 upokt that the operator paid, and one that somebody else paid. */
async function paying(blocks: number, everyMs: number, fees: number) {
  const store = await openTestStore()
  await store.setCursor({ network: NETWORK, height: 1, hash: 'H1' })
  for (let block = 1; block <= blocks; block += 1) {
    const height = block + 1
    const timeMs = NOW - (blocks - block) * everyMs
    const movement = (position: string, address: string) => ({
      network: NETWORK,
      height,
      position,
      address,
      deltaUpokt: -2n,
      kind: 'fee' as const,
      txHash: `${height}-${position}`,
      claim: undefined,
      timeMs,
    })
    const movements = Array.from({ length: fees }, (_, index) => movement(`tx:${index}:0`, 'op'))
    movements.push(movement(`tx:${fees}:0`, 'owner'))
    await store.applyBlock({ network: NETWORK, height, hash: `H${height}`, timeMs, claims: [], movements, txs: [] })
  }
  const asked: number[] = []
  const counted: Store = {
    ...store,
    async movementsPage(query) {
      const page = await store.movementsPage(query)
      asked.push(page.rows.length)
      return page
    },
  }
  const clock = createTestClock(NOW)
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: NETWORK, startedAtMs: 1, notice: null }),
    clock,
  )
  state.patch('supplier', { operatorAddress: 'op' })
  state.put('balances', 'op', { address: 'op', upokt: '1000000', asOf: { height: 1, atMs: 1 } })
  const { handlers } = createWalletRoom({
    network: () => NETWORK,
    heads: { params: () => PARAMS },
    store: counted,
    state,
    clock,
    codec: {} as never,
    keys: () => Promise.resolve([{ role: 'operator', network: NETWORK, address: 'owner' } as PublicKeyInfo]),
  })
  const runwayOf = async (operatorAddress: string) => (await handlers['wallet.runway']({ operatorAddress })).runway
  const nextRunway = async () => (await handlers['wallet.runway']({})).runway
  return { nextRunway, runway: (await handlers['wallet.runway']({})).runway, asked, runwayOf, state }
}

describe('the runway of a busy operator', () => {
  it('counts every fee, over as many pages as they take', async () => {
    const { runway, asked } = await paying(4, DAY, 320)
    expect(runway).toMatchObject({ address: 'op', transactions: 1_280, feesUpokt: '2560', sinceMs: NOW - 3 * DAY, spanMs: 3 * DAY })
    expect(asked).toEqual([500, 500, 280])
  })

  it('reads back to the beginning of the week and no further', async () => {
    const { runway, asked } = await paying(20, DAY, 120)
    // Eight blocks lie within seven days, the first of them at its very edge.
    expect(runway).toMatchObject({ transactions: 960, feesUpokt: '1920', sinceMs: NOW - 7 * DAY, spanMs: 7 * DAY })
    expect(asked).toEqual([500, 500])
  })

  it('stops at the most that it reads, and goes by the time that this covers', async () => {
    const { runway, asked } = await paying(53, 2 * HOUR, 200)
    expect(runway).toMatchObject({ transactions: 10_000, feesUpokt: '20000', sinceMs: NOW - 98 * HOUR, spanMs: 98 * HOUR })
    expect(asked).toHaveLength(20)
  })

  it('is of the operator in view, or of another one of ours that is asked for', async () => {
    const { runway, runwayOf, state } = await paying(4, DAY, 3)
    state.put('balances', 'owner', { address: 'owner', upokt: '7', asOf: { height: 1, atMs: 1 } })
    expect(runway).toMatchObject({ address: 'op', transactions: 12 })
    expect(await runwayOf('owner')).toMatchObject({ address: 'owner', transactions: 4, balanceUpokt: '7' })
    await expect(runwayOf('stranger')).rejects.toMatchObject({ code: 'supplier-absent' })
  })

  it('is of the supplier whose wallet ends first, whichever is in view', async () => {
    const { nextRunway, state } = await paying(4, DAY, 3)
    const short = { ownerAddress: 'o', stakeUpokt: '1', services: [], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    const add = (address: string, upokt: string, daysLeft?: number, status: 'active' | 'not-staked' = 'active'): void => {
      state.put('suppliers', address, { ...short, status })
      state.put('balances', address, { address, upokt, asOf: { height: 1, atMs: 1 } })
      if (daysLeft === undefined) return
      state.patch('health', { operatorSpending: { ...state.state.health.operatorSpending, [address]: { upoktPerDay: '1', daysLeft } } })
    }
    const whose = async (): Promise<string | undefined> => (await nextRunway())?.address
    add('op', '5000000')
    add('second', '9000000')
    expect(await whose()).toBe('op')
    add('second', '9000000', 12)
    expect(await whose()).toBe('second')
    add('third', '8', 400)
    expect(await whose()).toBe('third')
    // Nothing is paid by one that is not staked; and of a wallet that was not read nothing is known.
    add('third', '0', 400, 'not-staked')
    state.remove('balances', 'second')
    expect(await whose()).toBe('op')
  })
})
