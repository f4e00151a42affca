/** Session and window arithmetic. Source: onchain facts 5.2. Integers only; every height is a block height. */

export interface SessionRules {
  numBlocksPerSession: number
  gracePeriodEndOffsetBlocks: number
  claimWindowOpenOffsetBlocks: number
  claimWindowCloseOffsetBlocks: number
  proofWindowOpenOffsetBlocks: number
  proofWindowCloseOffsetBlocks: number
  sessionGridAnchorHeight: number
  sessionNumberAtAnchor: number
}

export interface SessionHeights {
  number: number
  start: number
  /** Last block of the session (E). */
  end: number
  graceEnd: number
  claimOpen: number
  claimClose: number
  proofOpen: number
  proofClose: number
  settle: number
}

/** The session that block `height` belongs to, with its windows. Anchors unset, or above the height, count as 1. */
export function sessionAt(height: number, rules: SessionRules): SessionHeights {
  const usable = rules.sessionGridAnchorHeight > 0 && rules.sessionGridAnchorHeight <= height
  const anchor = usable ? rules.sessionGridAnchorHeight : 1
  const numberAtAnchor = usable && rules.sessionNumberAtAnchor > 0 ? rules.sessionNumberAtAnchor : 1
  const length = rules.numBlocksPerSession
  const index = Math.floor((height - anchor) / length)
  return windowsFrom(anchor + index * length, numberAtAnchor + index, rules)
}

function windowsFrom(start: number, number: number, rules: SessionRules): SessionHeights {
  const end = start + rules.numBlocksPerSession - 1
  const claimOpen = end + rules.claimWindowOpenOffsetBlocks + 1
  const claimClose = claimOpen + rules.claimWindowCloseOffsetBlocks
  const proofOpen = claimClose + rules.proofWindowOpenOffsetBlocks
  const proofClose = proofOpen + rules.proofWindowCloseOffsetBlocks
  return {
    number,
    start,
    end,
    graceEnd: end + rules.gracePeriodEndOffsetBlocks,
    claimOpen,
    claimClose,
    proofOpen,
    proofClose,
    settle: proofClose,
  }
}

/** The sessions that are not closed at `height` (serving, claim, proof or settlement still ahead or now), oldest first. */
export function openSessions(height: number, rules: SessionRules): SessionHeights[] {
  const current = sessionAt(height, rules)
  const found = [current]
  for (let end = current.start - 1; end >= rules.numBlocksPerSession; end -= rules.numBlocksPerSession) {
    const session = sessionAt(end, rules)
    if (session.settle < height) break
    found.unshift(session)
  }
  return found
}

/** Height of the first block of the next session. */
export function nextSessionStart(height: number, rules: SessionRules): number {
  return sessionAt(height, rules).end + 1
}
