import { z } from 'zod'
import { bigInteger, smallInteger } from './schemas.ts'

/** What a node may say of what governs; each becomes names and exact text. Nodes of other versions may lack a field, and then nothing is said of it. */

/** A double, which JSON writes shortest: `1e-06` is one millionth, exactly. */
const decimal = z
  .union([z.number().nonnegative(), z.string().regex(/^\d{1,20}(\.\d{1,30})?$/)])
  .transform((value) => plainDecimal(String(value)))
const optionalDecimal = decimal.optional()
const whole = bigInteger.transform(String)
const count = smallInteger.transform(String).optional()
const coin = z.looseObject({ denom: z.literal('upokt'), amount: bigInteger }).transform(({ amount }) => amount.toString())

/** Writes a number without an exponent. */
export function plainDecimal(text: string): string {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text)
  if (!match) return text
  const [, integer = '', fraction = '', exponent] = match
  const shift = Number(exponent ?? 0)
  const digits = integer + fraction
  const point = integer.length + shift
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${digits}` : digits.padEnd(point, '0')
  const at = Math.max(point, 1)
  const tail = padded.slice(at).replace(/0+$/, '')
  const head = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  return tail === '' ? head : `${head}.${tail}`
}

const params = <T extends z.ZodRawShape>(shape: T) => z.looseObject({ params: z.looseObject(shape) })

export const sessionParams = params({ num_suppliers_per_session: count }).transform(({ params: said }) => ({
  numSuppliersPerSession: said.num_suppliers_per_session,
}))

export const applicationParams = params({ min_stake: coin, max_delegated_gateways: count }).transform(({ params: said }) => ({
  applicationMinStakeUpokt: said.min_stake,
  maxDelegatedGateways: said.max_delegated_gateways,
}))

export const gatewayParams = params({ min_stake: coin }).transform(({ params: said }) => ({ gatewayMinStakeUpokt: said.min_stake }))

export const serviceParams = params({ add_service_fee: coin, target_num_relays: whole.optional() }).transform(({ params: said }) => ({
  addServiceFeeUpokt: said.add_service_fee,
  targetNumRelays: said.target_num_relays,
}))

export const proofParams = params({ proof_request_probability: decimal, proof_requirement_threshold: coin }).transform(
  ({ params: said }) => ({
    proofRequestProbability: said.proof_request_probability,
    proofRequirementThresholdUpokt: said.proof_requirement_threshold,
  }),
)

const shares = z.looseObject({
  dao: decimal,
  proposer: decimal,
  supplier: decimal,
  source_owner: decimal,
  application: decimal,
})

export const tokenomicsParams = params({
  global_inflation_per_claim: optionalDecimal,
  mint_ratio: optionalDecimal,
  mint_equals_burn_claim_distribution: shares.optional(),
  mint_allocation_percentages: shares.optional(),
  overservicing_bonus_multiplier: count,
}).transform(({ params: said }) => {
  const { mint_equals_burn_claim_distribution: burn, mint_allocation_percentages: mint } = said
  return {
    globalInflationPerClaim: said.global_inflation_per_claim,
    mintRatio: said.mint_ratio,
    supplierShare: burn?.supplier,
    proposerShare: burn?.proposer,
    daoShare: burn?.dao,
    sourceOwnerShare: burn?.source_owner,
    applicationShare: burn?.application,
    inflationSupplierShare: mint?.supplier,
    overservicingBonusMultiplier: said.overservicing_bonus_multiplier,
  }
})

export const unbondingParams = params({
  application_unbonding_period_sessions: count,
  gateway_unbonding_period_sessions: count,
}).transform(({ params: said }) => ({
  applicationUnbondingPeriodSessions: said.application_unbonding_period_sessions,
  gatewayUnbondingPeriodSessions: said.gateway_unbonding_period_sessions,
}))

export const supply = z.looseObject({ amount: coin }).transform(({ amount }) => BigInt(amount))

export const difficulties = z
  .looseObject({
    relayMiningDifficulty: z
      .array(
        z.looseObject({
          service_id: z.string(),
          block_height: smallInteger,
          num_relays_ema: bigInteger,
          target_hash: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
        }),
      )
      .nullish(),
    pagination: z.looseObject({ next_key: z.string().nullish() }).nullish(),
  })
  .transform((answer) => ({
    rows: (answer.relayMiningDifficulty ?? []).map((row) => ({
      serviceId: row.service_id,
      targetHash: Buffer.from(row.target_hash, 'base64').toString('hex'),
      relaysAverage: row.num_relays_ema,
      sinceHeight: row.block_height,
    })),
    next: answer.pagination?.next_key ?? undefined,
  }))
