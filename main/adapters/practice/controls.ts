import { HearthError } from '#shared/api/errors.ts'
import type { PracticeControls, PracticeView } from '#main/core/ports/practice.ts'
import type { PracticeWorld } from './world.ts'
import { nextMoment, type Moment } from './time/moments.ts'

/** Time and scenarios of Practice, as the core asks for them. @param scenario that was played when Hearth was closed */
export function createControls(world: PracticeWorld, scenario: string | null): PracticeControls {
  const { clock } = world
  const listeners = new Set<() => void>()
  const playing = scenario as PracticeView['scenario']
  let operator: string | undefined

  const next = (): Moment | undefined => {
    const network = world.network()
    if (!network || network.ledger.height === 0) return undefined
    const { ledger } = network
    const served = world.miners().find((miner) => miner.serving)?.operatorAddress ?? operator
    return nextMoment({
      height: ledger.height,
      headTimeMs: ledger.timeMs,
      blockMs: ledger.genesis.blockMs,
      rules: ledger.params(),
      supplier: served === undefined ? undefined : ledger.supplier(served),
      claims: served === undefined ? [] : ledger.pendingClaims(served),
    })
  }
  const tell = (): void => {
    for (const listener of listeners) listener()
  }

  return {
    view() {
      const moment = next()
      return {
        nowMs: clock.now(),
        speed: clock.speed,
        paused: clock.paused,
        scenario: playing,
        next: moment && { kind: moment.kind, atMs: Math.round(moment.atMs), height: moment.height },
      }
    },
    async control(wish, keys) {
      operator = keys.operator ?? operator
      switch (wish.kind) {
        case 'speed':
          clock.setSpeed(wish.speed)
          break
        case 'pause':
          clock.setPaused(wish.paused)
          break
        case 'jump-to':
          clock.jumpTo(wish.atMs)
          break
        case 'next-moment': {
          const moment = next()
          if (!moment) throw new HearthError('chain-unreachable', { reason: 'no network is practised' })
          clock.jumpTo(Math.max(clock.now(), Math.ceil(moment.atMs)))
          break
        }
        case 'scenario':
        case 'scenario-file':
          throw new HearthError('not-allowed', { reason: 'scenarios' })
      }
      tell()
      return Promise.resolve()
    },
    onChange(listener) {
      listeners.add(listener)
    },
  }
}
