import { describe, expect, it } from 'vitest'
import { nextSessionStart, openSessions, sessionAt, type SessionRules } from '#shared/model/session.ts'

const MAINNET: SessionRules = {
  numBlocksPerSession: 20,
  gracePeriodEndOffsetBlocks: 10,
  claimWindowOpenOffsetBlocks: 11,
  claimWindowCloseOffsetBlocks: 10,
  proofWindowOpenOffsetBlocks: 1,
  proofWindowCloseOffsetBlocks: 10,
  sessionGridAnchorHeight: 831_001,
  sessionNumberAtAnchor: 13_851,
}
const LOCAL: SessionRules = {
  numBlocksPerSession: 10,
  gracePeriodEndOffsetBlocks: 1,
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
  sessionGridAnchorHeight: 0,
  sessionNumberAtAnchor: 0,
}

describe('sessionAt', () => {
  it('gives worked example 1 (mainnet)', () => {
    expect(sessionAt(883_667, MAINNET)).toEqual({
      number: 16_484,
      start: 883_661,
      end: 883_680,
      graceEnd: 883_690,
      claimOpen: 883_692,
      claimClose: 883_702,
      proofOpen: 883_703,
      proofClose: 883_713,
      settle: 883_713,
    })
  })
  it('gives worked example 5 (local chain), with the anchor unset', () => {
    const expected = {
      number: 3,
      start: 21,
      end: 30,
      graceEnd: 31,
      claimOpen: 32,
      claimClose: 36,
      proofOpen: 36,
      proofClose: 40,
      settle: 40,
    }
    expect(sessionAt(25, LOCAL)).toEqual(expected)
    expect(sessionAt(21, LOCAL)).toEqual(expected)
    expect(sessionAt(30, LOCAL)).toEqual(expected)
    expect(sessionAt(31, LOCAL)).toMatchObject({ number: 4, start: 31 })
    expect(sessionAt(1, LOCAL)).toMatchObject({ number: 1, start: 1, end: 10 })
  })
  it('puts mainnet starts on heights that end in 1 and settlements on 13 modulo 20', () => {
    for (let height = 1_020_000; height < 1_020_100; height += 1) {
      const session = sessionAt(height, MAINNET)
      expect(session.start % 20).toBe(1)
      expect(session.end % 20).toBe(0)
      expect(session.settle % 20).toBe(13)
      expect(session.start).toBeLessThanOrEqual(height)
      expect(session.end).toBeGreaterThanOrEqual(height)
    }
  })
  it('counts an anchor above the height as unset', () => {
    expect(sessionAt(25, { ...LOCAL, sessionGridAnchorHeight: 26, sessionNumberAtAnchor: 9 })).toMatchObject({ number: 3, start: 21 })
    expect(sessionAt(26, { ...LOCAL, sessionGridAnchorHeight: 26, sessionNumberAtAnchor: 9 })).toMatchObject({
      number: 9,
      start: 26,
      end: 35,
    })
  })
  it('matches a session that a real chain answered', () => {
    // fixtures/default/rest/session-at-285.json
    expect(sessionAt(285, LOCAL)).toMatchObject({ number: 29, start: 281, end: 290 })
  })
})

describe('openSessions', () => {
  it('has the current session and every earlier one up to its settlement, oldest first', () => {
    expect(openSessions(883_693, MAINNET).map((session) => session.end)).toEqual([883_660, 883_680, 883_700])
    expect(openSessions(883_694, MAINNET).map((session) => session.end)).toEqual([883_680, 883_700])
    expect(openSessions(40, LOCAL).map((session) => session.end)).toEqual([30, 40])
    expect(openSessions(41, LOCAL).map((session) => session.end)).toEqual([40, 50])
    expect(openSessions(1, LOCAL).map((session) => session.end)).toEqual([10])
  })
})

describe('nextSessionStart', () => {
  it('is the block after the current end', () => {
    expect(nextSessionStart(883_667, MAINNET)).toBe(883_681)
    expect(nextSessionStart(883_680, MAINNET)).toBe(883_681)
    expect(nextSessionStart(883_681, MAINNET)).toBe(883_701)
  })
})
