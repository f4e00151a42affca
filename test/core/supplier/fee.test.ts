import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { mustBePayable, priceTx } from '#main/core/supplier/fee.ts'
import { chosenMargins } from '#main/core/supplier/options.ts'

describe('priceTx', () => {
  it('adds half to the gas and takes twice the minimum, rounded up', () => {
    expect(priceTx(120_000n, '0.000001')).toEqual({ gasLimit: 180_000n, feeUpokt: 1n })
    expect(priceTx(600_000n, '0.000001')).toEqual({ gasLimit: 900_000n, feeUpokt: 2n })
    expect(priceTx(100_001n, '1')).toEqual({ gasLimit: 150_002n, feeUpokt: 300_004n })
  })
  it('is never free, and exact where a float would not be', () => {
    expect(priceTx(10n, '0').feeUpokt).toBe(1n)
    expect(priceTx(2_000_000_000_000n, '0.1').feeUpokt).toBe(600_000_000_000n)
  })
  it('refuses what is no price', () => {
    for (const bad of ['', '1e-6', '-1', '0,1', 'upokt']) expect(() => priceTx(1n, bad)).toThrow()
  })
})

describe('the highest fee', () => {
  const refused = (feeUpokt: bigint, price = '5000.000000', ceilingUpokt?: bigint): HearthError['detail'] | undefined => {
    try {
      mustBePayable(feeUpokt, price, { gasPercent: 150, priceTimes: 2, ...(ceilingUpokt === undefined ? {} : { ceilingUpokt }) })
      return undefined
    } catch (error) {
      if (error instanceof HearthError && error.code === 'fee-too-high') return error.detail
      throw error
    }
  }
  it('is 1 POKT unless the user chose another, and may be paid whole', () => {
    expect(refused(1_000_000n)).toBeUndefined()
    expect(refused(1_000_001n)).toEqual({ fee: '1.000001', ceiling: '1', price: '5000' })
    expect(refused(1_000_001n, '0.001', 2_000_000n)).toBeUndefined()
    expect(refused(2_000_001n, '1', 2_000_000n)).toMatchObject({ ceiling: '2', price: '1' })
  })
  it('is far above what transactions cost: a node made with the program’s own price, and the highest margins at the price of the field', () => {
    for (const [gas, price, gasPercent, priceTimes] of [
      [300_000n, '1', 150, 2],
      [600_000n, '0.001', 400, 100],
      [2_000_000n, '0.000001', 400, 100],
    ] as const)
      expect(refused(priceTx(gas, price, { gasPercent, priceTimes }).feeUpokt)).toBeUndefined()
  })
  it('comes from the settings', () => {
    const chosen: Record<string, number> = { gasMarginPercent: 200, gasPriceTimes: 3, feeCeilingPokt: 7 }
    const settings = { get: (key: string) => chosen[key] } as unknown as Parameters<typeof chosenMargins>[0]
    expect(chosenMargins(settings)).toEqual({ gasPercent: 200, priceTimes: 3, ceilingUpokt: 7_000_000n })
  })
})
