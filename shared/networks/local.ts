import { z } from 'zod'

/**
 * The Local chain: a real Pocket chain on this machine with play money. It is the one network whose rules Hearth decides, so here alone protocol numbers are written down;
 * everything that shows or uses them reads them back from the chain.
 */
export const LOCAL_CHAIN_ID = 'hearth-local-1'
/** Practice is the same, simulated: its rules are made from the same table. */
export const PRACTICE_CHAIN_ID = 'hearth-practice-1'

const blocks = z.number().int().min(0).max(1_000)
const upokt = z.string().regex(/^\d{1,20}$/)

/** Mainnet's economy and minimum stake, faster: sessions of ten one-second blocks, every claim proven. */
export const localChainRulesSchema = z.strictObject({
  chainId: z
    .string()
    .regex(/^hearth-(local|practice)-[a-z0-9-]{1,30}$/)
    .default(LOCAL_CHAIN_ID),
  blockMs: z.number().int().min(200).max(60_000).default(1_000),
  blocksPerSession: z.number().int().min(2).max(1_000).default(10),
  grace: blocks.default(1),
  claimOpen: blocks.default(1),
  claimClose: blocks.default(4),
  proofOpen: blocks.default(0),
  proofClose: blocks.default(4),
  supplierUnbondingSessions: z.number().int().min(1).max(1_000).default(1),
  computeUnitsToTokensMultiplier: upokt.default('145990'),
  supplierMinStakeUpokt: upokt.default('59500000000'),
  /** How long its one validator has to vote; the program's own two days unless told. Upgrades are rehearsed with seconds. */
  votingSeconds: z.number().int().min(4).max(172_800).optional(),
  services: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-zA-Z0-9_-]{1,42}$/),
        name: z.string().max(60),
        computeUnitsPerRelay: z.number().int().min(1),
      }),
    )
    .min(1)
    .default([{ id: 'anvil', name: 'Anvil test chain', computeUnitsPerRelay: 100 }]),
  /** Play money at the first block. */
  faucetUpokt: upokt.default('10000000000000'),
  applicationUpokt: upokt.default('2000000000000'),
})
export type LocalChainRules = z.infer<typeof localChainRulesSchema>
