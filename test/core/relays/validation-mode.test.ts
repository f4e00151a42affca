import { expect, test } from 'vitest'
import { createJudging, validationFor } from '#main/core/relays/validation-mode.ts'

test('a near node judges first, a far one behind, and one slow answer decides nothing', () => {
  expect(validationFor('auto', [3, 4, 900, 5, 3])).toEqual({ mode: 'eager', why: 'near', nodeMs: 4 })
  expect(validationFor('auto', [300, 320, 310, 290, 280])).toEqual({ mode: 'lazy', why: 'far', nodeMs: 300 })
})

test('without a measure it is the safer way, and what the user chose counts whatever was measured', () => {
  expect(validationFor('auto', [])).toEqual({ mode: 'eager', why: 'unknown', nodeMs: null })
  expect(validationFor('lazy', [1, 1, 1])).toEqual({ mode: 'lazy', why: 'chosen', nodeMs: 1 })
  expect(validationFor('eager', [900])).toEqual({ mode: 'eager', why: 'chosen', nodeMs: 900 })
})

test('once taken only a plain difference changes the way', () => {
  const modes = (before: 'eager' | 'lazy'): string[] => [140, 160, 260, 390, 410].map((ms) => validationFor('auto', [ms], before).mode)
  expect(modes('eager')).toEqual(['eager', 'eager', 'eager', 'eager', 'lazy'])
  expect(modes('lazy')).toEqual(['eager', 'lazy', 'lazy', 'lazy', 'lazy'])
})

test('the way taken outlives Hearth, host by host: a start with a slow moment changes nothing', async () => {
  const settings = new Map<string, string>()
  const world = { now: 1, takes: 20, away: false }
  const chain = {
    minimumGasPrice: () => {
      world.now += world.takes
      return world.away ? Promise.reject(new Error('away')) : Promise.resolve('0.001')
    },
  } as never
  const start = () =>
    createJudging({
      network: 'mainnet',
      store: {
        setting: (key) => Promise.resolve(settings.get(key)),
        setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
      },
      clock: { now: () => world.now },
    })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  expect(await start().of('auto', 'a.test', chain)).toEqual({ mode: 'eager', why: 'near', nodeMs: 20 })
  world.takes = 300
  const second = start()
  expect(await second.of('auto', 'a.test', chain)).toEqual({ mode: 'eager', why: 'near', nodeMs: 20 })
  await turn()
  expect(await second.of('auto', 'a.test', chain)).toEqual({ mode: 'eager', why: 'near', nodeMs: 300 })
  expect((await second.of('auto', 'b.test', chain)).mode).toBe('lazy')
  // Known is known, whether the host answers or not.
  world.away = true
  const third = start()
  expect((await third.of('auto', 'a.test', chain)).mode).toBe('eager')
  expect((await third.of('auto', 'b.test', chain)).mode).toBe('lazy')
  await turn()
  world.away = false
  world.takes = 500
  const fourth = start()
  expect((await fourth.of('auto', 'a.test', chain)).mode).toBe('eager')
  await turn()
  expect((await fourth.of('auto', 'a.test', chain)).mode).toBe('lazy')
})
