import { z } from 'zod'
import { figureProofSchema } from '../model/figure.ts'

/** The slice `earnings` of the state. Amounts are decimal text in upokt, times UTC ms. */

const upokt = z.string().regex(/^-?\d{1,30}$/)
const ms = z.number().int().nonnegative()
const height = z.number().int().nonnegative()
const asOf = z.strictObject({ height, atMs: ms })

export const earningsSlice = z.strictObject({
  revision: z.number().int(),
  settledUpokt: upokt,
  todayUpokt: upokt,
  claimsSettled: z.number().int(),
  claimsLost: z.number().int(),
  pendingUpokt: upokt,
  /** Open claims as a host lists them, and how many of them were proven to be on chain; absent before the first look. */
  openClaims: z.strictObject({ proven: z.number().int(), listed: z.number().int(), asOf, proof: figureProofSchema.optional() }).optional(),
  /** Height up to which blocks were read. */
  readHeight: height,
  firstHeight: height,
  ledger: z.strictObject({
    status: z.enum(['unchecked', 'equal', 'different']),
    atHeight: height,
    atMs: ms,
    rows: z
      .array(z.strictObject({ address: z.string(), label: z.string(), ledgerUpokt: upokt, balanceUpokt: upokt, differenceUpokt: upokt }))
      .max(20),
  }),
})
