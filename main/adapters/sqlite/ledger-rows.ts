import type { ClaimChange, ClaimRow, ClaimStage, MovementRow } from '#main/core/ports/store.ts'
import { claimKey } from '#shared/model/claim.ts'

/** Rows of the ledger tables and what they mean. Amounts are decimal text on disk and bigint everywhere else. */

export interface StoredClaim {
  network: string
  session_end_height: number
  key: string
  operator_address: string
  application_address: string
  service_id: string
  session_id: string | null
  stage: string
  relays: string | null
  claimed_compute_units: string | null
  estimated_compute_units: string | null
  claimed_upokt: string | null
  settled_upokt: string | null
  minted_upokt: string | null
  overservicing_loss_upokt: string | null
  deflation_loss_upokt: string | null
  slashed_upokt: string | null
  claim_height: number | null
  claim_tx_hash: string | null
  proof_height: number | null
  proof_tx_hash: string | null
  settled_height: number | null
  settled_at_ms: number | null
  proof_requirement: string | null
  reason: string | null
}

/** Columns of a claim that a later block may fill or replace; one left out (null) keeps what stands. */
export const CLAIM_COLUMNS = [
  'session_id',
  'relays',
  'claimed_compute_units',
  'estimated_compute_units',
  'claimed_upokt',
  'settled_upokt',
  'minted_upokt',
  'overservicing_loss_upokt',
  'deflation_loss_upokt',
  'slashed_upokt',
  'claim_height',
  'claim_tx_hash',
  'proof_height',
  'proof_tx_hash',
  'settled_height',
  'settled_at_ms',
  'proof_requirement',
  'reason',
] as const satisfies (keyof StoredClaim)[]

const text = (value: bigint | undefined): string | null => value?.toString() ?? null
const amount = (value: string | null): bigint | undefined => (value === null ? undefined : BigInt(value))

export const storeClaim = (row: ClaimChange): StoredClaim => ({
  network: row.network,
  session_end_height: row.sessionEndHeight,
  key: claimKey(row),
  operator_address: row.operatorAddress,
  application_address: row.applicationAddress,
  service_id: row.serviceId,
  session_id: row.sessionId ?? null,
  stage: row.stage,
  relays: text(row.relays),
  claimed_compute_units: text(row.claimedComputeUnits),
  estimated_compute_units: text(row.estimatedComputeUnits),
  claimed_upokt: text(row.claimedUpokt),
  settled_upokt: text(row.settledUpokt),
  minted_upokt: text(row.mintedUpokt),
  overservicing_loss_upokt: text(row.overservicingLossUpokt),
  deflation_loss_upokt: text(row.deflationLossUpokt),
  slashed_upokt: text(row.slashedUpokt),
  claim_height: row.claimHeight ?? null,
  claim_tx_hash: row.claimTxHash ?? null,
  proof_height: row.proofHeight ?? null,
  proof_tx_hash: row.proofTxHash ?? null,
  settled_height: row.settledHeight ?? null,
  settled_at_ms: row.settledAtMs ?? null,
  proof_requirement: row.proofRequirement ?? null,
  reason: row.reason ?? null,
})

/** A claim first heard of in the middle of its life lacks its counts: they read as 0. */
export const readClaim = (row: StoredClaim): ClaimRow => ({
  network: row.network,
  operatorAddress: row.operator_address,
  applicationAddress: row.application_address,
  serviceId: row.service_id,
  sessionEndHeight: row.session_end_height,
  sessionId: row.session_id ?? undefined,
  stage: row.stage as ClaimStage,
  relays: BigInt(row.relays ?? 0),
  claimedComputeUnits: BigInt(row.claimed_compute_units ?? 0),
  estimatedComputeUnits: BigInt(row.estimated_compute_units ?? 0),
  claimedUpokt: BigInt(row.claimed_upokt ?? 0),
  settledUpokt: amount(row.settled_upokt),
  mintedUpokt: amount(row.minted_upokt),
  overservicingLossUpokt: amount(row.overservicing_loss_upokt),
  deflationLossUpokt: amount(row.deflation_loss_upokt),
  slashedUpokt: amount(row.slashed_upokt),
  claimHeight: row.claim_height ?? undefined,
  claimTxHash: row.claim_tx_hash ?? undefined,
  proofHeight: row.proof_height ?? undefined,
  proofTxHash: row.proof_tx_hash ?? undefined,
  settledHeight: row.settled_height ?? undefined,
  settledAtMs: row.settled_at_ms ?? undefined,
  proofRequirement: row.proof_requirement ?? undefined,
  reason: row.reason ?? undefined,
})

export interface StoredMovement {
  network: string
  address: string
  height: number
  position: string
  delta_upokt: string
  kind: MovementRow['kind']
  tx_hash: string | null
  claim_key: string | null
  operator_address: string | null
  application_address: string | null
  service_id: string | null
  session_end_height: number | null
  op_reason: string | null
  time_ms: number
}

export const storeMovement = (row: MovementRow): StoredMovement => ({
  network: row.network,
  address: row.address,
  height: row.height,
  position: row.position,
  delta_upokt: row.deltaUpokt.toString(),
  kind: row.kind,
  tx_hash: row.txHash ?? null,
  claim_key: row.claim ? claimKey(row.claim) : null,
  operator_address: row.claim?.operatorAddress ?? null,
  application_address: row.claim?.applicationAddress ?? null,
  service_id: row.claim?.serviceId ?? null,
  session_end_height: row.claim?.sessionEndHeight ?? null,
  op_reason: row.claim?.opReason ?? null,
  time_ms: row.timeMs,
})

export const readMovement = (row: StoredMovement): MovementRow => ({
  network: row.network,
  height: row.height,
  position: row.position,
  address: row.address,
  deltaUpokt: BigInt(row.delta_upokt),
  kind: row.kind,
  txHash: row.tx_hash ?? undefined,
  claim:
    row.claim_key === null
      ? undefined
      : {
          operatorAddress: row.operator_address ?? '',
          applicationAddress: row.application_address ?? '',
          serviceId: row.service_id ?? '',
          sessionEndHeight: row.session_end_height ?? 0,
          opReason: row.op_reason ?? '',
        },
  timeMs: row.time_ms,
})
