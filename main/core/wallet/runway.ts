import type { Runway } from '#shared/api/wallet-requests.ts'
import { UPOKT_PER_POKT } from '#shared/model/money.ts'
import type { MovementRow } from '../ports/store.ts'

const DAY_MS = 86_400_000
/** Fees are averaged over so long. */
export const RUNWAY_SPAN_MS = 7 * DAY_MS
/** Less than this says nothing about a day. */
const LEAST_SPAN_MS = 3_600_000
/** From design/screens section 7. */
const OK_DAYS = 30
const WARN_DAYS = 14
const BAD_DAYS = 3
/** A top-up lasts two months by the fees of the last week. */
const TOP_UP_DAYS = 60n
/** Sessions that a top-up must cover at least. */
const TOP_UP_SESSIONS = 20n
/** A session's claims and its proofs are sent in one transaction each, as the miner does. */
const TXS_PER_SESSION = 2n

/**
 * How long an operator's wallet lasts by what it paid in the last seven days. Pay that reached it is not taken off: nobody promises more of it.
 * @param movements of the address, newest first, back to seven days at least unless there are fewer
 * @param sinceMs when reading of this address began
 * @param proofFeeUpokt what the chain asks for each proof now @param leastUpokt under which the user wants to be warned, whatever the average says
 */
export function feeRunway(input: {
  address: string
  balanceUpokt: bigint
  movements: readonly MovementRow[]
  sinceMs: number
  nowMs: number
  proofFeeUpokt: bigint
  leastUpokt: bigint
}): Runway {
  const { address, balanceUpokt, movements, nowMs, proofFeeUpokt, leastUpokt } = input
  const fromMs = Math.max(nowMs - RUNWAY_SPAN_MS, input.sinceMs)
  const spanMs = Math.max(0, nowMs - fromMs)
  const paid = movements.filter((row) => row.timeMs >= fromMs && row.deltaUpokt < 0n)
  const sum = (kind: MovementRow['kind']): bigint =>
    -paid.filter((row) => row.kind === kind).reduce((total, row) => total + row.deltaUpokt, 0n)
  const feesUpokt = sum('fee')
  const proofFeesUpokt = sum('proof-fee')
  const transactions = new Set(paid.filter((row) => row.kind === 'fee').map((row) => row.txHash)).size
  const txFeeUpokt = transactions === 0 ? 0n : ceilDiv(feesUpokt, BigInt(transactions))
  const claims = mostProofsInABlock(paid)
  const need = BigInt(claims) * proofFeeUpokt + TXS_PER_SESSION * txFeeUpokt
  const spent = feesUpokt + proofFeesUpokt
  const perDay = spanMs < LEAST_SPAN_MS ? null : ceilDiv(spent * BigInt(DAY_MS), BigInt(Math.round(spanMs)))
  const daysLeft = perDay === null || perDay === 0n ? null : Number(balanceUpokt / perDay)
  const level = levelOf(balanceUpokt, need > leastUpokt ? need : leastUpokt, perDay, daysLeft)
  return {
    address,
    balanceUpokt: balanceUpokt.toString(),
    feesUpokt: feesUpokt.toString(),
    proofFeesUpokt: proofFeesUpokt.toString(),
    transactions,
    sinceMs: fromMs,
    spanMs,
    perDayUpokt: perDay?.toString() ?? null,
    daysLeft,
    nextSession: { upokt: need.toString(), claims, proofFeeUpokt: proofFeeUpokt.toString(), txFeeUpokt: txFeeUpokt.toString() },
    level,
    topUpUpokt: level === 'ok' || level === 'unknown' ? null : topUp(balanceUpokt, perDay ?? 0n, need).toString(),
  }
}

function levelOf(balance: bigint, need: bigint, perDay: bigint | null, daysLeft: number | null): Runway['level'] {
  if (balance === 0n || balance < need) return 'bad'
  if (perDay === null) return 'unknown'
  if (daysLeft === null) return 'ok'
  if (daysLeft < BAD_DAYS) return 'bad'
  if (daysLeft < WARN_DAYS) return 'warn'
  return daysLeft < OK_DAYS ? 'watch' : 'ok'
}

/** In whole POKT, at least one: what is missing for two months, or for twenty sessions where that is more. */
function topUp(balance: bigint, perDay: bigint, need: bigint): bigint {
  const wanted = perDay * TOP_UP_DAYS > need * TOP_UP_SESSIONS ? perDay * TOP_UP_DAYS : need * TOP_UP_SESSIONS
  const missing = wanted > balance ? wanted - balance : 0n
  const whole = ceilDiv(missing, UPOKT_PER_POKT) * UPOKT_PER_POKT
  return whole < UPOKT_PER_POKT ? UPOKT_PER_POKT : whole
}

/** The most proofs that one block took a fee for: the claims of the fullest session. */
function mostProofsInABlock(paid: readonly MovementRow[]): number {
  const byHeight = new Map<number, number>()
  for (const row of paid) if (row.kind === 'proof-fee') byHeight.set(row.height, (byHeight.get(row.height) ?? 0) + 1)
  return Math.max(0, ...byHeight.values())
}

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b
