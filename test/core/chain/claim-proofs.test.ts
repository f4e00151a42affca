import { describe, expect, it } from 'vitest'
import { createClaimProofs } from '#main/core/chain/claim-proofs.ts'
import type { Chain, PendingClaim, Proven, ProvenReads } from '#main/core/ports/chain.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { HearthError } from '#shared/api/errors.ts'
import { claimKey } from '#shared/model/claim.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const claim = (session: string, relays = 30n): PendingClaim => ({
  operatorAddress: 'op',
  applicationAddress: 'app',
  serviceId: 'anvil',
  sessionId: session,
  sessionEndHeight: Number(session),
  computeUnits: 3_000n,
  relays,
  proofStatus: 'pending',
})
const HOW = { headerHeight: 101, headerHash: 'AB', signedPower: 7n, totalPower: 10n, signers: 7, validators: 10, host: 'a.example' }

function setup() {
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
    clock,
  )
  state.patch('supplier', { operatorAddress: 'op' })
  const said = {
    listed: [claim('10'), claim('20')],
    signed: [claim('10'), claim('20')],
    fails: false,
    asked: 0,
    has: true,
    reads: undefined as ((operator: string) => Promise<Proven<PendingClaim[]>>) | undefined,
  }
  const chain = { pendingClaims: () => Promise.resolve(said.listed) } as unknown as Chain
  const reads = {
    claims: (operator: string, sessions: string[]) => {
      said.asked += 1
      if (said.reads) return said.reads(operator)
      if (said.fails) return Promise.reject(new HearthError('proof-invalid', { reason: 'x' }))
      return Promise.resolve({ value: said.signed.filter((each) => sessions.includes(each.sessionId)), height: 100, how: HOW })
    },
  } as unknown as ProvenReads
  const proofs = createClaimProofs({ proven: () => (said.has ? reads : undefined), state, clock, log: createTestLog() })
  const source = (session: string) => proofs.sourceOf(claimKey(claim(session)))
  return { clock, state, said, chain, proofs, source }
}

describe('open claims', () => {
  it('are proven when the signed ones have the same counts, and say how', async () => {
    const { state, said, chain, proofs, source } = setup()
    await proofs.look(chain)
    expect([source('10'), source('20'), source('30')]).toEqual(['proven', 'proven', 'chain'])
    expect(state.state.earnings.openClaims).toMatchObject({
      proven: 2,
      listed: 2,
      proof: { height: 100, headerHeight: 101, signedPower: '7', totalPower: '10', host: 'a.example' },
    })
    await proofs.look(chain)
    expect(said.asked).toBe(1)
  })

  it('that a host makes up or changes are its word alone', async () => {
    const { said, chain, proofs, source, state } = setup()
    said.listed = [claim('10', 99n), claim('30'), claim('20')]
    await proofs.look(chain)
    expect([source('10'), source('30'), source('20')]).toEqual(['chain', 'chain', 'proven'])
    expect(state.state.earnings.openClaims).toMatchObject({ proven: 1, listed: 3 })
  })

  it('are no longer proven when a proof is forged or none can be had', async () => {
    const { said, chain, proofs, source, clock } = setup()
    await proofs.look(chain)
    said.fails = true
    await clock.advance(60_000)
    await proofs.look(chain)
    expect(source('10')).toBe('chain')
    said.fails = false
    said.has = false
    await clock.advance(60_000)
    await proofs.look(chain)
    expect(source('10')).toBe('chain')
  })

  it('all get their turn where there are many', async () => {
    const { said, chain, proofs, state, clock } = setup()
    said.listed = Array.from({ length: 70 }, (_, index) => claim(String(index + 1)))
    said.signed = said.listed
    await proofs.look(chain)
    expect(state.state.earnings.openClaims?.proven).toBe(40)
    await clock.advance(60_000)
    await proofs.look(chain)
    expect(state.state.earnings.openClaims?.proven).toBe(70)
  })

  it('of several suppliers are asked of each; one whose proof fails takes the others nothing', async () => {
    const { state, said, proofs, clock } = setup()
    const of = (operatorAddress: string) => ({ ...claim('10'), operatorAddress })
    const short = { ownerAddress: '', stakeUpokt: '1', services: [], notServed: [], unstakeSessionEndHeight: 0, height: 1 }
    state.put('suppliers', 'op', { ...short, status: 'active' })
    state.put('suppliers', 'op2', { ...short, status: 'unstaking' })
    state.put('suppliers', 'op3', { ...short, status: 'not-staked' })
    const asked: string[] = []
    const chain = {
      pendingClaims: (operator: string) => {
        asked.push(operator)
        return Promise.resolve([of(operator)])
      },
    } as unknown as Chain
    const sessions = new Map([
      ['op', { value: [of('op')], height: 100, how: HOW }],
      ['op2', { value: [of('op2')], height: 98, how: { ...HOW, headerHeight: 99 } }],
    ])
    said.reads = (operator) => {
      const found = sessions.get(operator)
      return found ? Promise.resolve(found) : Promise.reject(new HearthError('proof-invalid', {}))
    }
    await proofs.look(chain)
    expect(asked).toEqual(['op', 'op2'])
    const source = (operator: string) => proofs.sourceOf(claimKey(of(operator)))
    expect([source('op'), source('op2')]).toEqual(['proven', 'proven'])
    // Told with the older of the two heights.
    expect(state.state.earnings.openClaims).toMatchObject({ proven: 2, listed: 2, asOf: { height: 98 }, proof: { headerHeight: 99 } })
    sessions.delete('op2')
    await clock.advance(60_000)
    await proofs.look(chain)
    expect([source('op'), source('op2')]).toEqual(['proven', 'chain'])
  })
})
