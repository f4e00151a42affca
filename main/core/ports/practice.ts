import type { MomentKind, PracticeControl } from '#shared/practice/controls.ts'
import type { ScenarioId } from '#shared/practice/scenario-ids.ts'

/** How the practised world stands. */
export interface PracticeView {
  /** UTC ms of the practised world when this was made. */
  nowMs: number
  speed: number
  paused: boolean
  /** The scenario that is being played, and null for a world of the user's own making. */
  scenario: ScenarioId | 'own' | null
  /** Where a jump would go; undefined without a chain. */
  next: { kind: MomentKind; atMs: number; height: number } | undefined
}

/** What scenarios build their supplier from. */
export interface PracticeSupplier {
  /** Addresses of the user's Practice keys. */
  owner: string | undefined
  operator: string | undefined
  /** Where relays are taken on this machine. */
  relayUrl: string
  /** Services that have a backend here. */
  servedHere: readonly string[]
}

/** What only Practice has: its time and its scenarios. */
export interface PracticeControls {
  view(): PracticeView
  /**
   * Does what was asked. A scenario makes the world anew around the user's own supplier; all that was there is gone.
   * Rejects `invalid-request` (speeds, jumps backwards, files of garbage), `key-unknown` for a scenario that needs keys which are not there.
   */
  control(wish: PracticeControl, here: PracticeSupplier): Promise<void>
  /** Told after every change of speed, pause, jump and scenario. */
  onChange(listener: () => void): void
}
