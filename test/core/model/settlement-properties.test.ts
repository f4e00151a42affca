import { describe, expect, it } from 'vitest'
import {
  claimCap,
  claimValue,
  EASIEST_TARGET,
  inflationOf,
  ratio,
  settledAmount,
  settlementOf,
  shareOut,
  splitAmount,
  type ApplicationBudget,
  type SettlementRules,
  type Shares,
} from '#shared/model/claim-value.ts'
import { nextRelaysAverage, targetHashFor } from '#shared/model/difficulty.ts'
import { nextSessionStart, openSessions, sessionAt, type SessionRules } from '#shared/model/session.ts'

/** What must hold for any rules and any amounts, over a few thousand of them that are the same in every run. */

const ROUNDS = 2_000

/** A small generator with a fixed start, so that a failure comes again. */
function numbers(seed: number): { upTo: (most: bigint) => bigint; int: (least: number, most: number) => number } {
  let state = BigInt(seed) | 1n
  const bits = (): bigint => {
    // xorshift64*
    state ^= state >> 12n
    state = BigInt.asUintN(64, state ^ (state << 25n))
    state ^= state >> 27n
    return BigInt.asUintN(64, state * 2685821657736338717n)
  }
  const upTo = (most: bigint): bigint => ((bits() << 192n) | (bits() << 128n) | (bits() << 64n) | bits()) % (most + 1n)
  return { upTo, int: (least, most) => least + Number(upTo(BigInt(most - least))) }
}

const MILLION = 1_000_000n

function anyShares({ upTo }: ReturnType<typeof numbers>): Shares {
  const cuts = Array.from({ length: 4 }, () => upTo(MILLION)).sort((a, b) => (a < b ? -1 : 1))
  const part = (index: number): Shares['supplier'] => ({
    num: (cuts[index] ?? 0n) - (index === 0 ? 0n : (cuts[index - 1] ?? 0n)),
    den: MILLION,
  })
  return { supplier: part(0), proposer: part(1), sourceOwner: part(2), application: part(3) }
}

const total = (parts: readonly bigint[]): bigint => parts.reduce((sum, part) => sum + part, 0n)

