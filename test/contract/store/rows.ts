import type { BlockRows, ClaimChange, MovementRow } from '#main/core/ports/store.ts'
import type { IntentRow, IntentStatus } from '#shared/model/intent.ts'

export const DAY_MS = 86_400_000
export const DAY = 20_000 * DAY_MS
/** More than 64 bits: amounts must stay exact at any size. */
export const HUGE = 123_456_789_012_345_678_901_234_567_890n

export const identity = { network: 'local', operatorAddress: 'op', applicationAddress: 'app', serviceId: 'anvil', sessionEndHeight: 10 }

export function movement(fields: Partial<MovementRow> = {}): MovementRow {
  return {
    network: 'local',
    height: 2,
    position: 'tx:0:0',
    address: 'owner',
    deltaUpokt: 5n,
    kind: 'transfer',
    txHash: undefined,
    claim: undefined,
    timeMs: DAY,
    ...fields,
  }
}

export function reward(fields: Partial<MovementRow> = {}): MovementRow {
  const { network: _network, ...claim } = identity
  return movement({
    kind: 'reward',
    position: 'end:0:0',
    claim: { ...claim, opReason: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION' },
    ...fields,
  })
}

export function blockRows(height: number, movements: MovementRow[] = [], claims: ClaimChange[] = []): BlockRows {
  return { network: 'local', height, hash: `HASH${height}`, timeMs: DAY, claims, movements }
}

export function intentRow(status: IntentStatus, fields: Partial<IntentRow> = {}): IntentRow {
  const signed = status === 'signed' || status === 'broadcast' || status === 'included'
  return {
    id: 'i1',
    network: 'local',
    chainId: 'hearth-local-1',
    kind: 'send',
    keyId: 'k1',
    signerAddress: 'pokt1a',
    status,
    facts: { amountUpokt: '5' },
    signDocBytes: new Uint8Array([1, 2, 3]),
    txBytes: signed ? new Uint8Array([4, 5]) : undefined,
    txHash: signed ? 'AB' : undefined,
    timeoutHeight: 50,
    includedHeight: undefined,
    code: undefined,
    log: undefined,
    createdAtMs: 1,
    updatedAtMs: 2,
    ...fields,
  }
}
