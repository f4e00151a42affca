import { z } from 'zod'
import { done, none, row } from './request-row.ts'

const taskRef = z.strictObject({ taskId: z.string().min(1).max(80) })
const address = z.string().max(300)

/** Rows about the relay bundle of a network of others (Mainnet, Beta): key keeper, relay miner and ingress, without a node of its own. Elsewhere they refuse with `not-allowed`. */
export const bundleRequests = {
  /**
   * Fetches and pins the images, chooses ports, and has the three run; what an earlier try began is finished. Rejects `chain-unknown-fingerprint`, `chain-not-confirmed` while it is not
   * certain which chain this is. The task's steps: `engine`, `room`, `images`, `containers`.
   */
  'bundle.start': row(none, taskRef, { writes: true, waits: true }),
  /**
   * Takes the three and what the miner keeps away; chain, ledger, keys, earnings and backends stay. Rejects `claims-open` (detail.claims, detail.upokt) while claims are not paid, and
   * `work-unsent` while relays were served and not proven, unless the user has agreed to lose it. The task's steps: `stop`, `containers`, `volumes`, `records`.
   */
  'bundle.remove': row(z.strictObject({ loseOpenClaims: z.boolean().default(false) }), taskRef, { writes: true, waits: true }),
  /**
   * Which endpoint of the list the relay miner asks. Rejects `endpoint-unknown`, `endpoint-no-grpc` (detail.host), `endpoint-other-chain` (detail.host) for one that is not known to be of
   * the confirmed chain, `chain-unreachable` (detail.reason) for one that does not answer.
   */
  'bundle.chooseHost': row(z.strictObject({ rpcUrl: address }), done, { writes: true, waits: true }),
  /** Whether Hearth changes that host when it fails. It does unless told. */
  'bundle.hostByItself': row(z.strictObject({ on: z.boolean() }), done, { writes: true }),
} as const
