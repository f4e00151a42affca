import type { StatePublisher } from '../state/publisher.ts'
import { attachedFailing } from './attached-failing.ts'
import { backendBehind } from './backend-behind.ts'
import { chainNotConfirmed } from './chain-not-confirmed.ts'
import { chainStalled } from './chain-stalled.ts'
import type { Check } from './check.ts'
import { claimsDiscarded } from './claims-discarded.ts'
import { containersUnlisted } from './containers-unlisted.ts'
import { diskFull } from './disk-full.ts'
import { drillDue } from './drill-due.ts'
import { endpointDown } from './endpoint-down.ts'
import { endpointOtherChain } from './endpoint-other-chain.ts'
import { engineClock } from './engine-clock.ts'
import { engineGone } from './engine-gone.ts'
import { firstClaim } from './first-claim.ts'
import { keyFenced } from './key-fenced.ts'
import { keysNeeded } from './keys-needed.ts'
import { ledgerDifferent } from './ledger-different.ts'
import { minerDeaf } from './miner-deaf.ts'
import { minerHostChanged } from './miner-host-changed.ts'
import { minerHostDown } from './miner-host-down.ts'
import { nodeFailing } from './node-failing.ts'
import { operatorLow } from './operator-low.ts'
import { ownAddressAlarm } from './own-address-alarm.ts'
import { overserviced } from './overserviced.ts'
import { parameterChange } from './parameter-change.ts'
import { proofMissed } from './proof-missed.ts'
import { selfTestFailed } from './self-test-failed.ts'
import { servicePrice } from './service-price.ts'
import { supplierBelowMinimum } from './supplier-below-minimum.ts'
import { supplierDiffers } from './supplier-differs.ts'
import { unstakeWaits } from './unstake-waits.ts'
import { updateTrouble } from './update-trouble.ts'
import { upgradePlanned } from './upgrade-planned.ts'
import { volumeLost } from './volume-lost.ts'

/** All checks, worst consequence first. */
export const CHECKS: Check[] = [
  ownAddressAlarm,
  keysNeeded,
  keyFenced,
  ledgerDifferent,
  supplierBelowMinimum,
  proofMissed,
  volumeLost,
  operatorLow,
  engineGone,
  diskFull,
  nodeFailing,
  containersUnlisted,
  minerDeaf,
  minerHostDown,
  minerHostChanged,
  chainStalled,
  endpointOtherChain,
  chainNotConfirmed,
  endpointDown,
  attachedFailing,
  selfTestFailed,
  backendBehind,
  claimsDiscarded,
  unstakeWaits,
  supplierDiffers,
  engineClock,
  drillDue,
  updateTrouble,
  upgradePlanned,
  servicePrice,
  parameterChange,
  overserviced,
  firstClaim,
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
