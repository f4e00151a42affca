import { describe, expect, it } from 'vitest'
import { restoreLedger } from '#main/adapters/practice/chain/ledger.ts'
import { createChainNode } from '#main/adapters/practice/node/chain-node.ts'
import {
  createGateways,
  dayCurve,
  GOOD_LINK,
  type Gateways,
  type Link,
  type ServingMiner,
} from '#main/adapters/practice/traffic/gateways.ts'
import { createMiner, type MinerProgram } from '#main/adapters/practice/traffic/miner.ts'
import { buildPopulation } from '#main/adapters/practice/traffic/population.ts'
import { freshScore, observe, tierOf } from '#main/adapters/practice/traffic/scores.ts'
import {
  codec,
  makeWorld,
  minerFiles,
  mustSubmit,
  person,
  silent,
  testBackend,
  testHandle,
  validator,
  type Person,
  type TestWorld,
} from './world.ts'

const operator = person('operator')
const SERVICE = 'anvil'
const STAKE = 59_600_000_000n
const MINUTE = 60_000
const HOUR_BLOCKS = 60

interface Town {
  world: TestWorld
  gateways: Gateways
  miner: MinerProgram
  backend: ReturnType<typeof testBackend>
  /** Changed by tests in place. */
  link: Link
  /** Whether the user's miner runs. */
  up: boolean
  /** Relays that the miner served since the last call. */
  served(): number
}

/** A peopled network whose gateways send, with blocks of a minute, and a supplier of the user's that serves. */
function town(
  options: {
    rpcType?: 'JSON_RPC' | 'REST'
    seed?: string
    demand?: number
    /** Staked beside the one. */
    others?: readonly Person[]
    /** Whose keys the miner has. */
    served?: readonly Person[]
  } = {},
): Town {
  const { rpcType = 'JSON_RPC', seed = 'seed', demand = 4, others = [], served = [operator] } = options
  const world = makeWorld({ seed, blockMs: MINUTE, population: { competitors: 12, demand } })
  for (const { address, pubKeyHex } of [operator, ...others]) {
    world.give(address, STAKE + 10_000_000n)
    const endpoints = [{ url: 'https://relay.example.net', rpcType }]
    const revShare = [{ address, percent: 100 }]
    const identity = { signer: address, ownerAddress: address, operatorAddress: address }
    mustSubmit(world, {
      messages: [{ kind: 'stake-supplier', ...identity, stakeUpokt: STAKE, services: [{ serviceId: SERVICE, endpoints, revShare }] }],
      feePayer: address,
      pubKeyHex,
    })
  }
  const backend = testBackend()
  const miner = createMiner({ node: world.node, codec })
  miner.start(testHandle({ clock: world.clock, files: minerFiles(served), peers: { pocket: silent, backend } }))
  let count = 0
  const counted: ServingMiner = {
    operatorAddresses: served.map((each) => each.address),
    takeBatch(...batch) {
      const outcome = miner.takeBatch(...batch)
      count += outcome.served
      return outcome
    },
  }
  const made: Town = {
    world,
    miner,
    backend,
    link: { ...GOOD_LINK },
    up: true,
    gateways: createGateways({
      node: world.node,
      population: world.population,
      seed,
      served: () => (made.up ? [counted] : []),
      link: () => made.link,
    }),
    served() {
      const since = count
      count = 0
      return since
    },
  }
  made.gateways.start()
  world.untilHeight(21)
  return made
}

const eventsOf = (world: TestWorld, type: string): Record<string, unknown>[] =>
  Array.from({ length: world.node.ledger.height }, (_, index) => world.node.ledger.block(index + 1)?.blockEvents ?? [])
    .flat()
    .filter((event) => event.type === type)
    .map((event) => event.attributes)

/** What an hour brings now. */
async function hour(made: Town): Promise<number> {
  made.served()
  for (let block = 0; block < HOUR_BLOCKS; block += 1) {
    made.world.blocks(1)
    // The miner's looks at its backend end in between.
    await Promise.resolve()
  }
  return made.served()
}

