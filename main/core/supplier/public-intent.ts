import type { IntentState } from '#shared/api/state.ts'
import { readDangers } from '#shared/model/danger.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import type { ChainParams } from '../ports/chain.ts'
import { refusalDetail } from './draft.ts'
import { OUTCOME } from './follow.ts'

/** Facts that steer and are told in fields of their own. */
const STEERING: ReadonlySet<string> = new Set(['dangers', OUTCOME])

/** What the page is told of a stored transaction. */
export function publicIntent(row: IntentRow): IntentState {
  const dangers = readDangers(row.facts['dangers'])
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    signerAddress: row.signerAddress,
    facts: Object.fromEntries(Object.entries(row.facts).filter(([name]) => !STEERING.has(name))),
    txHash: row.txHash ?? null,
    timeoutHeight: row.timeoutHeight,
    includedHeight: row.includedHeight ?? null,
    error:
      row.status === 'refused'
        ? { code: 'tx-refused', detail: refusalDetail(row.log ?? '', row.code) }
        : row.status === 'expired'
          ? { code: row.facts[OUTCOME] === undefined ? 'tx-expired' : 'tx-unsure', detail: {} }
          : null,
    // What is over needs no warning any more, and the published state is small.
    ...(row.status === 'prepared' && dangers.length > 0 ? { dangers } : {}),
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
  }
}

/** How long a stake takes to come back, from the chain's own numbers. */
export function unbondingText(params: ChainParams, medianBlockMs: number | null): string {
  const blocks = params.supplierUnbondingPeriodSessions * params.numBlocksPerSession
  const sessions = `${params.supplierUnbondingPeriodSessions} session${params.supplierUnbondingPeriodSessions === 1 ? '' : 's'}`
  const base = `${blocks.toLocaleString('en')} blocks (${sessions}) after the session in which you unstake`
  if (medianBlockMs === null) return base
  const seconds = (blocks * medianBlockMs) / 1000
  const time =
    seconds < 120
      ? `${Math.max(1, Math.round(seconds))} s`
      : seconds < 7_200
        ? `${Math.round(seconds / 60)} min`
        : seconds < 172_800
          ? `${Math.round(seconds / 3600)} h`
          : `${Math.round(seconds / 86_400)} days`
  return `${base}, about ${time}`
}
