import { expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { minerHostChanged } from '#main/core/checks/miner-host-changed.ts'
import { minerHostDown } from '#main/core/checks/miner-host-down.ts'

const NOW = 1_000_000_000
const stateWith = (bundle: Partial<NonNullable<AppState['bundle']>>): AppState =>
  ({
    bundle: { host: 'b', chosen: false, ...bundle },
    chain: { endpoints: {} },
    nodes: { miner: { kind: 'relay-miner', wanted: 'running', title: 'Relay miner' } },
  }) as unknown as AppState

it('a host that fails is told after three minutes; where Hearth may change it, a minute later', () => {
  const told = (byItself: boolean, ms: number): boolean =>
    minerHostDown.look(stateWith({ byItself, badSinceMs: NOW - ms }), NOW) !== undefined
  expect([told(false, 179_999), told(false, 180_000), told(true, 239_999), told(true, 240_000)]).toEqual([false, true, false, true])
})

it('a change by Hearth is told for a day, a stand-in for as long as it is one, and a way back not at all', () => {
  const key = (bundle: Partial<NonNullable<AppState['bundle']>>): string | undefined => minerHostChanged.look(stateWith(bundle), NOW)?.key
  const day = 24 * 3_600_000
  const changed = (ms: number): { from: string; atMs: number; why: 'silent' } => ({ from: 'a', atMs: NOW - ms, why: 'silent' })
  expect([key({ changed: changed(day - 1) }), key({ changed: changed(day) })]).toEqual(['miner-host-changed', undefined])
  expect(key({ changed: changed(9 * day), standsInFor: 'a' })).toBe('miner-host-stands-in')
  expect(key({ changed: { ...changed(0), why: 'back' } })).toBeUndefined()
  expect(key({ changed: null })).toBeUndefined()
})
