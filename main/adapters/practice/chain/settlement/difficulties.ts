import { nextRelaysAverage, targetHashFor, targetHashHex } from '#shared/model/difficulty.ts'
import { emit, liveSession, type Frame } from '../frame.ts'
import type { DifficultyState } from '../state.ts'

/** After a settlement, every service that was paid for gets a new difficulty, which holds from the next session on (onchain facts 5.3). */
export function updateDifficulties(frame: Frame, relays: ReadonlyMap<string, bigint>): void {
  const { state, height } = frame
  const { targetNumRelays } = state.live
  const nextStart = liveSession(frame).end + 1
  for (const [serviceId, settled] of [...relays].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const history = state.difficulties.get(serviceId) ?? []
    const first: DifficultyState = { height, relaysAverage: settled, targetHash: targetHashFor(targetNumRelays, settled) }
    const before = history.at(-1) ?? first
    const relaysAverage = nextRelaysAverage(before.relaysAverage, settled)
    const next: DifficultyState = { height: nextStart, relaysAverage, targetHash: targetHashFor(targetNumRelays, relaysAverage) }
    const kept = (history.length === 0 ? [first] : history).filter((entry) => entry.height !== nextStart)
    state.difficulties.set(serviceId, [...kept, next].slice(-REMEMBERED))
    emit(frame, 'pocket.service.EventRelayMiningDifficultyUpdated', {
      new_num_relays_ema: relaysAverage.toString(),
      new_target_hash_hex_encoded: targetHashHex(next.targetHash),
      prev_num_relays_ema: before.relaysAverage.toString(),
      prev_target_hash_hex_encoded: targetHashHex(before.targetHash),
      service_id: serviceId,
    })
  }
}

/** Difficulties are asked for at the start of sessions that are still open; a few dozen reach back far enough. */
const REMEMBERED = 64
