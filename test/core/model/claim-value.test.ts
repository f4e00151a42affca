import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  claimValue,
  EASIEST_TARGET,
  inflationOf,
  pendingSessions,
  ratio,
  settledAmount,
  settlementOf,
  shareOut,
  type ApplicationBudget,
  type SettlementRules,
} from '#shared/model/claim-value.ts'

const MAINNET: SettlementRules = {
  mintRatio: ratio('0.975'),
  globalInflation: ratio('0.000001'),
  claimShares: { supplier: ratio('0.79'), proposer: ratio('0.14'), sourceOwner: ratio('0.025'), application: ratio('0') },
  globalMintShares: { supplier: ratio('0.8'), proposer: ratio('0'), sourceOwner: ratio('0.1'), application: ratio('0') },
}
/** What `pocketd init` writes. */
const DEFAULT: SettlementRules = {
  mintRatio: ratio('1'),
  globalInflation: ratio('0.1'),
  claimShares: { supplier: ratio('0.7'), proposer: ratio('0.05'), sourceOwner: ratio('0.15'), application: ratio('0') },
  globalMintShares: { supplier: ratio('0.7'), proposer: ratio('0.05'), sourceOwner: ratio('0.15'), application: ratio('0') },
}
const mainnetPrice = (targetHash: bigint) => ({
  computeUnitsToTokensMultiplier: 145_990n,
  computeUnitCostGranularity: 1_000_000n,
  targetHash,
})
const POKT = 1_000_000n

describe('the worked examples of the protocol facts', () => {
  it('2: a claim without difficulty', () => {
    expect(claimValue(12_000n * 1900n, mainnetPrice(EASIEST_TARGET))).toEqual({
      estimatedComputeUnits: 22_800_000n,
      claimedUpokt: 3_328_572n,
    })
    const settlement = settlementOf(3_328_572n, MAINNET)
    expect(settlement).toMatchObject({ mintedUpokt: 3_245_357n, deflationLossUpokt: 83_215n, inflationUpokt: 4n, discarded: false })
    expect(settlement.claim).toEqual({
      supplierUpokt: 2_563_832n,
      proposerUpokt: 454_349n,
      sourceOwnerUpokt: 81_133n,
      applicationUpokt: 0n,
      daoUpokt: 146_043n,
    })
    expect(settlement.globalMint).toMatchObject({ supplierUpokt: 3n, sourceOwnerUpokt: 0n, daoUpokt: 1n })
    expect(shareOut(settlement.claim.supplierUpokt, [90, 10])).toEqual([2_307_449n, 256_383n])
  })

  it('3: a claim with difficulty', () => {
    const targetHash = (EASIEST_TARGET * 100_000n) / 450_000n
    expect(targetHash.toString(16)).toMatch(/^38e38e.*e3$/)
    const value = claimValue(12_000n * 1900n, mainnetPrice(targetHash))
    expect(value).toEqual({ estimatedComputeUnits: 102_600_000n, claimedUpokt: 14_978_574n })
    const settlement = settlementOf(value.claimedUpokt, MAINNET)
    expect(settlement).toMatchObject({ mintedUpokt: 14_604_109n, inflationUpokt: 15n })
    expect(settlement.claim).toMatchObject({
      supplierUpokt: 11_537_246n,
      proposerUpokt: 2_044_575n,
      sourceOwnerUpokt: 365_102n,
      daoUpokt: 657_186n,
    })
    expect(settlement.globalMint).toMatchObject({ supplierUpokt: 12n, sourceOwnerUpokt: 1n, daoUpokt: 2n })
    expect(shareOut(settlement.claim.supplierUpokt, [90, 10])).toEqual([10_383_522n, 1_153_724n])
  })

  it('4: an overserviced application, without and with a bonus', () => {
    const claimedUpokt = 2_982_000_000n
    const budget: ApplicationBudget = {
      stakeUpokt: 23_476n * POKT,
      pendingSessions: 2,
      claimsUpokt: [claimedUpokt, ...Array.from({ length: 49 }, () => 20n * POKT)],
      globalInflation: ratio('0.000001'),
      overservicingBonusMultiplier: 1n,
    }
    expect(claimedUpokt + inflationOf(claimedUpokt, budget.globalInflation)).toBe(2_982_002_982n)
    expect(settledAmount(claimedUpokt, budget)).toEqual({ settledUpokt: 234_759_765n, overservicingLossUpokt: 2_747_240_235n })
    const settlement = settlementOf(234_759_765n, MAINNET)
    expect(settlement.mintedUpokt).toBe(228_890_770n)
    expect(settlement.claim.supplierUpokt).toBe(180_823_708n)

    const withBonus = settledAmount(claimedUpokt, { ...budget, overservicingBonusMultiplier: 2n })
    expect(withBonus.settledUpokt).toBe(469_519_530n)
    expect(settlementOf(withBonus.settledUpokt, MAINNET).claim.supplierUpokt).toBe(361_647_417n)
    // The others stay under their floor and get all they claim.
    expect(settledAmount(20n * POKT, budget)).toEqual({ settledUpokt: 20n * POKT, overservicingLossUpokt: 0n })
  })
})

