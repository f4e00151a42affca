import { expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { createWatchdog, type WatchdogLook } from '#main/core/relays/watchdog.ts'

type Lane = AppState['clock']['lanes'][number]
const due = (stage: Lane['stage'], proofOpen: number, proofClose: number): Lane[] => [{ stage, proofOpen, proofClose } as Lane]

/** Looks every five seconds. @returns seconds at which a restart was asked for, in `seconds` seconds */
function restarts(seconds: number, at: (second: number) => Partial<WatchdogLook>, watchdog = createWatchdog()): number[] {
  const found: number[] = []
  for (let second = 0; second <= seconds; second += 5) {
    const look = {
      nowMs: second * 1000,
      life: 'a',
      minerHeight: 100,
      chainHeight: 100 + second,
      lanes: [],
      mayRestart: true,
      ...at(second),
    }
    if (watchdog.look(look).restart) found.push(second)
  }
  return found
}

it('asks once the height has stood for half a minute while the chain went on, and waits longer before each next time', () => {
  expect(restarts(3_000, () => ({}))).toEqual([35, 635, 1_835])
})
it('asks for nothing while the chain stands too, the miner is slow, away or at the head, or nobody knows the head', () => {
  expect(restarts(600, () => ({ chainHeight: 100 }))).toEqual([])
  expect(restarts(600, (second) => ({ minerHeight: 100 + Math.floor(second / 2) }))).toEqual([])
  expect(restarts(600, () => ({ life: undefined }))).toEqual([])
  expect(restarts(600, () => ({ minerHeight: null }))).toEqual([])
  expect(restarts(600, () => ({ chainHeight: undefined }))).toEqual([])
  expect(restarts(600, () => ({ chainHeight: 102 }))).toEqual([])
})
it('is patient with one that has heard of no block yet, and not for ever', () => {
  expect(restarts(1_200, () => ({ minerHeight: 0 }))).toEqual([305, 905])
  // As soon as it hears one, it is judged as ever.
  expect(restarts(400, (second) => ({ minerHeight: second < 100 ? 0 : 150 }))).toEqual([135])
})
it('counts anew with each life of the container', () => {
  expect(restarts(200, (second) => ({ life: String(Math.floor(second / 20)) }))).toEqual([])
})
it('leaves the first half of a proof window to the miner, and no more', () => {
  const inWindow = (height: number) => restarts(40, () => ({ chainHeight: height, lanes: due('proof-due', 110, 120) }))
  expect(inWindow(112)).toEqual([])
  expect(inWindow(116)).toEqual([35])
  expect(restarts(40, () => ({ chainHeight: 112, lanes: due('proven', 110, 120) }))).toEqual([35])
})
it('spends no turn on a restart that would not be done', () => {
  expect(restarts(4_600, (second) => ({ mayRestart: second >= 4_500 }))).toEqual([4_500])
})
it('waits for no pause of earlier restarts once it is forgiven', () => {
  const watchdog = createWatchdog()
  expect(restarts(2_000, () => ({}), watchdog)).toEqual([35, 635, 1_835])
  watchdog.forgive()
  expect(restarts(700, (second) => ({ nowMs: 2_005_000 + second * 1000, chainHeight: 3_000 }), watchdog)).toEqual([0, 600])
})
it('does not wait for a clock that was set back', () => {
  const watchdog = createWatchdog()
  expect(restarts(40, (second) => ({ nowMs: 9_000_000 + second * 1000 }), watchdog)).toEqual([35])
  expect(restarts(60, (second) => ({ chainHeight: 200 + second }), watchdog)).toEqual([30])
})
it('forgets its patience after an hour that was well', () => {
  const watchdog = createWatchdog()
  expect(restarts(40, () => ({}), watchdog)).toEqual([35])
  restarts(3_700, (second) => ({ nowMs: 40_000 + second * 1000, minerHeight: 200 + second, chainHeight: 200 + second }), watchdog)
  const later = 4_000_000
  const found = restarts(1_300, (second) => ({ nowMs: later + second * 1000, minerHeight: 9_000, chainHeight: 9_000 + second }), watchdog)
  expect(found).toEqual([35, 635])
})
