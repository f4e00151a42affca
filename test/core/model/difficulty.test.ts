import { describe, expect, it } from 'vitest'
import { EASIEST_TARGET } from '#shared/model/claim-value.ts'
import { nextRelaysAverage, targetHashFor, targetHashHex } from '#shared/model/difficulty.ts'

describe('nextRelaysAverage', () => {
  it.each([
    // Recorded on real chains: default/100, overserviced/50 and 110, and the difficulty that overserviced ended with.
    [20n, 20n, 20n],
    [27n, 27n, 27n],
    [13n, 13n, 13n],
    [27n, 9n, 25n],
    [20n, 5n, 18n],
    // Computed with the chain's own arithmetic, Go's big.Float.
    [249n, 9192440n, 919468n],
    [69n, 2n, 62n],
    [3275859280n, 3275859280n, 3275859280n],
    [16626202n, 316481654334n, 31663129015n],
    [1450277952n, 7531626322n, 2058412789n],
    [11478n, 1632389390n, 163249269n],
  ])('of %d after %d relays is %d', (average, relays, next) => {
    expect(nextRelaysAverage(average, relays)).toBe(next)
  })
  it('stays where it is when nothing changes, whatever the rounding', () => {
    for (let relays = 1n; relays < 3000n; relays += 1n) expect(nextRelaysAverage(relays, relays)).toBe(relays)
  })
  it('takes a tenth of the new', () => {
    // One less than nine tenths: the chain computes with the double nearest to a tenth, which is a little more than that, and cuts.
    expect(nextRelaysAverage(1_000_000n, 0n)).toBe(899_999n)
    expect(nextRelaysAverage(0n, 1_000_000n)).toBe(100_000n)
    expect(nextRelaysAverage(10n ** 18n, 10n ** 18n)).toBe(10n ** 18n)
  })
})

describe('targetHashFor', () => {
  it('lets everything through up to the target, and the right share above it', () => {
    expect(targetHashFor(100_000n, 100_000n)).toBe(EASIEST_TARGET)
    expect(targetHashFor(100_000n, 1n)).toBe(EASIEST_TARGET)
    // Worked example 3 of the protocol facts.
    expect(targetHashHex(targetHashFor(100_000n, 450_000n))).toMatch(/^38e38e38.*e3$/)
    expect(targetHashHex(targetHashFor(100_000n, 10n ** 12n))).toHaveLength(64)
  })
})
