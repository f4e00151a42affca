import { z } from 'zod'
import { bigInteger, list, page, smallInteger, upoktCoin } from './schemas.ts'

/** What a node answers about gateways, their and the services' parameters, and the old network. Shapes: onchain facts 3, and recorded answers. */

const gateway = z.looseObject({ address: z.string(), stake: upoktCoin, unstake_session_end_height: smallInteger })

export const gatewayAnswer = z.looseObject({ gateway })

export const gatewaysAnswer = z.looseObject({ gateways: list(gateway), pagination: page })

export const gatewayParamsAnswer = z.looseObject({ params: z.looseObject({ min_stake: upoktCoin }) })

export const serviceParamsAnswer = z.looseObject({ params: z.looseObject({ add_service_fee: upoktCoin }) })

export const unbondingParamsAnswer = z.looseObject({
  params: z.looseObject({ application_unbonding_period_sessions: smallInteger, gateway_unbonding_period_sessions: smallInteger }),
})

/** False is left out by some nodes. */
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)

export const migrationParamsAnswer = z.looseObject({
  params: z.looseObject({ waive_morse_claim_gas_fees: flag, morse_account_claiming_enabled: flag }),
})

/** Stakes were left out where there was none. */
const coinOrNone = z
  .looseObject({ denom: z.literal('upokt'), amount: bigInteger })
  .nullish()
  .transform((coin) => coin?.amount ?? 0n)

export const morseAccountAnswer = z.looseObject({
  morseClaimableAccount: z.looseObject({
    morse_src_address: z.string(),
    unstaked_balance: coinOrNone,
    supplier_stake: coinOrNone,
    application_stake: coinOrNone,
    claimed_at_height: smallInteger,
    shannon_dest_address: z.string(),
    morse_output_address: z.string(),
    unstaking_time: z.string().nullish(),
  }),
})
