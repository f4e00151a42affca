import { assertNever } from '#shared/lib/assert-never.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { PracticeWorld } from '../world.ts'
import { joinNetwork, KEEP_BLOCKS } from '../network.ts'
import type { PracticeNetwork } from '../network.ts'
import { sendLater } from './later.ts'
import { playScenario } from './play.ts'
import type { Effect, Scenario } from './world.ts'

/** Pace of the backend's own chain: how far behind a length of time is. */
const BACKEND_BLOCK_MS = 2_000
const DAY_MS = 86_400_000
/** Room enough for whatever is practised, unless that is the point. */
const FREE_DISK_BYTES = 400 * 2 ** 30

/**
 * Puts the world of a scenario in the place of the one that is there, with the same neighbours, and does to engine, backend and line what belongs to it. The practised time jumps
 * to the moment in which the user comes in.
 * @param relayUrl where the relay miner here answers @param servedHere services that have a backend here
 * Rejects `chain-unreachable` while no network is practised, `key-unknown` when the scenario needs keys that are not there.
 */
export async function applyScenario(
  world: PracticeWorld,
  scenario: Pick<Scenario, 'needsKeys' | 'build'>,
  here: {
    keys: { owner: string | undefined; operator: string | undefined }
    servedHere: readonly string[]
    relayUrl: string
  },
): Promise<void> {
  const before = world.network()
  if (!before) throw new HearthError('chain-unreachable', { endpoint: 'practice', reason: 'no network is practised' })
  const { population } = before
  const nowMs = world.clock.now()
  const start = playScenario(scenario, {
    // Another first block than the network before had: nobody takes the one for the other.
    genesis: { ...before.base, genesisTimeMs: Math.max(nowMs, before.ledger.genesis.genesisTimeMs + 1) },
    opening: population.opening,
    applications: population.applications,
    keys: here.keys,
    servedHere: here.servedHere,
    endpointUrl: here.relayUrl,
    keepBlocks: KEEP_BLOCKS,
    nowMs,
  })
  const { past, history, upgrade } = start
  const network = joinNetwork(world.parts, before, start.ledger.save(), { past, history, upgrade })
  world.setLink(undefined)
  world.backend.set({ latencyMs: 0, errorRate: 0, lagBlocks: 0 })
  world.engine.clockOffset(0)
  world.engine.setDisk(FREE_DISK_BYTES)
  world.clock.jumpTo(Math.max(nowMs, start.ledger.timeMs))
  // In a world with years of past the neighbours of today are not there yet.
  if (start.history) for (const tx of population.opening) network.node.submit(tx)
  sendLater(network.node, start.later)
  world.replace(network)
  for (const effect of start.effects) await take(world, network, effect)
}

async function take(world: PracticeWorld, network: PracticeNetwork, effect: Effect): Promise<void> {
  const { engine } = world
  switch (effect.kind) {
    case 'disk': {
      const startMs = world.clock.now()
      const fill = (): void => engine.setDisk(Math.max(0, effect.freeBytes - ((world.clock.now() - startMs) / DAY_MS) * effect.bytesPerDay))
      fill()
      network.node.onBlock(fill)
      return
    }
    case 'engine-clock':
      return engine.clockOffset(effect.offsetMs)
    case 'backend-behind':
      return world.backend.set({ lagBlocks: Math.round(effect.ms / BACKEND_BLOCK_MS) })
    case 'unreachable':
      return world.setLink({ reachable: false })
    case 'stop': {
      const found = (await engine.engine.list()).find((container) => container.nodeId === effect.nodeId && container.state === 'running')
      return found === undefined ? undefined : engine.stopByHand(found.name)
    }
    case 'containers':
      for (const name of effect.names) engine.addForeign(name)
      return
    case 'speed':
      return world.clock.setSpeed(effect.speed)
    default:
      return assertNever(effect)
  }
}