describe('whatever the rules are', () => {
  it('a split gives away all of an amount, and to nobody more than their share of it', () => {
    const random = numbers(1)
    for (let round = 0; round < ROUNDS; round += 1) {
      const amount = random.upTo(10n ** 20n)
      const shares = anyShares(random)
      const split = splitAmount(amount, shares)
      expect(total(Object.values(split) as bigint[])).toBe(amount)
      expect(split.supplierUpokt * shares.supplier.den <= amount * shares.supplier.num).toBe(true)
      // Cutting costs each less than one upokt.
      expect((split.supplierUpokt + 1n) * shares.supplier.den > amount * shares.supplier.num).toBe(true)
      expect(split.daoUpokt >= 0n).toBe(true)
    }
  })

  it('revenue shares give away all, and only the first gets more than its percentage', () => {
    const random = numbers(2)
    for (let round = 0; round < ROUNDS; round += 1) {
      const amount = random.upTo(10n ** 15n)
      const count = random.int(1, 8)
      const cuts = Array.from({ length: count - 1 }, () => random.int(0, 100)).sort((a, b) => a - b)
      const percentages = [...cuts, 100].map((cut, index) => cut - (index === 0 ? 0 : (cuts[index - 1] ?? 0)))
      const parts = shareOut(amount, percentages)
      expect(total(parts)).toBe(amount)
      parts.forEach((part, index) => {
        const exact = amount * BigInt(percentages[index] ?? 0)
        if (index > 0) expect(part).toBe(exact / 100n)
        else expect(part * 100n >= exact && part - exact / 100n < BigInt(count)).toBe(true)
      })
    }
  })

  it('what is minted, lost and burned adds up to what was settled', () => {
    const random = numbers(3)
    for (let round = 0; round < ROUNDS; round += 1) {
      const rules: SettlementRules = {
        mintRatio: { num: random.upTo(1_000n), den: 1_000n },
        globalInflation: { num: random.upTo(MILLION), den: MILLION },
        claimShares: anyShares(random),
        globalMintShares: anyShares(random),
      }
      const settled = random.upTo(10n ** 14n)
      const settlement = settlementOf(settled, rules)
      expect(settlement.mintedUpokt + settlement.deflationLossUpokt).toBe(settled)
      expect(settlement.mintedUpokt <= settled).toBe(true)
      expect(total(Object.values(settlement.claim) as bigint[])).toBe(settlement.mintedUpokt)
      expect(total(Object.values(settlement.globalMint) as bigint[])).toBe(settlement.inflationUpokt)
      expect(settlement.discarded).toBe(settled > 0n && settlement.mintedUpokt === 0n)
      // Rounded up: never less than its share, never a whole upokt more.
      if (!settlement.discarded) {
        const exact = settled * rules.globalInflation.num
        expect(settlement.inflationUpokt * MILLION >= exact && (settlement.inflationUpokt - 1n) * MILLION < exact).toBe(true)
      }
    }
  })

  it('no session takes more from an application than its part of the stake, and no claim gets more than it claims', () => {
    const random = numbers(4)
    let cut = 0
    let bonus = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const stakeUpokt = random.upTo(10n ** 12n)
      const claimsUpokt = Array.from({ length: random.int(1, 12) }, () => random.upTo(stakeUpokt / 3n + 10n))
      const budget: ApplicationBudget = {
        stakeUpokt,
        pendingSessions: random.int(1, 4),
        claimsUpokt,
        expiringClaims: random.int(0, 3),
        perSessionSpendLimitUpokt: round % 3 === 0 ? random.upTo(stakeUpokt) : 0n,
        globalInflation: { num: random.upTo(200_000n), den: MILLION },
        overservicingBonusMultiplier: BigInt(random.int(0, 4)),
      }
      const taken = claimsUpokt.map((claimed) => {
        const { needUpokt, capUpokt } = claimCap(claimed, budget)
        const { settledUpokt, overservicingLossUpokt } = settledAmount(claimed, budget)
        expect(settledUpokt + overservicingLossUpokt).toBe(claimed)
        expect(settledUpokt >= 0n && settledUpokt <= claimed).toBe(true)
        const charged = settledUpokt + inflationOf(settledUpokt, budget.globalInflation)
        expect(charged <= (needUpokt < capUpokt ? needUpokt : capUpokt)).toBe(true)
        if (overservicingLossUpokt > 0n) cut += 1
        const floor = stakeUpokt / BigInt(budget.pendingSessions) / BigInt(claimsUpokt.length + (budget.expiringClaims ?? 0))
        if (charged > floor) bonus += 1
        return charged
      })
      expect(total(taken) <= stakeUpokt / BigInt(budget.pendingSessions)).toBe(true)
    }
    // Both cases have come up, or this says nothing.
    expect(cut).toBeGreaterThan(100)
    expect(bonus).toBeGreaterThan(100)
  })

  it('a claim is worth its relays times the difficulty, cut once at the end', () => {
    const random = numbers(5)
    for (let round = 0; round < ROUNDS; round += 1) {
      const targetHash = random.upTo(EASIEST_TARGET - 1n) + 1n
      const units = random.upTo(10n ** 12n)
      const pricing = {
        computeUnitsToTokensMultiplier: random.upTo(10n ** 9n) + 1n,
        computeUnitCostGranularity: 10n ** BigInt(random.int(0, 7)),
        targetHash,
      }
      const { claimedUpokt, estimatedComputeUnits } = claimValue(units, pricing)
      const num = units * EASIEST_TARGET * pricing.computeUnitsToTokensMultiplier
      const den = targetHash * pricing.computeUnitCostGranularity
      expect(claimedUpokt * den <= num && (claimedUpokt + 1n) * den > num).toBe(true)
      expect(estimatedComputeUnits >= units).toBe(true)
      expect(claimValue(units + 1n, pricing).claimedUpokt >= claimedUpokt).toBe(true)
    }
  })

  it('a higher average makes a harder target, and the average stays between old and new', () => {
    const random = numbers(6)
    for (let round = 0; round < ROUNDS; round += 1) {
      const [before, relays, wanted] = [random.upTo(10n ** 9n), random.upTo(10n ** 9n), random.upTo(10n ** 6n) + 1n]
      const after = nextRelaysAverage(before, relays)
      const [low, high] = before < relays ? [before, relays] : [relays, before]
      expect(after >= low - 1n && after <= high).toBe(true)
      const target = targetHashFor(wanted, after)
      expect(target > 0n && target <= EASIEST_TARGET).toBe(true)
      expect(targetHashFor(wanted, after + 1n) <= target).toBe(true)
    }
  })
})