describe('settledAmount', () => {
  const budget: ApplicationBudget = {
    stakeUpokt: 1000n,
    pendingSessions: 2,
    claimsUpokt: [300n, 100n],
    globalInflation: ratio('0'),
    overservicingBonusMultiplier: 0n,
  }
  it('divides the stake by sessions, then by claims, and takes the lower of stake and spend limit', () => {
    expect(settledAmount(300n, budget).settledUpokt).toBe(250n)
    expect(settledAmount(250n, budget)).toEqual({ settledUpokt: 250n, overservicingLossUpokt: 0n })
    expect(settledAmount(251n, budget)).toEqual({ settledUpokt: 250n, overservicingLossUpokt: 1n })
    expect(settledAmount(300n, { ...budget, perSessionSpendLimitUpokt: 200n }).settledUpokt).toBe(100n)
    expect(settledAmount(300n, { ...budget, perSessionSpendLimitUpokt: 5000n }).settledUpokt).toBe(250n)
    expect(settledAmount(300n, { ...budget, perSessionSpendLimitUpokt: 0n }).settledUpokt).toBe(250n)
  })
  it('shares what is left over between those above their floor when there is a bonus', () => {
    // Floor 250: 150 unused by the second claim, all of it for the first, which needs 50 more.
    expect(settledAmount(300n, { ...budget, overservicingBonusMultiplier: 2n }).settledUpokt).toBe(300n)
    // Two that need 450 and 350 above a floor of 166 with 66 unused: 166 + 66 * (284 / 468) and 166 + 66 * (184 / 468).
    const three = { ...budget, claimsUpokt: [450n, 350n, 100n], overservicingBonusMultiplier: 3n }
    expect(settledAmount(450n, three).settledUpokt).toBe(206n)
    expect(settledAmount(350n, three).settledUpokt).toBe(191n)
  })
  it('pays nothing out of an empty stake and refuses a budget without claims', () => {
    expect(settledAmount(300n, { ...budget, stakeUpokt: 0n })).toEqual({ settledUpokt: 0n, overservicingLossUpokt: 300n })
    expect(() => settledAmount(300n, { ...budget, claimsUpokt: [] })).toThrow('claims')
  })
})

describe('the small parts', () => {
  it('counts pending sessions like the chain', () => {
    const offsets = {
      claimWindowOpenOffsetBlocks: 11,
      claimWindowCloseOffsetBlocks: 10,
      proofWindowOpenOffsetBlocks: 1,
      proofWindowCloseOffsetBlocks: 10,
    }
    expect(pendingSessions({ numBlocksPerSession: 20, ...offsets })).toBe(2)
    expect(pendingSessions({ numBlocksPerSession: 60, ...offsets })).toBe(1)
    expect(pendingSessions({ numBlocksPerSession: 32, ...offsets })).toBe(1)
    expect(pendingSessions({ numBlocksPerSession: 31, ...offsets })).toBe(2)
  })
  it('reads decimals exactly and nothing else', () => {
    expect(ratio('0.000001')).toEqual({ num: 1n, den: 1_000_000n })
    expect(ratio('1')).toEqual({ num: 1n, den: 1n })
    for (const bad of ['', '-1', '1e-6', '0,5', '.5', '1.', 'NaN']) expect(() => ratio(bad), bad).toThrow('decimal')
  })
  it('gives what rounding leaves to the first in the list', () => {
    expect(shareOut(100n, [33, 33, 34])).toEqual([33n, 33n, 34n])
    expect(shareOut(10n, [33, 33, 34])).toEqual([4n, 3n, 3n])
    expect(shareOut(1n, [10, 90])).toEqual([1n, 0n])
    expect(() => shareOut(1n, [50, 49])).toThrow('100')
    expect(() => shareOut(1n, [])).toThrow('100')
  })
  it('drops a claim that is too small to mint anything', () => {
    expect(settlementOf(1n, MAINNET)).toMatchObject({ mintedUpokt: 0n, discarded: true, inflationUpokt: 0n })
    expect(settlementOf(0n, MAINNET)).toMatchObject({ mintedUpokt: 0n, discarded: false, inflationUpokt: 0n })
  })
  it('refuses a price without target or granularity', () => {
    expect(() => claimValue(1n, mainnetPrice(0n))).toThrow('target')
    expect(() => claimValue(1n, { ...mainnetPrice(1n), computeUnitCostGranularity: 0n })).toThrow('granularity')
  })
})

