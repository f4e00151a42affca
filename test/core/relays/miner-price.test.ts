import { expect, test } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { createMinerPrice, isSending } from '#main/core/relays/miner-price.ts'

const HOUR = 60 * 60_000

/** A chain of others whose two owners, or one alone, name a least price. */
function make() {
  const world = {
    now: 1_000_000,
    asked: 0,
    /** What is said of all that answer. */
    minimum: '0.001',
    seconds: true as boolean,
    oneOwner: false as boolean,
    away: false as boolean,
    isSending: false,
    ceilingUpokt: 1_000_000n,
    settings: new Map<string, string>(),
  }
  const say = (needsSecond: boolean): Promise<string> => {
    world.asked += 1
    if (world.away) return Promise.reject(new HearthError('chain-unreachable', { reason: 'away' }))
    if (needsSecond && !world.seconds) return Promise.reject(new HearthError('chain-unreachable', { alone: 'yes' }))
    return Promise.resolve(world.minimum)
  }
  const chain = () =>
    ({
      minimumGasPrice: () => say(false),
      ...(world.oneOwner ? {} : { seconded: () => ({ minimumGasPrice: () => say(true) }) }),
    }) as never
  /** One run of Hearth. */
  const start = () => {
    const price = createMinerPrice({
      network: 'mainnet',
      store: {
        setting: (key) => Promise.resolve(world.settings.get(key)),
        setSetting: (key, value) => Promise.resolve(void world.settings.set(key, value)),
      },
      clock: { now: () => world.now },
      ceilingUpokt: () => world.ceilingUpokt,
      isSending: () => world.isSending,
    })
    return {
      of: (times?: number) => price.of(chain(), times),
      /** The price after it was asked anew. */
      async later(ms = 61_000): Promise<string> {
        world.now += ms
        await price.of(chain())
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        return price.of(chain())
      },
    }
  }
  return { world, start }
}

test('a rise is taken from two owners, or from one where there is no other', async () => {
  const { world, start } = make()
  const run = start()
  expect(await run.of()).toBe('0.01')
  world.minimum = '0.002'
  world.seconds = false
  expect(await run.later()).toBe('0.01')
  world.seconds = true
  expect(await run.later()).toBe('0.02')
  world.oneOwner = true
  world.minimum = '0.003'
  expect(await run.later(HOUR)).toBe('0.03')
})

test('what would cost more than the highest fee keeps the price in use, and is the cap where there is none', async () => {
  const { world, start } = make()
  const run = start()
  expect(await run.of()).toBe('0.01')
  world.minimum = '1'
  expect(await run.later()).toBe('0.01')
  world.settings.clear()
  const fresh = start()
  expect(await fresh.of()).toBe('3.333333')
  expect(Number('3.333333') * 300_000).toBeLessThanOrEqual(1_000_000)
  // The user's own factor and limit count at once.
  world.ceilingUpokt = 2_000_000n
  expect(await fresh.of()).toBe('6.666666')
  world.minimum = '0.001'
  expect(await fresh.later()).toBe('0.01')
  expect(await fresh.of(30)).toBe('0.03')
})

test('rises once an hour, and not while claims or proofs are sent', async () => {
  const { world, start } = make()
  const run = start()
  await run.of()
  world.minimum = '0.002'
  world.isSending = true
  expect(await run.later()).toBe('0.01')
  world.isSending = false
  expect(await run.later()).toBe('0.02')
  world.minimum = '0.003'
  expect(await run.later()).toBe('0.02')
  // Nor sooner for a start of Hearth.
  expect(await start().later()).toBe('0.02')
  expect(await run.later(HOUR)).toBe('0.03')
})

test('outlives Hearth: a start asks nobody before it tells the price', async () => {
  const { world, start } = make()
  expect(await start().of()).toBe('0.01')
  world.minimum = '0.0001'
  world.away = true
  const again = start()
  expect(await again.of()).toBe('0.01')
  expect(await again.later()).toBe('0.01')
  world.away = false
  expect(await again.later()).toBe('0.01')
})

test('a word that nobody seconded is used where there is no other, not kept, and gives way to two', async () => {
  const { world, start } = make()
  world.seconds = false
  world.minimum = '0.1'
  const run = start()
  expect(await run.of()).toBe('1')
  expect(world.settings.size).toBe(0)
  world.seconds = true
  world.minimum = '0.001'
  expect(await run.later()).toBe('0.01')
  expect(world.settings.size).toBe(1)
})

test('where none is known the failure is told, and what lies broken in the store is taken anew', async () => {
  const { world, start } = make()
  world.away = true
  await expect(start().of()).rejects.toMatchObject({ code: 'chain-unreachable' })
  world.away = false
  world.settings.set('miner-price:mainnet', '{"minimum":"much"}')
  expect(await start().of()).toBe('0.01')
})

test('claims and proofs are sent while a proof is due, or a session with relays is in its claim window', () => {
  const lane = (stage: string) => [{ stage, claimOpen: 100, claimClose: 104 }] as unknown as AppState['clock']['lanes']
  expect([99, 100, 104, 105].map((height) => isSending(lane('open'), height))).toEqual([false, true, true, false])
  expect(['proof-due', 'claimed', 'idle', 'serving'].map((stage) => isSending(lane(stage), 102))).toEqual([true, false, false, false])
})
