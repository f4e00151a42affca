import { z } from 'zod'
import { none, row } from './request-row.ts'

const upokt = z.string().regex(/^\d{1,30}$/)
const address = z.string().max(100)
const height = z.number().int()
/** An application or gateway of one of the user's own addresses. */
const stake = {
  address,
  stakeUpokt: upokt,
  /** 0 = not unstaking: last block of the session in which it ends. */
  unstakeSessionEndHeight: height,
  /** 0 = not unstaking: where what is left comes back. */
  backAtHeight: height,
}

/** What the pages of the other roles show, read from the chain at the moment of asking. All reject `chain-unreachable`. */
export const roleRequests = {
  /** Services of the user's own addresses, and what a new one costs. `taken`: ids that belong to others. */
  'roles.services': row(
    none,
    z.strictObject({
      atHeight: height,
      feeUpokt: upokt,
      maxComputeUnits: upokt,
      own: z.array(z.strictObject({ id: z.string(), name: z.string(), computeUnitsPerRelay: z.string(), ownerAddress: address })),
      taken: z.array(z.string()),
    }),
  ),
  'roles.applications': row(
    none,
    z.strictObject({
      atHeight: height,
      minStakeUpokt: upokt,
      minSpendLimitUpokt: upokt,
      unbondingSessions: height,
      maxGateways: height,
      services: z.array(z.strictObject({ id: z.string(), name: z.string() })),
      /** Those that can be delegated to. */
      gateways: z.array(z.strictObject({ address, stakeUpokt: upokt })),
      own: z.array(z.strictObject({ ...stake, serviceId: z.string(), gateways: z.array(address), spendLimitUpokt: upokt.nullable() })),
    }),
  ),
  'roles.gateways': row(
    none,
    z.strictObject({
      atHeight: height,
      minStakeUpokt: upokt,
      unbondingSessions: height,
      /** How many the network has. */
      count: height,
      own: z.array(z.strictObject(stake)),
    }),
  ),
  /** What addresses of the old network are worth here. Rejects `address-invalid` for one that is none. */
  'roles.morse': row(
    z.strictObject({
      morseAddresses: z.array(z.string().min(1).max(60)).min(1).max(10),
    }),
    z.strictObject({
      atHeight: height,
      /** Whether claims are taken now, and for no network fee. */
      open: z.boolean(),
      free: z.boolean(),
      supplierMinStakeUpokt: upokt,
      applicationMinStakeUpokt: upokt,
      accounts: z.array(
        z.strictObject({
          morseAddress: z.string(),
          /** null = the network knows nothing of it. */
          found: z
            .strictObject({
              balanceUpokt: upokt,
              supplierStakeUpokt: upokt,
              applicationStakeUpokt: upokt,
              morseOutputAddress: z.string().max(100),
              /** UTC ms from which a stake that was asked back there is no stake any more; 0 = never asked back. */
              unstakedAtMs: z.number(),
              claimedAtHeight: height,
              claimedBy: address,
            })
            .nullable(),
        }),
      ),
    }),
  ),
} as const
