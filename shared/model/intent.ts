import { z } from 'zod'

/**
 * A transaction from the wish to the block. The row is written before every step that leaves this machine, so that a crash between two steps is cured by
 * looking the hash up, never by sending again blindly.
 *
 * prepared -> signed -> broadcast -> included | refused | expired;  prepared -> discarded
 */
export const INTENT_STATUSES = ['prepared', 'discarded', 'signed', 'broadcast', 'included', 'refused', 'expired'] as const
export type IntentStatus = (typeof INTENT_STATUSES)[number]

export const intentKindSchema = z.enum([
  'stake-owner',
  'stake-services',
  'change-stake',
  'rescue',
  'cancel-unstake',
  'change-owner',
  'unstake',
  'send',
  'add-service',
  'transfer-service',
  'stake-application',
  'unstake-application',
  'delegate',
  'undelegate',
  'stake-gateway',
  'unstake-gateway',
  'claim-morse-account',
  'claim-morse-application',
  'claim-morse-supplier',
])
export type IntentKind = z.infer<typeof intentKindSchema>

export interface IntentRow {
  id: string
  network: string
  chainId: string
  kind: IntentKind
  keyId: string
  signerAddress: string
  status: IntentStatus
  /**
   * Plain facts for lists (amounts, addresses); the confirm sheet is never made from these. Some steer: `outside` = signed by a wallet outside; `dangers` = what was said
   * before signing, as JSON (shared/model/danger); `readBack` = a height after which the chain is asked again, or what it then said; `outcome` = `unsure` where an expired one may be
   * in a block that no node in reach knows; `waits` = `second-host` while one owner alone says that it was not taken.
   */
  facts: Record<string, string>
  signDocBytes: Uint8Array
  /** Present from `signed` on. */
  txBytes: Uint8Array | undefined
  /** Upper-case hex SHA-256 of txBytes, present from `signed` on. */
  txHash: string | undefined
  /** Absolute height after which the chain refuses the transaction. */
  timeoutHeight: number
  includedHeight: number | undefined
  code: number | undefined
  log: string | undefined
  createdAtMs: number
  updatedAtMs: number
}

const ORDER: Record<IntentStatus, number> = { prepared: 0, discarded: 9, signed: 1, broadcast: 2, included: 9, refused: 9, expired: 9 }

/** Whether a row may move from one status to another: never backwards, never out of a final one. */
export function mayMove(from: IntentStatus, to: IntentStatus): boolean {
  if (from === to) return true
  if (ORDER[from] === 9) return false
  if (to === 'discarded') return from === 'prepared'
  return ORDER[to] > ORDER[from]
}
