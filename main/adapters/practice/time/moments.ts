import type { ChainParams, PendingClaim, SupplierRecord } from '#main/core/ports/chain.ts'
import { openSessions, sessionAt, type SessionHeights } from '#shared/model/session.ts'
import { MOMENTS, type MomentKind } from '#shared/practice/controls.ts'

/** A height at which something happens to the practised supplier. */
export interface Moment {
  /** Why it is worth a jump; a key of `renderer/text` with `facts`. */
  kind: MomentKind
  height: number
  /** When its block is made, by the rhythm of the blocks. */
  atMs: number
  facts: Record<string, string>
}

export interface MomentInput {
  height: number
  /** Time of block `height`. */
  headTimeMs: number
  blockMs: number
  rules: ChainParams
  /** Record of the user's supplier, if it has one. */
  supplier: SupplierRecord | undefined
  /** Its open claims. */
  claims: readonly PendingClaim[]
}

/**
 * Everything ahead that is worth a jump, soonest first; at one height the most telling first. The end of the current session is always among them. Windows count only
 * where there is work for them: a claim window when the supplier serves, a proof window while a claim is unproven (onchain facts 5.2, 5.4, 2.4).
 */
export function momentsAhead(input: MomentInput): Moment[] {
  const { height, rules, supplier, claims } = input
  const found: Moment[] = []
  const add = (kind: MomentKind, at: number, facts: Record<string, string>): void => {
    if (at > height)
      found.push({ kind, height: at, atMs: input.headTimeMs + (at - height) * input.blockMs, facts: { ...facts, height: String(at) } })
  }
  const current = sessionAt(height, rules)
  add('session-end', current.end, { sessionNumber: String(current.number) })
  const claimed = new Map(claims.map((claim) => [claim.sessionEndHeight, sessionAt(claim.sessionEndHeight, rules)]))
  for (const session of openSessions(height, rules)) {
    const serves = supplier !== undefined && supplier.services.length > 0
    if (serves && !claimed.has(session.end)) add('claim-window', session.claimOpen, sessionFacts(session))
  }
  for (const session of claimed.values()) {
    const open = claims.filter((claim) => claim.sessionEndHeight === session.end)
    const facts = { ...sessionFacts(session), claims: String(open.length) }
    if (open.some((claim) => claim.proofStatus === 'pending')) add('proof-window', session.proofOpen, facts)
    add('settlement', session.settle, facts)
  }
  for (const pending of supplier?.pending ?? []) add('activation', pending.activationHeight, { serviceId: pending.service.serviceId })
  const end = supplier && unbondingEnd(supplier, rules)
  if (end !== undefined) add('unbonding-end', end, {})
  return found.sort(byHeight)
}

const byHeight = (a: Moment, b: Moment): number => a.height - b.height || MOMENTS.indexOf(a.kind) - MOMENTS.indexOf(b.kind)

/** What comes first of several suppliers' moments, by the same order; undefined of none. */
export const soonest = (moments: readonly Moment[]): Moment | undefined => moments.toSorted(byHeight)[0]

/** The nearest of them: where `jump to the next interesting moment` goes. */
export function nextMoment(input: MomentInput): Moment {
  // The block after the end of a session is in the next one, which ends ahead: there is always a moment.
  return momentsAhead(input)[0] ?? endOfNextSession(input)
}

function endOfNextSession(input: MomentInput): Moment {
  const next = sessionAt(input.height + 1, input.rules)
  const blocks = next.end - input.height
  return {
    kind: 'session-end',
    height: next.end,
    atMs: input.headTimeMs + blocks * input.blockMs,
    facts: { sessionNumber: String(next.number), height: String(next.end) },
  }
}

const sessionFacts = (session: SessionHeights): Record<string, string> => ({
  sessionNumber: String(session.number),
  sessionEnd: String(session.end),
})

/** The block in which the stake comes back: the first session end at or above the unbonding's end. Undefined while not unbonding. */
function unbondingEnd(supplier: SupplierRecord, rules: ChainParams): number | undefined {
  if (supplier.unstakeSessionEndHeight === 0) return undefined
  const over = supplier.unstakeSessionEndHeight + rules.supplierUnbondingPeriodSessions * rules.numBlocksPerSession
  return sessionAt(over, rules).end
}
