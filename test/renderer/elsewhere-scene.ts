import type { AppState, ElsewhereState } from '#shared/api/state.ts'
import { elsewhere, finding } from '#test/shells/support/desktop-state.ts'
import { SCENES } from './scene.ts'

/** In Practice, with networks that are looked after beside it. */
export const besides = (now: number, ...others: ElsewhereState[]): AppState => ({
  ...SCENES.practising(now),
  elsewhere: Object.fromEntries(others.map((other) => [other.network, other])),
})

/** A relay miner that waits for its key. */
export const WAITS = elsewhere('mainnet', {
  up: { ingress: 'Ingress' },
  down: ['miner'],
  needsKey: true,
  findings: [finding('keys-needed', 'bad', { key: 'keys-needed', fix: 'unlock' })],
  findingsCount: 3,
})

/** All is well on Mainnet. */
export const mainnetGoesOn = (now: number): AppState => besides(now, elsewhere('mainnet'))

/** Mainnet waits for its key, the Local chain goes on. */
export const mainnetAsks = (now: number): AppState => ({
  ...besides(now, elsewhere('local'), WAITS),
  vault: { kind: 'locked', needed: null },
})
