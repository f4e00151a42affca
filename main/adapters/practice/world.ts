import type { LocalChainRules } from '#shared/networks/local.ts'
import type { PracticeEngineControl } from './engine/control.ts'
import type { BackendControl } from './engine/programs/anvil.ts'
import type { NetworkParts, PracticeNetwork } from './network.ts'
import type { PracticeClock } from './parts.ts'
import type { Link } from './traffic/gateways.ts'
import type { MinerProgram } from './traffic/miner.ts'

/** Everything that scenarios may bend. */
export interface PracticeWorld {
  readonly clock: PracticeClock
  readonly engine: PracticeEngineControl
  readonly backend: BackendControl
  readonly rules: LocalChainRules
  readonly parts: NetworkParts
  network(): PracticeNetwork | undefined
  /** Another network takes the place of the one that is there. */
  replace(network: PracticeNetwork): void
  miners(): readonly MinerProgram[]
  setLink(link: Partial<Link> | undefined): void
}
