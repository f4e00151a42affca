import { describe, expect, it } from 'vitest'
import { momentsAhead, nextMoment, soonest, type MomentInput } from '#main/adapters/practice/time/moments.ts'
import type { PendingClaim, SupplierRecord } from '#main/core/ports/chain.ts'
import { PARAMS } from '#test/fakes/chain.ts'

/** Sessions of ten from block 1: claim 32..36, proof 36..40, settlement 40 for session 21..30 (onchain facts 5.4, worked example 5). */
const service = { serviceId: 'anvil', endpoints: [], revShare: [] }
const SUPPLIER: SupplierRecord = {
  ownerAddress: 'owner',
  operatorAddress: 'op',
  stakeUpokt: 1n,
  services: [service],
  pending: [],
  unstakeSessionEndHeight: 0,
}
const claim = (sessionEndHeight: number, proofStatus: PendingClaim['proofStatus'] = 'pending'): PendingClaim => ({
  operatorAddress: 'op',
  applicationAddress: 'app',
  serviceId: 'anvil',
  sessionId: 's',
  sessionEndHeight,
  computeUnits: 1n,
  relays: 1n,
  proofStatus,
})
const at = (height: number, more: Partial<MomentInput> = {}): MomentInput => ({
  height,
  headTimeMs: height * 1_000,
  blockMs: 1_000,
  rules: PARAMS,
  supplier: undefined,
  claims: [],
  ...more,
})
const told = (input: MomentInput): string[] => momentsAhead(input).map((moment) => `${moment.kind} ${moment.height}`)

describe('moments ahead', () => {
  it('are the session end alone for who has no supplier', () => {
    expect(told(at(25))).toEqual(['session-end 30'])
    expect(nextMoment(at(25))).toEqual({ kind: 'session-end', height: 30, atMs: 30_000, facts: { sessionNumber: '3', height: '30' } })
  })
  it('go on to the next session at the very end of one', () => {
    expect(nextMoment(at(30))).toMatchObject({ kind: 'session-end', height: 40 })
  })
  it('are the windows that have work, soonest first', () => {
    expect(told(at(25, { supplier: SUPPLIER }))).toEqual(['session-end 30', 'claim-window 32'])
    expect(told(at(32, { supplier: SUPPLIER, claims: [claim(30)] }))).toEqual([
      'proof-window 36',
      'settlement 40',
      'session-end 40',
      'claim-window 42',
    ])
    expect(told(at(33, { supplier: SUPPLIER, claims: [claim(30, 'validated')] }))).toEqual([
      'settlement 40',
      'session-end 40',
      'claim-window 42',
    ])
  })
  it('of several suppliers are the first of any of them', () => {
    const serving = nextMoment(at(31, { supplier: SUPPLIER }))
    const proving = nextMoment(at(31, { claims: [claim(20), claim(30)] }))
    const idle = nextMoment(at(31))
    expect([serving.height, proving.height, idle.height]).toEqual([32, 36, 40])
    expect(soonest([idle, proving, serving])).toBe(serving)
    expect(soonest([idle, proving])).toBe(proving)
    // At one height the most telling one.
    const settling = nextMoment(at(37, { claims: [claim(30)] }))
    expect(settling).toMatchObject({ kind: 'settlement', height: 40 })
    expect(soonest([nextMoment(at(37)), settling])).toBe(settling)
    expect(soonest([])).toBeUndefined()
  })
  it('are not what is now or over', () => {
    expect(told(at(40, { claims: [claim(30)] }))).toEqual([])
    expect(nextMoment(at(40, { claims: [claim(30)] }))).toMatchObject({ kind: 'session-end', height: 50 })
  })
  it('name activation and the end of the unbonding, in front of the session end at the same height', () => {
    const pending = { ...SUPPLIER, services: [], pending: [{ service, activationHeight: 31 }] }
    expect(told(at(25, { supplier: pending }))).toEqual(['session-end 30', 'activation 31'])
    const leaving = { ...SUPPLIER, services: [], unstakeSessionEndHeight: 30 }
    expect(told(at(31, { supplier: leaving }))).toEqual(['unbonding-end 40', 'session-end 40'])
  })
  it('follow one another until everything is paid', () => {
    const seen: string[] = []
    for (let height = 21; height < 50;) {
      const claims = height >= 32 && height < 40 ? [claim(30)] : []
      const moment = nextMoment(at(height, { supplier: SUPPLIER, claims }))
      seen.push(`${moment.kind} ${moment.height}`)
      height = moment.height
    }
    expect(seen).toEqual([
      'claim-window 22',
      'session-end 30',
      'claim-window 32',
      'proof-window 36',
      'settlement 40',
      'claim-window 42',
      'session-end 50',
    ])
  })
})
