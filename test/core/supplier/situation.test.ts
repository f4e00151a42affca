import { describe, expect, it } from 'vitest'
import type { ChainParams } from '#main/core/ports/chain.ts'
import type { Message } from '#main/core/ports/tx.ts'
import { readSituation } from '#main/core/supplier/situation.ts'
import type { AppState, OwnSupplierState } from '#shared/api/state.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { scene, signer } from './scene.ts'

const first = signer('first', 'operator')
const second = signer('second', 'operator')
const short = (status: OwnSupplierState['status']): OwnSupplierState => ({
  ownerAddress: 'own',
  status,
  stakeUpokt: '1',
  services: [],
  notServed: [],
  unstakeSessionEndHeight: 0,
  height: 1,
})

/** The first supplier is in view. */
function about(message: Message, secondIs: OwnSupplierState['status'] = 'active', plan?: Record<string, string>) {
  const at = scene([first, second])
  at.chain.balances.set(second.address, 1_000n)
  const { state } = at.life()
  state.patch('supplier', { operatorAddress: first.address, status: 'active' })
  state.put('suppliers', first.address, short('active'))
  state.put('suppliers', second.address, short(secondIs))
  state.patch('health', {
    operatorSpending: { [first.address]: { upoktPerDay: '1', daysLeft: 99 }, [second.address]: { upoktPerDay: '100', daysLeft: 10 } },
  })
  state.patch('clock', { lanes: [{ stage: 'serving', relays: '7', end: 30 } as AppState['clock']['lanes'][number]] })
  if (plan) state.put('tasks', 'safe-unstake', { status: 'running', facts: plan } as unknown as AppState['tasks'][string])
  return readSituation(
    { key: second, message, spendsUpokt: 0n, facts: {} },
    {
      chain: at.chain,
      params: PARAMS as ChainParams,
      store: at.store,
      state: state.state,
      keys: [first, second],
      network: 'local',
      height: 25,
    },
  )
}

describe('what is known of a supplier that is not in view', () => {
  it('is its own wallet and runway, not those of the one in view', async () => {
    const found = await about({ kind: 'unstake-supplier', signer: second.address, operatorAddress: second.address })
    expect(found.operator).toMatchObject({ address: second.address, upokt: 1_000n, daysLeft: 10, perDayUpokt: 100n })
    expect([...(found.operators ?? [])]).toEqual([first.address, second.address])
  })

  it('is what a payment leaves to its claims and proofs; of one that is not staked nothing is asked', async () => {
    const send: Message = { kind: 'send', fromAddress: second.address, toAddress: 'x', amountUpokt: 400n }
    expect((await about(send)).emptied).toMatchObject({ address: second.address, leftUpokt: 600n, daysLeft: 6 })
    expect((await about({ ...send, amountUpokt: 5_000n })).emptied).toMatchObject({ leftUpokt: 0n, daysLeft: 0 })
    expect((await about(send, 'not-staked')).emptied).toBeUndefined()
    expect((await about({ ...send, fromAddress: 'stranger' })).emptied).toBeUndefined()
  })

  it('are no sessions once everything of its own has settled behind a closed door; those of others go on', async () => {
    const unstake: Message = { kind: 'unstake-supplier', signer: second.address, operatorAddress: second.address }
    const due = { step: 'sign-unstake', door: 'one', operatorAddress: second.address }
    const ends = async (plan?: Record<string, string>) => (await about(unstake, 'active', plan)).servedSessionEnds
    expect(await ends()).toEqual([30])
    expect(await ends(due)).toEqual([])
    expect(await ends({ ...due, door: 'none' })).toEqual([30])
    expect(await ends({ ...due, step: 'last-session' })).toEqual([30])
    expect(await ends({ ...due, operatorAddress: first.address })).toEqual([30])
  })
})
