import type { StatePublisher } from '../state/publisher.ts'
import { chainStalled } from './chain-stalled.ts'
import type { Check } from './check.ts'
import { engineClock } from './engine-clock.ts'
import { engineGone } from './engine-gone.ts'
import { keysNeeded } from './keys-needed.ts'
import { ledgerDifferent } from './ledger-different.ts'
import { nodeFailing } from './node-failing.ts'
import { operatorLow } from './operator-low.ts'
import { supplierBelowMinimum } from './supplier-below-minimum.ts'
import { supplierDiffers } from './supplier-differs.ts'

/** All checks, worst consequence first. */
export const CHECKS: Check[] = [
  keysNeeded,
  ledgerDifferent,
  supplierBelowMinimum,
  operatorLow,
  engineGone,
  nodeFailing,
  chainStalled,
  supplierDiffers,
  engineClock,
]

/** Runs every check and publishes what was found; a finding keeps the time at which it began. */
export function runChecks(publisher: StatePublisher, nowMs: number): void {
  for (const check of CHECKS) {
    const finding = check.look(publisher.state, nowMs)
    const before = publisher.state.attention[check.id]
    if (!finding) publisher.remove('attention', check.id)
    else publisher.put('attention', check.id, { id: check.id, ...finding, sinceMs: before?.key === finding.key ? before.sinceMs : nowMs })
  }
}
