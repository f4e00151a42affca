import { describe, expect, it } from 'vitest'
import { maySign, mustBePermitted, type SupplierAct } from '#main/core/supplier/permissions.ts'

const parties = { owner: 'own', operator: 'op' }
/** The matrix of onchain facts 2.4: owner, operator, third party. */
const MATRIX: [SupplierAct, boolean, boolean, boolean][] = [
  ['create-bare', true, true, true],
  ['create-with-services', false, true, false],
  ['raise', true, true, false],
  ['lower', true, true, false],
  ['services', false, true, false],
  ['change-owner', true, false, false],
  ['unstake', true, true, false],
  ['cancel-unstake', true, false, false],
  ['rescue', true, false, false],
]

describe('who may sign what', () => {
  it.each(MATRIX)('%s: owner %s, operator %s, third party %s', (act, owner, operator, anybody) => {
    expect(maySign(act, { signer: 'own', ...parties })).toBe(owner)
    expect(maySign(act, { signer: 'op', ...parties })).toBe(operator)
    expect(maySign(act, { signer: 'other', ...parties })).toBe(anybody)
  })
  it('lets one key that is both do everything', () => {
    for (const [act] of MATRIX) expect(maySign(act, { signer: 'own', owner: 'own', operator: 'own' })).toBe(true)
  })
  it('tells a party that it is the wrong one, and a stranger whose supplier it is', () => {
    const record = { ownerAddress: 'own', operatorAddress: 'op' }
    expect(() => mustBePermitted('cancel-unstake', record, 'op')).toThrow(/not-permitted .*cancel-unstake/)
    expect(() => mustBePermitted('raise', record, 'other')).toThrow(/supplier-foreign-owner/)
    expect(() => mustBePermitted('raise', record, 'op')).not.toThrow()
  })
})
