import { describe, expect, it } from 'vitest'
import { formatPokt, parseCoin, parsePokt, upoktOf } from '#shared/model/money.ts'

describe('parsePokt', () => {
  it.each([
    ['1', 1_000_000n],
    ['59500', 59_500_000_000n],
    [' 59 500.5 POKT ', 59_500_500_000n],
    ['59\u00a0500', 59_500_000_000n],
    ['1\u202f000\u2009000', 1_000_000_000_000n],
    ['0.000001', 1n],
    ['1.500000', 1_500_000n],
    ['007', 7_000_000n],
    ['3pokt', 3_000_000n],
    ['12345678901234567890', 12_345_678_901_234_567_890_000_000n],
  ])('reads %j', (text, upokt) => {
    expect(parsePokt(text)).toEqual({ ok: true, upokt })
  })
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['POKT', 'empty'],
    ['abc', 'not-a-number'],
    ['1,5', 'not-a-number'],
    ['1e6', 'not-a-number'],
    ['1.', 'not-a-number'],
    ['.5', 'not-a-number'],
    ['0x10', 'not-a-number'],
    ['1.2.3', 'not-a-number'],
    ['123456789012345678901', 'not-a-number'],
    ['-1', 'negative'],
    ['\u22121', 'negative'],
    ['0.0000001', 'too-many-decimals'],
    ['1.0000000', 'too-many-decimals'],
    ['0', 'zero'],
    ['0.000000', 'zero'],
  ])('refuses %j as %s', (text, problem) => {
    expect(parsePokt(text)).toEqual({ ok: false, problem })
  })
})

describe('formatPokt', () => {
  it('cuts and never rounds up', () => {
    expect(formatPokt(1_999_999n, 2)).toBe('1.99')
    expect(formatPokt(1_999_999n, 0)).toBe('1')
    expect(formatPokt(999_999n, 2)).toBe('0.99')
    expect(formatPokt(1_999_999n)).toBe('1.999999')
  })
  it('groups thousands, trims or pads decimals, and has a real minus', () => {
    expect(formatPokt(59_500_000_000n)).toBe('59,500')
    expect(formatPokt(59_500_000_000n, 2)).toBe('59,500.00')
    expect(formatPokt(1_234_567_890_000n, 4, '\u202f')).toBe('1\u202f234\u202f567.8900')
    expect(formatPokt(-1_500_000n)).toBe('\u22121.5')
    expect(formatPokt(0n)).toBe('0')
    expect(formatPokt(1n, 6)).toBe('0.000001')
  })
  it('writes what parsePokt reads back', () => {
    for (const upokt of [1n, 10n, 999_999n, 1_000_000n, 59_504_999_993n, 10n ** 20n + 7n]) {
      expect(parsePokt(formatPokt(upokt, 'trim', ' '))).toEqual({ ok: true, upokt })
    }
  })
})

describe('coins', () => {
  it('splits a coin and nothing else', () => {
    expect(parseCoin('123upokt')).toEqual({ amount: 123n, denom: 'upokt' })
    expect(parseCoin('7ibc/AB12')).toEqual({ amount: 7n, denom: 'ibc/AB12' })
    for (const bad of ['', 'upokt', '12', '-1upokt', '1.5upokt', '1 upokt']) expect(parseCoin(bad), bad).toBeUndefined()
  })
  it('adds up the upokt of a list and leaves other denominations out', () => {
    expect(upoktOf('1upokt,20mact, 300upokt')).toBe(301n)
    expect(upoktOf('')).toBe(0n)
    expect(upoktOf('5mact')).toBe(0n)
  })
})
