import type { AppState } from '#shared/api/state.ts'

/**
 * The stock miner follows the chain by a subscription that can die while its container stays green: its height stands, and it sends no claims and proofs any more
 * (offchain facts 2.5, 2.9). Nothing but a start brings it back.
 */

/** Behind by so many blocks, and for so long, is no slow block any more. */
export const BEHIND_BLOCKS = 3
const BEHIND_MS = 30_000
/** The first block comes once it has read what it kept of its sessions, which may take a while. */
const FIRST_BLOCK_MS = 5 * 60_000
/** A start takes this long to show; the pause before another one doubles each time. */
const FIRST_PAUSE_MS = 10 * 60_000
const LONGEST_PAUSE_MS = 4 * 60 * 60_000
/** Well for this long, and the next trouble is a new one. */
const WELL_MS = 60 * 60_000

export interface WatchdogLook {
  nowMs: number
  /** Which life of the container answered; undefined while none does. */
  life: string | undefined
  /** From the miner's own metrics page; 0 where it answers and has heard of no block yet. */
  minerHeight: number | null
  /** From the chain node; undefined while it is not ready. */
  chainHeight: number | undefined
  lanes: AppState['clock']['lanes']
  /** Whether a restart that is asked for would be done: otherwise none is, and no turn is spent. */
  mayRestart: boolean
}

export interface WatchdogFinding {
  /** Blocks that the miner lacks, once that is more than a hiccup. */
  behind: number | undefined
  /** It should be started anew now. */
  restart: boolean
}

export interface Watchdog {
  look(seen: WatchdogLook): WatchdogFinding
  /** What kept the miner from the chain is over: the next restart waits for no pause of earlier ones. */
  forgive(): void
}

export function createWatchdog(): Watchdog {
  /** Since when the miner's height has stood, and where the chain was then. */
  let stands: { life: string; minerHeight: number; sinceMs: number } | undefined
  let wellSinceMs: number | undefined
  let isTold = false
  let pauseMs = FIRST_PAUSE_MS
  /** The pause after the last restart. */
  let turn: { fromMs: number; untilMs: number } | undefined

  return {
    forgive() {
      pauseMs = FIRST_PAUSE_MS
      turn = undefined
    },
    look({ nowMs, life, minerHeight, chainHeight, lanes, mayRestart }) {
      const nothing: WatchdogFinding = { behind: undefined, restart: false }
      // Away is another trouble, with its own remedy.
      if (life === undefined || minerHeight === null || chainHeight === undefined) return nothing
      const isNew = stands?.life !== life || stands.minerHeight !== minerHeight
      // A clock that was set back: what lies ahead of it now was not noted by it.
      if (turn !== undefined && nowMs < turn.fromMs) turn = undefined
      if (wellSinceMs !== undefined && nowMs < wellSinceMs) wellSinceMs = nowMs
      if (isNew || nowMs < (stands?.sinceMs ?? nowMs)) stands = { life, minerHeight, sinceMs: nowMs }
      const behind = chainHeight - minerHeight
      if (behind < BEHIND_BLOCKS) {
        wellSinceMs ??= nowMs
        isTold = false
        if (nowMs - wellSinceMs >= WELL_MS) pauseMs = FIRST_PAUSE_MS
        return nothing
      }
      wellSinceMs = undefined
      // One that catches up is slow, not deaf.
      if (nowMs - (stands?.sinceMs ?? nowMs) < (minerHeight === 0 ? FIRST_BLOCK_MS : BEHIND_MS)) return nothing
      // Said first, done with the next look: who looks should see why it is restarted.
      const wasTold = isTold
      isTold = true
      const isPausing = turn !== undefined && nowMs < turn.untilMs
      if (!wasTold || !mayRestart || isPausing || isProofBeingSent(lanes, chainHeight)) return { behind, restart: false }
      turn = { fromMs: nowMs, untilMs: nowMs + pauseMs }
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
      return { behind, restart: true }
    },
  }
}

/**
 * In the first half of a proof window the miner may still send, deaf or not, and a start in that moment could lose what it is about to send. In the second half it
 * would have, and a start is what saves the proof.
 */
export function isProofBeingSent(lanes: WatchdogLook['lanes'], height: number): boolean {
  return lanes.some(
    (lane) => lane.stage === 'proof-due' && height >= lane.proofOpen && height - lane.proofOpen < (lane.proofClose - lane.proofOpen) / 2,
  )
}