describe('traffic follows what a supplier deserves', () => {
  it('a good supplier gets its part, as others of its kind do', async () => {
    const made = town()
    const relays = await hour(made)
    const { applications } = made.world.population
    const all = applications.reduce((sum, each) => sum + each.relaysPerDay, 0) / 24
    expect(relays).toBeGreaterThan(all / 40)
    expect(relays).toBeLessThan(all / 5)
    expect(made.gateways.standing(operator.address).map((each) => each.why)).toEqual(['good', 'good', 'good'])
    await hour(made)
    const settled = eventsOf(made.world, 'pocket.tokenomics.EventClaimSettled')
    const mine = settled.filter((each) => each['supplier_operator_address'] === operator.address)
    expect(mine.length).toBeGreaterThan(10)
    expect(mine.every((each) => each['claimed_upokt'] === each['settled_upokt'])).toBe(true)
    for (const { address, quality } of made.world.population.competitors)
      if (quality.errorRate < 0.01) expect(settled.some((each) => each['supplier_operator_address'] === address)).toBe(true)
  })

  it.each<[string, (made: Town) => void, (made: Town) => void]>([
    ['slow', (made) => (made.link.latencyMs = 3_000), (made) => (made.link.latencyMs = 70)],
    ['behind', (made) => (made.link.lagBlocks = 40), (made) => (made.link.lagBlocks = 0)],
    ['unreachable from outside', (made) => (made.link.reachable = false), (made) => (made.link.reachable = true)],
    ['stopped', (made) => (made.up = false), (made) => (made.up = true)],
    ['full of errors', (made) => (made.link.errorRate = 0.4), (made) => (made.link.errorRate = 0.001)],
    [
      'without its backend',
      (made) => (made.backend.answer = undefined),
      (made) => (made.backend.answer = { status: 200, text: '{"result":1}' }),
    ],
  ])('one that is %s loses it within the hour and has it back within the hour', async (_name, spoil, mend) => {
    const made = town()
    const before = await hour(made)
    spoil(made)
    await hour(made)
    const during = await hour(made)
    // Health checks go on, and whoever does well in them is tried again now and then.
    expect(during).toBeLessThan(before / 10)
    expect(made.gateways.standing(operator.address).every((each) => each.why === 'good')).toBe(false)
    mend(made)
    await hour(made)
    const after = await hour(made)
    expect(after).toBeGreaterThan(before / 2)
  })

  it('one without the interface that gateways speak gets nothing at all', async () => {
    const made = town({ rpcType: 'REST' })
    expect(await hour(made)).toBe(0)
    expect(made.gateways.standing(operator.address)).toEqual([])
  })

  it('a deaf miner is left by the gateways', async () => {
    const made = town()
    made.miner.deafen()
    await hour(made)
    expect(await hour(made)).toBe(0)
  })

  it('is less at night', () => {
    const at = (hours: number): number => dayCurve(Date.UTC(2026, 5, 3, hours))
    expect(at(15)).toBeGreaterThan(2 * at(3))
    const mean = Array.from({ length: 24 }, (_, hours) => at(hours)).reduce((sum, each) => sum + each, 0) / 24
    expect(mean).toBeCloseTo(1, 5)
    expect(dayCurve(Date.UTC(2026, 5, 6, 15))).toBeLessThan(at(15))
  })
})

describe('two suppliers of the user’s behind one miner', () => {
  const second = person('second operator')
  const paid = (world: TestWorld, who: typeof operator): bigint =>
    eventsOf(world, 'pocket.tokenomics.EventClaimSettled')
      .filter((event) => event['supplier_operator_address'] === who.address)
      .reduce((sum, event) => sum + BigInt(String(event['num_relays'])), 0n)

  /** Both staked and in every session; the miner has the keys of `served`. */
  async function hourOfBoth(served: readonly (typeof operator)[]) {
    const made = town({ others: [second], served })
    await hour(made)
    made.world.blocks(20)
    return made
  }

  it('each get their part, and are paid for it', async () => {
    const made = await hourOfBoth([operator, second])
    for (const who of [operator, second]) {
      expect(made.gateways.standing(who.address).map((each) => each.why)).toEqual(['good', 'good', 'good'])
      expect(paid(made.world, who)).toBeGreaterThan(100n)
    }
  })

  it('are judged each for itself: the one whose key is not there fails alone', async () => {
    const made = await hourOfBoth([operator])
    expect(made.gateways.standing(operator.address).map((each) => each.why)).toEqual(['good', 'good', 'good'])
    for (const { why } of made.gateways.standing(second.address)) expect(why).not.toBe('good')
    expect(paid(made.world, operator)).toBeGreaterThan(100n)
    expect(paid(made.world, second)).toBe(0n)
    const answer = await made.miner.http?.(9090, { method: 'GET', path: '/metrics', headers: {}, body: new Uint8Array() })
    expect(new TextDecoder().decode(answer?.body)).toMatch(new RegExp(`supplier_operator_address="${second.address}"} [1-9]`))
  })
})

