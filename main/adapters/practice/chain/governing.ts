import { targetHashHex } from '#shared/model/difficulty.ts'
import type { Governing } from '#main/core/ports/chain.ts'
import type { ChainState } from './state.ts'

/** What governs the practised chain now, by the same names as on a real one. */
export function governingOf(state: ChainState): Governing {
  const { live } = state
  return {
    values: {
      numSuppliersPerSession: String(live.numSuppliersPerSession),
      applicationMinStakeUpokt: live.applicationMinStakeUpokt.toString(),
      gatewayMinStakeUpokt: live.gatewayMinStakeUpokt.toString(),
      addServiceFeeUpokt: live.addServiceFeeUpokt.toString(),
      targetNumRelays: live.targetNumRelays.toString(),
      proofRequestProbability: live.proofRequestProbability,
      proofRequirementThresholdUpokt: live.proofRequirementThresholdUpokt.toString(),
      globalInflationPerClaim: live.globalInflationPerClaim,
      mintRatio: live.mintRatio,
      supplierShare: live.mintEqualsBurn.supplier,
      proposerShare: live.mintEqualsBurn.proposer,
      daoShare: live.mintEqualsBurn.dao,
      sourceOwnerShare: live.mintEqualsBurn.sourceOwner,
      applicationShare: live.mintEqualsBurn.application,
      inflationSupplierShare: live.mintAllocation.supplier,
      overservicingBonusMultiplier: live.overservicingBonusMultiplier,
      applicationUnbondingPeriodSessions: String(live.applicationUnbondingPeriodSessions),
      gatewayUnbondingPeriodSessions: String(live.gatewayUnbondingPeriodSessions),
    },
    difficulties: [...state.difficulties.map.entries()].flatMap(([serviceId, rows]) => {
      const newest = rows.at(-1)
      return newest
        ? [{ serviceId, targetHash: targetHashHex(newest.targetHash), relaysAverage: newest.relaysAverage, sinceHeight: newest.height }]
        : []
    }),
    supplyUpokt: state.counters.get('supply'),
  }
}
