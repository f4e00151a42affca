import type { Spending } from '#shared/api/health.ts'
import type { MovementRow } from '../../ports/store.ts'

const DAY_MS = 86_400_000
/** Less than this says nothing about a day. */
const LEAST_SPAN_MS = 6 * 3_600_000

/**
 * How long the operator's wallet lasts: what left it for fees and proofs, less what it earned, per day since the oldest of the movements given. What the user moved in or out,
 * or staked, does not count. Pure.
 * @param movements of the operator, the last ones @returns null while too little was seen, or when it earns what it spends
 */
export function operatorSpending(movements: readonly MovementRow[], balanceUpokt: bigint, nowMs: number): Spending | null {
  const running = movements.filter((row) => row.kind === 'fee' || row.kind === 'proof-fee' || row.kind === 'reward')
  const spanMs = nowMs - Math.min(...running.map((row) => row.timeMs))
  if (running.length === 0 || spanMs < LEAST_SPAN_MS) return null
  const net = -running.reduce((sum, row) => sum + row.deltaUpokt, 0n)
  const perDay = (net * BigInt(DAY_MS)) / BigInt(Math.round(spanMs))
  if (perDay <= 0n) return null
  return { upoktPerDay: perDay.toString(), daysLeft: Number(balanceUpokt / perDay) }
}