describe('the clock of sessions', () => {
  const anyRules = ({ int }: ReturnType<typeof numbers>): SessionRules => ({
    numBlocksPerSession: int(2, 80),
    gracePeriodEndOffsetBlocks: int(0, 12),
    claimWindowOpenOffsetBlocks: int(1, 12),
    claimWindowCloseOffsetBlocks: int(1, 12),
    proofWindowOpenOffsetBlocks: int(0, 4),
    proofWindowCloseOffsetBlocks: int(1, 12),
    sessionGridAnchorHeight: int(0, 1) * int(1, 5_000),
    sessionNumberAtAnchor: int(1, 900),
  })

  it('puts every height into one session, and windows in their order', () => {
    const random = numbers(7)
    for (let round = 0; round < ROUNDS; round += 1) {
      const rules = anyRules(random)
      const height = rules.sessionGridAnchorHeight + random.int(1, 10_000)
      const session = sessionAt(height, rules)
      expect(session.start <= height && height <= session.end).toBe(true)
      expect(session.end - session.start + 1).toBe(rules.numBlocksPerSession)
      expect(sessionAt(session.start, rules)).toEqual(session)
      expect(sessionAt(session.end, rules)).toEqual(session)
      const next = sessionAt(nextSessionStart(height, rules), rules)
      expect([next.start, next.number]).toEqual([session.end + 1, session.number + 1])
      expect(session.end < session.claimOpen && session.claimOpen <= session.claimClose).toBe(true)
      expect(session.claimClose <= session.proofOpen && session.proofOpen <= session.proofClose).toBe(true)
      expect(session.settle).toBe(session.proofClose)
    }
  })

  it('knows all sessions that are open at a height, and no other', () => {
    const random = numbers(8)
    for (let round = 0; round < 300; round += 1) {
      const rules = { ...anyRules(random), sessionGridAnchorHeight: 0, sessionNumberAtAnchor: 0 }
      const height = random.int(1, 600)
      const all: number[] = []
      for (let start = 1; start <= height; start += rules.numBlocksPerSession) {
        const { end, settle } = sessionAt(start, rules)
        if (settle >= height) all.push(end)
      }
      expect(openSessions(height, rules).map(({ end }) => end)).toEqual(all)
    }
  })
})

it('decimals keep every digit', () => {
  const random = numbers(9)
  for (let round = 0; round < ROUNDS; round += 1) {
    const digits = random.int(0, 18)
    const [whole, fraction] = [random.upTo(10n ** 9n), random.upTo(10n ** BigInt(digits) - 1n)]
    const text = digits === 0 ? String(whole) : `${whole}.${String(fraction).padStart(digits, '0')}`
    expect(ratio(text)).toEqual({ num: whole * 10n ** BigInt(digits) + fraction, den: 10n ** BigInt(digits) })
  }
})
