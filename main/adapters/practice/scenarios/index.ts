import { backendBehind } from './backend-behind.ts'
import { clock40sOff } from './clock-40s-off.ts'
import { diskFullTomorrow } from './disk-full-tomorrow.ts'
import { emptyOperatorWallet } from './empty-operator-wallet.ts'
import { endpointDown } from './endpoint-down.ts'
import { firstDay } from './first-day.ts'
import { overserviced } from './overserviced.ts'
import { parameterChange } from './parameter-change.ts'
import { priceCut90 } from './price-cut-90.ts'
import { proofMissedSlashed } from './proof-missed-slashed.ts'
import { stuckBelowMinimum } from './stuck-below-minimum.ts'
import { threeQuietYears } from './three-quiet-years.ts'
import { unstakedTooEarly } from './unstaked-too-early.ts'
import { upgradeTonight } from './upgrade-tonight.ts'
import type { Scenario } from './world.ts'

/** All that come with Hearth, in the order in which a screen lists them. */
export const SCENARIOS: readonly Scenario[] = [
  firstDay,
  threeQuietYears,
  proofMissedSlashed,
  stuckBelowMinimum,
  unstakedTooEarly,
  overserviced,
  diskFullTomorrow,
  upgradeTonight,
  parameterChange,
  clock40sOff,
  endpointDown,
  backendBehind,
  emptyOperatorWallet,
  priceCut90,
]
