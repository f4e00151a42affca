/** How long is waited before the relay miner's host is changed without the user. Milliseconds; the tests of the whole have shorter ones. */
export interface HostTimes {
  /** One late or lost answer is no trouble yet: behind one address there can be several hosts. */
  hiccupMs: number
  /** While nothing is due a host has this long to come back. */
  calmMs: number
  /** A window that opens within this time is near: by then a host has to be found, the miner drained, started, and its trees read from disk. */
  soonMs: number
  /** Between two changes by Hearth; each in a row doubles it, up to the longest. Where something is due it is the first pause. */
  firstPauseMs: number
  longestPauseMs: number
  /** A host that failed, or would not do, is the last to be taken for this long. */
  lastInLineMs: number
  /** The user's own host, well without a break for this long, is gone back to. */
  wellAgainMs: number
  /** So many silences within such a time, each over in a moment, are no hiccups. */
  flickers: number
  flickerMs: number
  /** Nobody looked for so long, as while the PC slept: what was seen before says nothing of that time. */
  unseenMs: number
}

const MINUTE_MS = 60_000

export const HOST_TIMES: HostTimes = {
  hiccupMs: 30_000,
  calmMs: 3 * MINUTE_MS,
  soonMs: 4 * MINUTE_MS,
  firstPauseMs: 2 * MINUTE_MS,
  longestPauseMs: 60 * MINUTE_MS,
  lastInLineMs: 30 * MINUTE_MS,
  wellAgainMs: 30 * MINUTE_MS,
  flickers: 5,
  flickerMs: 30 * MINUTE_MS,
  unseenMs: 2 * MINUTE_MS,
}