interface Detail {
  recipient_address: string
  op_reason: string
  amount: string
}

/** Settled claims of a recorded block: attribute values as plain text. */
function settledClaims(file: string): Record<string, string>[] {
  const path = new URL(`../../fixtures/${file}.results.json`, import.meta.url)
  const told = JSON.parse(readFileSync(path, 'utf8')) as {
    result: { finalize_block_events: { type: string; attributes: { key: string; value: string }[] }[] }
  }
  return told.result.finalize_block_events
    .filter((event) => event.type === 'pocket.tokenomics.EventClaimSettled')
    .map((event) =>
      Object.fromEntries(event.attributes.map(({ key, value }) => [key, value.startsWith('"') ? (JSON.parse(value) as string) : value])),
    )
}

const upokt = (coin: string | undefined): bigint => BigInt((coin ?? '').replace('upokt', ''))

describe('recorded settlements of real chains', () => {
  it.each([
    ['default/blocks/100', DEFAULT, 42_000_000n],
    ['mainnet-like/blocks/60', MAINNET, 145_990n],
    ['mainnet-like/blocks/72', MAINNET, 145_990n],
    ['mainnet-like/blocks/84', MAINNET, 145_990n],
    ['overserviced/blocks/50', DEFAULT, 42_000_000n],
    ['overserviced/blocks/110', DEFAULT, 42_000_000n],
  ])('%s: value, mint and every part come out as the chain paid them', (file, rules, multiplier) => {
    const claims = settledClaims(file)
    expect(claims.length).toBeGreaterThan(0)
    for (const claim of claims) {
      const price = { computeUnitsToTokensMultiplier: multiplier, computeUnitCostGranularity: 1_000_000n, targetHash: EASIEST_TARGET }
      expect(claimValue(BigInt(claim['num_claimed_compute_units'] ?? ''), price).claimedUpokt).toBe(upokt(claim['claimed_upokt']))
      const settlement = settlementOf(upokt(claim['settled_upokt']), rules)
      expect(settlement.mintedUpokt).toBe(upokt(claim['minted_upokt']))
      expect(settlement.deflationLossUpokt).toBe(upokt(claim['deflation_loss_upokt']))
      const details = JSON.parse(claim['reward_distribution_detailed'] ?? '[]') as Detail[]
      const paid = (reason: string): bigint[] => details.filter((each) => each.op_reason === reason).map((each) => upokt(each.amount))
      const total = (reason: string): bigint => paid(reason).reduce((sum, amount) => sum + amount, 0n)
      expect(total('TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION')).toBe(settlement.claim.supplierUpokt)
      expect(total('TLM_RELAY_BURN_EQUALS_MINT_SOURCE_OWNER_REWARD_DISTRIBUTION')).toBe(settlement.claim.sourceOwnerUpokt)
      expect(total('TLM_RELAY_BURN_EQUALS_MINT_DAO_REWARD_DISTRIBUTION')).toBe(settlement.claim.daoUpokt)
      expect(total('TLM_GLOBAL_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION')).toBe(settlement.globalMint.supplierUpokt)
      expect(total('TLM_GLOBAL_MINT_DAO_REWARD_DISTRIBUTION')).toBe(settlement.globalMint.daoUpokt)
      expect(total('TLM_GLOBAL_MINT_REIMBURSEMENT_REQUEST_ESCROW_DAO_TRANSFER')).toBe(settlement.inflationUpokt)
    }
  })

  it('default/blocks/100: the two recipients get what their balances show', () => {
    const settlement = settlementOf(84_000n, DEFAULT)
    const [claimOwner, claimFriend] = shareOut(settlement.claim.supplierUpokt, [70, 30])
    const [mintOwner, mintFriend] = shareOut(settlement.globalMint.supplierUpokt, [70, 30])
    expect((claimOwner ?? 0n) + (mintOwner ?? 0n)).toBe(45_276n)
    expect((claimFriend ?? 0n) + (mintFriend ?? 0n)).toBe(19_404n)
  })

  it('overserviced/blocks/110: the claim that was cut is cut to the same upokt', () => {
    const cut = settledClaims('overserviced/blocks/110').find((claim) => claim['overservicing_loss_upokt'] !== '0upokt')
    // The chain told the budget of that claim: effective_burn 540,750 of the expected 577,500.
    const budget = {
      stakeUpokt: 540_750n * 2n,
      pendingSessions: 1,
      claimsUpokt: [525_000n, 420_000n],
      globalInflation: ratio('0.1'),
      overservicingBonusMultiplier: 1n,
    }
    expect(settledAmount(525_000n, budget)).toEqual({
      settledUpokt: upokt(cut?.['settled_upokt']),
      overservicingLossUpokt: upokt(cut?.['overservicing_loss_upokt']),
    })
  })
})
