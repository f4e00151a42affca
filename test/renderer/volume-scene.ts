import type { AppState } from '#shared/api/state.ts'
import { servedOnMainnet } from './mainnet-scene.ts'

/** The relay miner's volume was pruned with claims open; it goes on with an empty one. */
export function volumeGone(now: number): AppState {
  const state = servedOnMainnet(now)
  return {
    ...state,
    engine: { ...state.engine, lost: [{ nodeId: 'miner', atMs: now - 240_000, risk: [] }] },
    attention: {
      'volume-lost': {
        id: 'volume-lost',
        level: 'bad',
        key: 'volume-lost-claims',
        facts: { count: '2', claimedUpokt: '1420000', penaltyUpokt: '320000000', height: String(state.chain.height + 41) },
        fix: 'nodes',
        sinceMs: now - 240_000,
      },
    },
  }
}

/** Somebody made a second relay miner with the labels of ours. */
export function copiedMiner(now: number): AppState {
  const state = servedOnMainnet(now)
  const name = 'miner-before-update'
  return {
    ...state,
    engine: { ...state.engine, kind: 'ready', unlisted: [{ id: name, title: name, isUp: true, copyOf: 'miner' }] },
    attention: {
      'containers-unlisted': {
        id: 'containers-unlisted',
        level: 'bad',
        key: 'containers-copied-miner',
        facts: { titles: name },
        fix: 'nodes',
        sinceMs: now - 60_000,
      },
    },
  }
}
