import { describe, expect, it } from 'vitest'
import type { ChainParams } from '#main/core/ports/chain.ts'
import type { ClaimRow } from '#main/core/ports/store.ts'
import type { Message } from '#main/core/ports/tx.ts'
import { readSituation } from '#main/core/supplier/situation.ts'
import type { AppState, OwnSupplierState } from '#shared/api/state.ts'
import { PARAMS } from '#test/fakes/chain.ts'
import { claim } from './leave-scene.ts'
import { scene, signer, type Scene } from './scene.ts'

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
function about(
  message: Message,
  secondIs: OwnSupplierState['status'] = 'active',
  plan?: Record<string, string>,
  prepare: (at: Scene) => void = () => undefined,
) {
  const at = scene([first, second])
  prepare(at)
  at.chain.balances.set(second.address, 1_000n)
  const { state } = at.life()
  state.patch('supplier', { operatorAddress: first.address, status: 'active' })
  state.put('suppliers', first.address, short('active'))
  state.put('suppliers', second.address, short(secondIs))
  state.patch('health', {
    operatorSpending: { [first.address]: { upoktPerDay: '1', daysLeft: 99 }, [second.address]: { upoktPerDay: '100', daysLeft: 10 } },
  })
  const lane = (stage: AppState['clock']['lanes'][number]['stage'], end: number) => ({ stage, relays: '7', end })
  state.patch('clock', { lanes: [lane('serving', 30), lane('open', 20)] as AppState['clock']['lanes'] })
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
    expect(await ends()).toEqual([30, 20])
    expect(await ends(due)).toEqual([])
    expect(await ends({ ...due, door: 'none' })).toEqual([30, 20])
    expect(await ends({ ...due, step: 'last-session' })).toEqual([30, 20])
    expect(await ends({ ...due, operatorAddress: first.address })).toEqual([30, 20])
  })

  it('are its own claims, with what they come to, however many another one has; a session that it has claimed is open for the others', async () => {
    const unstake: Message = { kind: 'unstake-supplier', signer: second.address, operatorAddress: second.address }
    const row = (operatorAddress: string, applicationAddress: string): ClaimRow => ({
      ...({} as ClaimRow),
      operatorAddress,
      applicationAddress,
      serviceId: 'anvil',
      sessionEndHeight: 20,
      stage: 'claimed',
      claimedUpokt: 7n,
    })
    const found = await about(unstake, 'active', undefined, (at) => {
      for (let nth = 0; nth < 300; nth += 1) at.claims.push(row(first.address, `app${nth}`))
      at.claims.push(row(second.address, 'app'))
      at.pending.push({ ...claim(20), operatorAddress: second.address })
    })
    expect(found.claims).toEqual([{ serviceId: 'anvil', sessionEndHeight: 20, isProven: false, upokt: 7n }])
    expect(found.servedSessionEnds).toEqual([30])
  })
})
