import {
  claimValue,
  EASIEST_TARGET,
  ratio,
  settledAmount,
  settlementOf,
  shareOut,
  type Ratio,
  type SettlementRules,
} from '#shared/model/claim-value.ts'
import { nextRelaysAverage } from '#shared/model/difficulty.ts'
import { pendingSessions } from '#shared/model/claim-value.ts'
import { shareByStake } from '#shared/model/validator-share.ts'
import type { PracticeGenesis } from '../parts.ts'
import { OUTCOME, type HistoryPlan } from './plan.ts'

/** What moves in a past besides the two balances that are kept for every height. All are upokt. */
export interface Sums {
  owner: bigint
  operator: bigint
  supplierStake: bigint
  /** By service. */
  applicationStakes: bigint[]
  supply: bigint
  distribution: bigint
  proofFees: bigint
  dao: bigint
  serviceOwner: bigint
  validators: Map<string, bigint>
  /** Moving average of relays by service; undefined before its first settlement. */
  averages: (bigint | undefined)[]
}

/** Prices that hold for a session. */
export interface Prices {
  multiplier: bigint
  granularity: bigint
  /** By service. */
  computeUnitsPerRelay: readonly bigint[]
}

/** What is kept of each claim, to make its block again. */
export interface ClaimRecord {
  /** Before the settlement in which it is paid. */
  applicationStake: BigInt64Array
  average: Float64Array
}

/** Counts a past block by block, with the same rules as the chain and none of its words (onchain facts 5.3 and 5.4). */
export interface Counting {
  claims(session: number): void
  proofs(session: number): void
  /** @returns the services that were paid for */
  settle(session: number, prices: Prices): number[]
}

/** Every transaction pays this: some times the least that nodes ask for, as miners are told to. */
export const MINER_FEE_UPOKT = 10n

export function createCounting(deps: {
  plan: HistoryPlan
  genesis: PracticeGenesis
  /** Of the owner, in per cent; the rest is the operator's. */
  ownerPercent: number
  sums: Sums
  records: ClaimRecord
}): Counting {
  const { plan, genesis, sums, records } = deps
  const { params } = genesis
  const rules = settlementRules(params)
  const sessionsPending = pendingSessions(params)
  const shares = [deps.ownerPercent, 100 - deps.ownerPercent].filter((percent) => percent > 0)
  const stakes = genesis.validators.map(({ address, stakeUpokt, commission }) => ({ address, stakeUpokt, commission: ratio(commission) }))
  const range = (session: number): [number, number] => [plan.firstClaim[session] ?? 0, plan.firstClaim[session + 1] ?? 0]

  const payHolders = (upokt: bigint): void => {
    if (upokt === 0n) return
    const parts = shareOut(upokt, shares)
    if (deps.ownerPercent > 0) sums.owner += parts[0] ?? 0n
    if (deps.ownerPercent < 100) sums.operator += parts.at(-1) ?? 0n
  }
  const payFee = (): void => {
    sums.operator -= MINER_FEE_UPOKT
    sums.distribution += MINER_FEE_UPOKT
  }
  const pay = (claim: number, prices: Prices): { proposerUpokt: bigint; globalProposerUpokt: bigint } => {
    const service = plan.service[claim] ?? 0
    const relays = BigInt(plan.relays[claim] ?? 0)
    const { claimedUpokt } = claimValue(relays * (prices.computeUnitsPerRelay[service] ?? 0n), {
      computeUnitsToTokensMultiplier: prices.multiplier,
      computeUnitCostGranularity: prices.granularity,
      targetHash: EASIEST_TARGET,
    })
    const stakeUpokt = sums.applicationStakes[service] ?? 0n
    records.applicationStake[claim] = stakeUpokt
    const average = sums.averages[service]
    records.average[claim] = average === undefined ? -1 : Number(average)
    if (plan.outcome[claim] !== OUTCOME.paid) {
      const penalty = params.proofMissingPenaltyUpokt
      sums.supplierStake -= penalty
      sums.supply -= penalty
      return { proposerUpokt: 0n, globalProposerUpokt: 0n }
    }
    const { settledUpokt } = settledAmount(claimedUpokt, {
      stakeUpokt,
      pendingSessions: sessionsPending,
      claimsUpokt: [claimedUpokt],
      globalInflation: rules.globalInflation,
      overservicingBonusMultiplier: BigInt(params.overservicingBonusMultiplier),
    })
    const { mintedUpokt, inflationUpokt, claim: split, globalMint } = settlementOf(settledUpokt, rules)
    sums.applicationStakes[service] = stakeUpokt - settledUpokt - inflationUpokt
    sums.supply += mintedUpokt + inflationUpokt - settledUpokt
    payHolders(split.supplierUpokt)
    payHolders(globalMint.supplierUpokt)
    // What was minted on top is also taken from the application, for the DAO.
    sums.dao += split.daoUpokt + globalMint.daoUpokt + inflationUpokt
    sums.serviceOwner += split.sourceOwnerUpokt + globalMint.sourceOwnerUpokt
    sums.averages[service] = nextRelaysAverage(average ?? relays, relays)
    return { proposerUpokt: split.proposerUpokt, globalProposerUpokt: globalMint.proposerUpokt }
  }

  return {
    claims(session) {
      const [from, to] = range(session)
      if (to > from) payFee()
    },
    proofs(session) {
      const [from, to] = range(session)
      let proofs = 0n
      for (let claim = from; claim < to; claim += 1) if (plan.outcome[claim] !== OUTCOME.proofMissing) proofs += 1n
      if (proofs === 0n) return
      payFee()
      const fees = proofs * params.proofSubmissionFeeUpokt
      sums.operator -= fees
      sums.proofFees += fees
    },
    settle(session, prices) {
      const [from, to] = range(session)
      let proposer = 0n
      let globalProposer = 0n
      const paid: number[] = []
      for (let claim = from; claim < to; claim += 1) {
        const { proposerUpokt, globalProposerUpokt } = pay(claim, prices)
        proposer += proposerUpokt
        globalProposer += globalProposerUpokt
        if (plan.outcome[claim] === OUTCOME.paid) paid.push(plan.service[claim] ?? 0)
      }
      for (const pool of [proposer, globalProposer]) {
        if (pool === 0n) continue
        for (const share of shareByStake(pool, stakes))
          sums.validators.set(share.address, (sums.validators.get(share.address) ?? 0n) + share.poolShareUpokt)
      }
      return paid
    },
  }
}

function settlementRules(params: PracticeGenesis['params']): SettlementRules & { globalInflation: Ratio } {
  const shares = (of: typeof params.mintAllocation): SettlementRules['claimShares'] => ({
    supplier: ratio(of.supplier),
    proposer: ratio(of.proposer),
    sourceOwner: ratio(of.sourceOwner),
    application: ratio(of.application),
  })
  return {
    mintRatio: ratio(params.mintRatio),
    globalInflation: ratio(params.globalInflationPerClaim),
    claimShares: shares(params.mintEqualsBurn),
    globalMintShares: shares(params.mintAllocation),
  }
}
