import { describe, expect, it } from 'vitest'
import { priceTx } from '#main/core/supplier/fee.ts'

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
