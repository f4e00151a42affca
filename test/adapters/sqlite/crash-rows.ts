import type { BlockRows } from '#main/core/ports/store.ts'
import type { IntentRow, IntentStatus } from '#shared/model/intent.ts'

export const CRASH_BLOCKS = 12
const TIME_MS = 1_790_000_000_000

/** A block with a claim, two rewards and a fee, so that a half-written one would show in every table. */
export function crashBlock(height: number): BlockRows {
  const claim = { operatorAddress: 'op', applicationAddress: 'app', serviceId: 'anvil', sessionEndHeight: height }
  const base = { network: 'local', height, txHash: undefined, timeMs: TIME_MS + height }
  const opReason = 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION'
  return {
    network: 'local',
    height,
    hash: `HASH${height}`,
    timeMs: TIME_MS + height,
    claims: [{ ...claim, network: 'local', stage: 'settled', settledHeight: height, settledAtMs: TIME_MS + height, settledUpokt: 100n }],
    movements: [
      { ...base, position: 'end:0:0', address: 'owner', deltaUpokt: 70n, kind: 'reward', claim: { ...claim, opReason } },
      { ...base, position: 'end:0:1', address: 'op', deltaUpokt: 30n, kind: 'reward', claim: { ...claim, opReason } },
      { ...base, position: 'tx:0:0', address: 'op', deltaUpokt: -1n, kind: 'fee', claim: undefined },
    ],
  }
}

/** One transaction on its way from the wish to the network. */
export function crashIntents(): IntentRow[] {
  const row = (status: IntentStatus): IntentRow => ({
    id: 'i1',
    network: 'mainnet',
    chainId: 'pocket',
    kind: 'stake-owner',
    keyId: 'k1',
    signerAddress: 'pokt1a',
    status,
    facts: {},
    signDocBytes: new Uint8Array([1]),
    txBytes: status === 'prepared' ? undefined : new Uint8Array([2]),
    txHash: status === 'prepared' ? undefined : 'AB',
    timeoutHeight: 9,
    includedHeight: undefined,
    code: undefined,
    log: undefined,
    createdAtMs: 1,
    updatedAtMs: 1,
  })
  return [row('prepared'), row('signed'), row('broadcast')]
}
