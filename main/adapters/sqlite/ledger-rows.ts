import type { ClaimRow, ClaimStage, MovementRow } from '#main/core/ports/store.ts'

/** Rows of the views `claim_rows` and `movement_rows` and what they mean. Amounts are decimal text on disk and bigint everywhere else. */

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

const amount = (value: string | null): bigint | undefined => (value === null ? undefined : BigInt(value))

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
  operator_address: string | null
  application_address: string | null
  service_id: string | null
  session_end_height: number | null
  op_reason: string | null
  time_ms: number
}

export const readMovement = (row: StoredMovement): MovementRow => ({
  network: row.network,
  height: row.height,
  position: row.position,
  address: row.address,
  deltaUpokt: BigInt(row.delta_upokt),
  kind: row.kind,
  txHash: row.tx_hash ?? undefined,
  claim:
    row.session_end_height === null
      ? undefined
      : {
          operatorAddress: row.operator_address ?? '',
          applicationAddress: row.application_address ?? '',
          serviceId: row.service_id ?? '',
          sessionEndHeight: row.session_end_height,
          opReason: row.op_reason ?? '',
        },
  timeMs: row.time_ms,
})
