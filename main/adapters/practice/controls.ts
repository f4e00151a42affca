import { assertNever } from '#shared/lib/assert-never.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { PracticeControls, PracticeSupplier, PracticeView } from '#main/core/ports/practice.ts'
import type { PracticeWorld } from './world.ts'
import { applyScenario } from './scenarios/apply.ts'
import { parseScenarioFile, scenarioFromFile } from './scenarios/from-file.ts'
import { SCENARIOS } from './scenarios/index.ts'
import type { Scenario } from './scenarios/world.ts'
import { nextMoment, soonest, type Moment } from './time/moments.ts'

/** Time and scenarios of Practice, as the core asks for them. @param scenario that was played when Hearth was closed */
export function createControls(world: PracticeWorld, scenario: string | null): PracticeControls {
  const { clock } = world
  const listeners = new Set<() => void>()
  let playing = scenario as PracticeView['scenario']
  let operator: string | undefined

  const next = (): Moment | undefined => {
    const network = world.network()
    if (!network || network.ledger.height === 0) return undefined
    const { ledger } = network
    // All suppliers that are served here, and the one that scenarios play for: what comes first of any of them.
    const served = world.miners().flatMap((miner) => miner.operatorAddresses)
    const operators = [...new Set([...served, ...(operator === undefined ? [] : [operator])])]
    const of = (address: string | undefined): Moment =>
      nextMoment({
        height: ledger.height,
        headTimeMs: ledger.timeMs,
        blockMs: ledger.genesis.blockMs,
        rules: ledger.params(),
        supplier: address === undefined ? undefined : ledger.supplier(address),
        claims: address === undefined ? [] : ledger.pendingClaims(address),
      })
    return soonest(operators.length === 0 ? [of(undefined)] : operators.map(of))
  }
  const play = async (chosen: Pick<Scenario, 'needsKeys' | 'build'>, here: PracticeSupplier): Promise<void> => {
    const { owner, operator: own, relayUrl, servedHere } = here
    await applyScenario(world, chosen, { keys: { owner, operator: own }, relayUrl, servedHere })
    // The relay miner holds sessions of a network that is no more: it starts anew, and its subscriptions with it.
    for (const container of await world.engine.engine.list())
      if (container.nodeId === 'miner' && container.state === 'running') await world.engine.engine.stop(container.name, 0)
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
    async control(wish, here) {
      operator = here.operator ?? operator
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
          await play(SCENARIOS.find(({ id }) => id === wish.id) ?? raise(wish.id), here)
          playing = wish.id
          break
        case 'scenario-file':
          await play(scenarioFromFile(parseScenarioFile(wish.text)), here)
          playing = 'own'
          break
        default:
          assertNever(wish)
      }
      tell()
    },
    onChange(listener) {
      listeners.add(listener)
    },
  }
}

function raise(id: string): never {
  throw new Error(`no scenario ${id}`)
}