describe('everybody else', () => {
  it('is staked, claims and proves; who misses proofs is slashed', async () => {
    const made = town({ demand: 40 })
    const { ledger } = made.world.node
    const { competitors, applications } = made.world.population
    for (const each of competitors)
      expect(ledger.supplier(each.address)?.services.map((service) => service.serviceId)).toEqual(each.serviceIds)
    for (const each of applications) expect(ledger.application(each.address)?.delegatedGateways).toEqual([each.gatewayAddress])
    for (let hours = 0; hours < 4; hours += 1) await hour(made)
    const settled = eventsOf(made.world, 'pocket.tokenomics.EventClaimSettled')
    const expired = eventsOf(made.world, 'pocket.tokenomics.EventClaimExpired')
    expect(settled.length).toBeGreaterThan(500)
    expect(expired.length).toBeLessThan(settled.length / 50)
    const failed = Array.from({ length: ledger.height }, (_, index) => ledger.block(index + 1)?.txs ?? [])
      .flat()
      .filter((tx) => tx.code !== 0)
    expect(failed).toEqual([])
  })

  it('applications are filled up before they run dry', async () => {
    const made = town({ demand: 40_000 })
    const { ledger } = made.world.node
    for (let hours = 0; hours < 6; hours += 1) await hour(made)
    const staked = Array.from({ length: ledger.height }, (_, index) => ledger.block(index + 1)?.txs ?? [])
      .flat(2)
      .flatMap((tx) => tx.events)
      .filter((event) => event.type === 'pocket.application.EventApplicationStaked')
    expect(staked.length).toBeGreaterThan(made.world.population.applications.length)
    for (const { address, stakeUpokt } of made.world.population.applications)
      expect(ledger.application(address)?.stakeUpokt).toBeGreaterThan(stakeUpokt / 3n)
  })

  it('difficulty shows where most relays are', () => {
    const made = town()
    made.world.blocks(80)
    const { ledger } = made.world.node
    expect(BigInt(`0x${ledger.difficulty(SERVICE, ledger.height)}`)).toBeLessThan(2n ** 255n)
  })

  it('is the same for the same seed, and others for another', () => {
    const wish = { codec, supplierMinStakeUpokt: 10n, applicationMinStakeUpokt: 10n, gatewayMinStakeUpokt: 10n, sessionMs: MINUTE }
    expect(buildPopulation({ ...wish, seed: 'a' })).toEqual(buildPopulation({ ...wish, seed: 'a' }))
    const [a, b] = [buildPopulation({ ...wish, seed: 'a' }), buildPopulation({ ...wish, seed: 'b' })]
    expect(a.competitors).toHaveLength(24)
    expect(a.applications).toHaveLength(6)
    expect(new Set([...a.competitors, ...b.competitors].map((each) => each.address)).size).toBe(48)
    expect(a.competitors.map((each) => each.quality)).not.toEqual(b.competitors.map((each) => each.quality))
  })
})

describe('the same again', () => {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? each.toString() : each))

  it('two runs of one seed make the same blocks', async () => {
    const run = async (): Promise<string[]> => {
      const made = town({ seed: 'again' })
      await hour(made)
      const { ledger } = made.world.node
      return Array.from({ length: ledger.height }, (_, index) => text(ledger.block(index + 1)))
    }
    const first = await run()
    expect(await run()).toEqual(first)
    expect(first.join('')).toContain('EventClaimSettled')
  })

  it('gateways and competitors that were saved go on as if nothing had been', async () => {
    const made = town()
    made.up = false
    await hour(made)
    const { node, population, clock } = made.world
    const saved = { gateways: made.gateways.save(), node: node.save(), ledger: node.ledger.save() }
    const again = createChainNode({
      ledger: restoreLedger(saved.ledger),
      clock,
      codec,
      seed: 'seed',
      proposer: () => validator.address,
      saved: saved.node,
    })
    const gateways = createGateways({
      node: again,
      population,
      seed: 'seed',
      served: () => [],
      link: () => made.link,
      saved: saved.gateways,
    })
    gateways.start()
    expect(gateways.standing(operator.address)).toEqual(made.gateways.standing(operator.address))
    for (let block = 0; block < 25; block += 1) expect(text(again.produce())).toBe(text(node.produce()))
  })
})

describe('a score', () => {
  const seen = { successes: 0, failures: 0, latencyMs: 80, severity: 'critical' as const }
  it('starts among the best, is excluded below 30, and comes back five points at a time', () => {
    const score = freshScore()
    expect(tierOf(score, 0)).toBe(0)
    for (let count = 0; count < 6; count += 1) observe(score, { ...seen, failures: 1, severity: 'major' }, 0)
    expect(score.score).toBe(20)
    expect(tierOf(score, 0)).toBeUndefined()
    observe(score, { ...seen, successes: 1 }, 0)
    expect(score.score).toBe(25)
    observe(score, { ...seen, successes: 1 }, 0)
    observe(score, { ...seen, successes: 1 }, 0)
    expect(score.score).toBe(32)
    expect(tierOf(score, 0)).toBe(2)
  })
  it('five critical errors in a burst mean five minutes of nothing, then ten', () => {
    const score = freshScore()
    observe(score, { ...seen, failures: 5 }, 1_000)
    expect(score.cooldownUntilMs).toBe(1_000 + 5 * MINUTE)
    score.score = 90
    expect(tierOf(score, 1_000 + 5 * MINUTE - 1)).toBeUndefined()
    expect(tierOf(score, 1_000 + 5 * MINUTE)).toBe(0)
    score.criticalRate = 0
    observe(score, { ...seen, failures: 5 }, 10 * MINUTE)
    expect(score.cooldownUntilMs).toBe(20 * MINUTE)
  })
  it('gains by speed: quick ones most, very slow ones nothing, and from two seconds on it costs', () => {
    const after = (latencyMs: number): number => {
      const score = freshScore()
      observe(score, { ...seen, successes: 4, latencyMs }, 0)
      return score.score
    }
    expect([50, 300, 700, 1_500, 2_000, 5_000].map(after)).toEqual([88, 84, 82, 80, 76, 68])
  })
})
