import type { OwnChange } from '#shared/api/health.ts'
import type { IntentKind, IntentRow } from '#shared/model/intent.ts'
import type { SupplierRecord } from '../ports/chain.ts'
import { serviceText } from './read-back.ts'

/** What the chain's record of our supplier looked like, kept from look to look. */
export interface SeenRecord {
  /** It held at some block from `fromHeight` to `height`: a host answers from its newest, without saying which that was. */
  fromHeight: number
  height: number
  operatorAddress: string
  /** undefined = there was none. */
  record: { ownerAddress: string; stakeUpokt: string; unstakeSessionEndHeight: number; services: string[] } | undefined
}

/** Everything of ours that can explain a change. */
export interface Explanations {
  /** Transactions about this operator that Hearth sent and that are in a block. */
  sent: readonly Pick<IntentRow, 'kind' | 'includedHeight'>[]
  /** Slashed by the chain between the two looks. */
  slashedUpokt: bigint
  minStakeUpokt: bigint
  numBlocksPerSession: number
  /** Addresses of this vault. */
  own: ReadonlySet<string>
}

const STAKING: readonly IntentKind[] = [
  'stake-owner',
  'stake-services',
  'change-stake',
  'rescue',
  'cancel-unstake',
  'change-owner',
  'claim-morse-supplier',
]
const OFFERING: readonly IntentKind[] = ['stake-services', 'claim-morse-supplier', 'unstake', 'cancel-unstake', 'rescue']

/** The record as it is kept. */
export function seenRecord(
  operatorAddress: string,
  record: SupplierRecord | undefined,
  height: number,
  fromHeight: number = height,
): SeenRecord {
  return {
    fromHeight,
    height,
    operatorAddress,
    record: record && {
      ownerAddress: record.ownerAddress,
      stakeUpokt: record.stakeUpokt.toString(),
      unstakeSessionEndHeight: record.unstakeSessionEndHeight,
      services: [...new Set([...record.services, ...record.pending.map((entry) => entry.service)].map(serviceText))].sort(),
    },
  }
}

type Found = Pick<OwnChange, 'kind' | 'facts'>

/**
 * What changed between two looks that neither Hearth sent nor the network does by itself (onchain facts 2.4): activations, slashes, a forced unstake and the end of an
 * unbonding explain themselves. Pure.
 */
export function recordChanges(before: SeenRecord, now: SeenRecord, why: Explanations): Found[] {
  if (before.operatorAddress !== now.operatorAddress) return []
  const sent = (kinds: readonly IntentKind[], fromHeight = before.fromHeight): boolean =>
    why.sent.some((intent) => kinds.includes(intent.kind) && (intent.includedHeight ?? 0) > fromHeight)
  const { operatorAddress } = now
  const [old, fresh] = [before.record, now.record]
  if (old === undefined && fresh === undefined) return []
  if (old === undefined || fresh === undefined) {
    if (fresh !== undefined)
      return sent(STAKING) ? [] : [{ kind: 'supplier-created', facts: { operatorAddress, ownerAddress: fresh.ownerAddress } }]
    return old === undefined || old.unstakeSessionEndHeight > 0 ? [] : [{ kind: 'supplier-gone', facts: { operatorAddress } }]
  }
  const found: Found[] = []
  if (old.ownerAddress !== fresh.ownerAddress && !sent(['change-owner', 'claim-morse-supplier']))
    found.push({ kind: 'owner-changed', facts: { operatorAddress, ownerAddress: old.ownerAddress, newOwnerAddress: fresh.ownerAddress } })
  const delta = BigInt(fresh.stakeUpokt) - BigInt(old.stakeUpokt)
  // What was slashed in a block that either record may already know explains a drop up to its sum.
  if (delta !== 0n && -delta !== clamp(-delta, why.slashedUpokt) && !sent(STAKING))
    found.push(
      delta > 0n
        ? { kind: 'stake-raised', facts: { upokt: delta.toString(), operatorAddress } }
        : {
            kind: 'stake-lowered',
            facts: { operatorAddress, upokt: (-delta - why.slashedUpokt).toString(), ownerAddress: fresh.ownerAddress },
          },
    )
  const isLeaving = fresh.unstakeSessionEndHeight > 0
  if (old.unstakeSessionEndHeight === 0 && isLeaving && !sent(['unstake']) && BigInt(fresh.stakeUpokt) >= why.minStakeUpokt)
    found.push({ kind: 'unstake-begun', facts: { operatorAddress, ownerAddress: fresh.ownerAddress, upokt: fresh.stakeUpokt } })
  if (old.unstakeSessionEndHeight > 0 && !isLeaving && !sent(STAKING)) found.push({ kind: 'unstake-cancelled', facts: { operatorAddress } })
  const added = fresh.services.filter((text) => !old.services.includes(text))
  const gone = old.services.filter((text) => !fresh.services.includes(text))
  // What is replaced goes on to the end of the session: what is gone now may have been sent in the one before.
  const isGoneOurs = isLeaving || added.length > 0 || sent(OFFERING, before.fromHeight - why.numBlocksPerSession - 1)
  if ((added.length > 0 && !sent(OFFERING)) || (gone.length > 0 && !isGoneOurs))
    found.push({ kind: 'services-changed', facts: { services: idsIn([...added, ...gone]), operatorAddress } })
  return found
}

const clamp = (upokt: bigint, most: bigint): bigint => (upokt < 0n ? 0n : upokt > most ? most : upokt)

function idsIn(texts: readonly string[]): string {
  const ids = texts.map((text) => (JSON.parse(text) as [string])[0])
  return [...new Set(ids)].join(', ').slice(0, 200)
}
