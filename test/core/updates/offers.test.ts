import { describe, expect, test } from 'vitest'
import { autoTime, nextHour, offersOf, runningOf, tooOld } from '#main/core/updates/offers.ts'
import { neededBy } from '#main/core/updates/upgrade-watch.ts'
import { releaseOfPlan } from '#shared/catalog/releases.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { compareVersions, repositoryOf } from '#shared/model/update.ts'

const POCKETD = 'ghcr.io/pokt-network/pocketd'
const pin = (digest: string): string => `${POCKETD}@sha256:${digest.repeat(64)}`
const pocket = { image: POCKETD, reference: `${POCKETD}:0.1.34`, version: '0.1.34', pin: pin('a') }
const chain = { network: 'local', height: 50, plan: null, done: [] }

describe('what is newer', () => {
  test('a release of an upgrade is not offered before the chain has done it', () => {
    const at = (facts: Partial<Parameters<typeof offersOf>[3]>) => offersOf(CATALOG, [pocket], {}, { ...chain, ...facts })[0]
    expect(at({})?.blocked).toEqual({ key: 'no-plan', facts: { plan: 'v0.1.35' } })
    expect(at({ plan: { name: 'v0.1.35', height: 80 } })?.blocked).toEqual({
      key: 'before-height',
      facts: { plan: 'v0.1.35', height: '80' },
    })
    expect(at({ network: 'mainnet', height: 883_667 })?.blocked?.key).toBe('before-height')
    expect(at({ network: 'mainnet', height: 883_668 })?.blocked).toBeNull()
    expect(at({ done: [{ name: 'v0.1.35', height: 40 }] })?.blocked).toBeNull()
  })
  test('the same tag with another digest is a new build; an image without a registry has none', () => {
    const now = { ...pocket, reference: `${POCKETD}:0.1.35`, version: '0.1.35' }
    const digests = { [now.reference]: `sha256:${'b'.repeat(64)}` }
    expect(offersOf(CATALOG, [now], digests, chain)).toMatchObject([{ reason: 'rebuild', digest: digests[now.reference] }])
    expect(offersOf(CATALOG, [now], { [now.reference]: `sha256:${'a'.repeat(64)}` }, chain)).toEqual([])
    expect(offersOf(CATALOG, [{ ...now, pin: `sha256:${'c'.repeat(64)}` }], digests, chain)).toEqual([])
  })
  test('a catalogue that is older than what runs offers nothing', () =>
    expect(offersOf(CATALOG, [{ ...pocket, reference: `${POCKETD}:0.1.99`, version: '0.1.99' }], {}, chain)).toEqual([]))
  test('what runs goes by the pin, whatever the catalogue says now', () => {
    const pins = new Map([['pocket', pin('n')]])
    const row = { image: POCKETD, toPin: pin('n'), fromPin: pin('a'), toReference: `${POCKETD}:0.1.99`, toVersion: '0.1.99' }
    expect(runningOf(CATALOG, pins, [row as never])).toMatchObject([{ version: '0.1.99' }])
    expect(runningOf(CATALOG, pins, [])).toMatchObject([{ version: '0.1.35' }])
  })
  test('software that a past upgrade left behind is named', () => {
    expect(tooOld([pocket], { ...chain, network: 'mainnet', height: 900_000 })).toEqual({
      version: '0.1.34',
      needed: '0.1.35',
      height: 883_667,
    })
    expect(tooOld([pocket], { ...chain, network: 'mainnet', height: 883_667 })).toBeUndefined()
    expect(tooOld([{ ...pocket, version: '0.1.35' }], { ...chain, network: 'mainnet', height: 900_000 })).toBeUndefined()
  })
})

describe('when it is done by itself', () => {
  const hourOf = (ms: number): number => new Date(ms).getUTCHours()
  test('after the days, at the hour', () => {
    const seen = Date.UTC(2026, 10, 20, 13, 30)
    expect(autoTime(seen, 3, 4, hourOf)).toBe(Date.UTC(2026, 10, 24, 4))
    expect(autoTime(seen, 0, 13, hourOf)).toBe(seen)
    expect(nextHour(Date.UTC(2026, 10, 20, 23, 59), 0, hourOf)).toBe(Date.UTC(2026, 10, 21, 0))
  })
})

describe('the words of an upgrade', () => {
  const line = (text: string) => ({ timeMs: 0, stream: 'err' as const, text })
  test('the node says which and where', () =>
    expect(
      neededBy([line('x'), line('ERR UPGRADE "v0.1.99" NEEDED at height: 70: module=x/upgrade'), line('CONSENSUS FAILURE!!!')]),
    ).toEqual({
      name: 'v0.1.99',
      height: 70,
    }))
  test('nothing else does', () =>
    expect(neededBy([line('UPGRADE is planned at height: 70'), line('CONSENSUS FAILURE!!!')])).toBeUndefined())
  test('a plan that no table knows names its image', () => {
    expect(releaseOfPlan('v0.2.1')).toEqual({ image: POCKETD, version: '0.2.1', reference: `${POCKETD}:0.2.1` })
    expect(releaseOfPlan('Big Bang; rm -rf')).toBeUndefined()
    expect(releaseOfPlan('v0.1.35@sha256:evil')).toBeUndefined()
  })
  test('versions are compared by their numbers', () => {
    expect(compareVersions('0.1.9', 'v0.1.10')).toBeLessThan(0)
    expect(compareVersions('v1.7.1', '1.7.1')).toBe(0)
    expect(repositoryOf('127.0.0.1:5055/a/b:1@sha256:x')).toBe('127.0.0.1:5055/a/b')
  })
})
