import { z } from 'zod'
import { done, none, row } from './request-row.ts'

const upokt = z.string().regex(/^-?\d{1,30}$/)
const address = z.string().min(1).max(100)
const height = z.number().int().nonnegative()
const place = z.strictObject({ height, position: z.string().max(60), address: z.string().max(100) })
const message = z.strictObject({ type: z.string(), facts: z.record(z.string(), z.string()) })

/** One line of the wallet's history: a transaction, or what a settlement paid for one session, as it touched one own address. */
export const historyRowSchema = z.strictObject({
  key: z.string(),
  height,
  atMs: z.number(),
  address: z.string(),
  kind: z.enum(['reward', 'fee', 'stake', 'unstake', 'transfer', 'proof-fee', 'other']),
  /** Without the fees; negative when it left. */
  deltaUpokt: upokt,
  /** Of the network and for proofs; never negative. */
  feeUpokt: upokt,
  hash: z.string().nullable(),
  failed: z.boolean(),
  /** Who sent it, of what this address paid for; `elsewhere`: neither Hearth nor the relay miner. */
  sentBy: z.enum(['hearth', 'miner', 'elsewhere']).nullable(),
  /** What the transaction held; empty for what was read by an older Hearth. */
  messages: z.array(message),
  /** Of pay: which session, how many claims, of which services. */
  pay: z
    .strictObject({ sessionEndHeight: height, sessionNumber: z.number().int().nullable(), claims: z.number().int(), services: z.string() })
    .nullable(),
})
export type HistoryRow = z.infer<typeof historyRowSchema>

/** How long the operator's wallet lasts, and every figure that this was reckoned from. */
export const runwaySchema = z.strictObject({
  address: z.string(),
  balanceUpokt: upokt,
  /** Fees and proof fees that left this address since `sinceMs`; pay is not taken off. */
  feesUpokt: upokt,
  proofFeesUpokt: upokt,
  transactions: z.number().int(),
  sinceMs: z.number(),
  spanMs: z.number(),
  /** Null while too little was seen. */
  perDayUpokt: upokt.nullable(),
  /** Null when nothing is spent or too little was seen. */
  daysLeft: z.number().int().nullable(),
  /** What the next session can cost: claims of the fullest one, each with its proof, and two transactions. */
  nextSession: z.strictObject({ upokt, claims: z.number().int(), proofFeeUpokt: upokt, txFeeUpokt: upokt }),
  level: z.enum(['ok', 'watch', 'warn', 'bad', 'unknown']),
  /** What a top-up should be, in whole POKT; null when none is needed. */
  topUpUpokt: upokt.nullable(),
})
export type Runway = z.infer<typeof runwaySchema>

export const bookEntrySchema = z.strictObject({ address, name: z.string(), note: z.string(), updatedAtMs: z.number() })
export type BookEntry = z.infer<typeof bookEntrySchema>

const ruleStep = z.strictObject({ value: z.string(), height, effectHeight: height, atMs: z.number() })
/** What a change does to this supplier: a key of renderer/text/en/rules with figures. */
const impact = z.strictObject({ what: z.string(), key: z.string(), facts: z.record(z.string(), z.string()), effectHeight: height })
export type RuleImpact = z.infer<typeof impact>

export const rulesSchema = z.strictObject({
  atHeight: height,
  atMs: z.number(),
  supplyUpokt: upokt.nullable(),
  /** By name; steps oldest first, the first is where watching began. */
  rules: z.array(z.strictObject({ what: z.string(), value: z.string(), steps: z.array(ruleStep) })),
  services: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      computeUnits: z.string(),
      steps: z.array(ruleStep),
      mine: z.boolean(),
      /** Relays of the service per mined one, as exact text; from this height on. Null where it has none: every relay counts. */
      difficulty: z.strictObject({ oneIn: z.string(), relaysAverage: z.string(), sinceHeight: height }).nullable(),
      /** What 1,000 relays are claimed at, and what they brought to your addresses by your last settled claims. */
      per1000Upokt: upokt,
      yoursPer1000Upokt: upokt.nullable(),
    }),
  ),
  impacts: z.array(impact),
})
export type RulesView = z.infer<typeof rulesSchema>

/** Rows of the pages Wallet and What governs. */
export const walletRequests = {
  /** Newest first, by page. */
  'wallet.history': row(
    z.strictObject({
      cursor: place.optional(),
      revision: height.optional(),
      filter: z.enum(['all', 'pay', 'fees', 'sent']),
      address: address.optional(),
      limit: z.number().int().min(1).max(100),
    }),
    z.strictObject({
      rows: z.array(historyRowSchema),
      next: place.nullable(),
      revision: height,
      /** Names of addresses in the rows, from keys and address book. */
      names: z.record(z.string(), z.string()),
    }),
  ),
  /** Of one operator of ours, without its address of the one in view. Rejects `supplier-absent` for an operator whose key is not here. */
  'wallet.runway': row(z.strictObject({ operatorAddress: address.optional() }), z.strictObject({ runway: runwaySchema.nullable() })),
  'wallet.book': row(none, z.strictObject({ rows: z.array(bookEntrySchema) })),
  /** Rejects `address-invalid`, and `invalid-request` with detail.problem for a name that is taken. */
  'wallet.bookPut': row(z.strictObject({ address, name: z.string().trim().min(1).max(40), note: z.string().trim().max(200) }), done, {
    writes: true,
  }),
  'wallet.bookRemove': row(z.strictObject({ address }), done, { writes: true }),
  'wallet.bookExport': row(none, z.strictObject({ fileName: z.string(), text: z.string() })),
  /** Adds and renames; removes nothing. What cannot be taken is told by its number in the file. Rejects `settings-file-invalid` when it is no such file. */
  'wallet.bookImport': row(
    z.strictObject({ text: z.string().max(200_000) }),
    z.strictObject({
      added: z.number().int(),
      changed: z.number().int(),
      same: z.number().int(),
      refused: z.array(z.strictObject({ number: z.number().int(), address: z.string(), problem: z.string() })),
    }),
    { writes: true },
  ),
  'rules.view': row(none, rulesSchema),
} as const
