import { beforeAll, describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { stateSchema } from '#shared/api/state.ts'
import { CHECKS } from '#main/core/checks/index.ts'
import { initialState } from '#main/core/state/initial.ts'
import { readable } from '#renderer/text/facts.ts'
import { hasKey, keyed, startText, words } from '#renderer/text/text.ts'
import { en } from '#renderer/text/en.ts'
import { NOW, SICK_HEALTH } from './sick.ts'

const well = (): AppState => initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null })
const find = (state: AppState, id: string, nowMs = NOW) => CHECKS.find((check) => check.id === id)?.look(state, nowMs)
const sickBy = (key: string): AppState => {
  const state = well()
  SICK_HEALTH[key]?.make(state)
  return state
}

beforeAll(() => startText())

describe('what the network does to a supplier', () => {
  it.each(Object.entries(SICK_HEALTH))('is told: %s', (key, sick) => {
    const state = sickBy(key)
    const found = CHECKS.flatMap((check) => {
      const finding = check.look(state, NOW)
      return finding ? [{ check: check.id, key: finding.key, level: finding.level, fix: finding.fix }] : []
    })
    expect(found).toEqual([{ check: sick.check, key, level: sick.level, fix: sick.fix }])
    if (!key.startsWith('gateways')) expect(stateSchema.shape.health.safeParse(state.health).error).toBeUndefined()
  })

  it.each(Object.keys(SICK_HEALTH))('has a cause and a fix in words, with every fact in place: %s', (key) => {
    const finding = CHECKS.map((check) => check.look(sickBy(key), NOW)).find((found) => found)
    if (!finding) throw new Error('nothing found')
    expect(hasKey('attention', key)).toBe(true)
    const cause = keyed(words, 'attention', key, finding.facts)
    const more = Object.hasOwn(en.attentionMore, key) ? words(`attentionMore.${key}` as never, readable(finding.facts)) : ''
    for (const sentence of [cause, more]) {
      expect(sentence).not.toMatch(/[{}–]|undefined|NaN|null/)
      expect(sentence.length).toBeGreaterThan(12)
    }
  })
})

describe('limits', () => {
  it('software that is missing for an upgrade is told louder within a day of it', () => {
    const state = sickBy('upgrade-missing')
    state.chain.height = 500 - 143
    expect(find(state, 'update-trouble')).toMatchObject({ key: 'upgrade-missing', level: 'bad', facts: { blocks: '143' } })
    state.chain.height = 500 - 145
    expect(find(state, 'update-trouble')?.level).toBe('warn')
  })

  it('one self-test that failed is an accident, and a supplier that does not serve says so itself', () => {
    const state = sickBy('self-test-here')
    const last = state.health.selfTests?.last.loopback
    if (!last) throw new Error('no test')
    last.failures = 1
    expect(find(state, 'self-test-failed')).toBeUndefined()
    last.failures = 2
    expect(find(state, 'self-test-failed')).toMatchObject({ key: 'self-test-here', facts: { service: last.serviceId, failures: '2' } })
    // What differs in part is served in part, and fails all the more.
    state.supplier.status = 'active-differs'
    expect(find(state, 'self-test-failed')?.key).toBe('self-test-here')
    state.supplier.status = 'unstaking'
    expect(find(state, 'self-test-failed')).toBeUndefined()
  })

  it('a loss to budgets under a tenth, or from before yesterday, is not told', () => {
    const state = sickBy('overserviced')
    const found = state.health.losses.overserviced
    if (!found) throw new Error('no loss')
    expect(find(state, 'overserviced')).toMatchObject({ facts: { percent: '92' } })
    expect(find(state, 'overserviced', NOW + 2 * 86_400_000)).toBeUndefined()
    found.upokt = '298199999'
    expect(find(state, 'overserviced')).toBeUndefined()
  })

  it('a disk that is full next month is not told, next week is', () => {
    const state = sickBy('disk-filling')
    if (!state.health.disk) throw new Error('no disk')
    state.health.disk.fullAtMs = NOW + 30 * 86_400_000
    expect(find(state, 'disk-full')).toBeUndefined()
    state.health.disk.fullAtMs = NOW + 6 * 86_400_000
    expect(find(state, 'disk-full')).toMatchObject({ level: 'warn' })
  })

  it('the disk of the engine is told where it alone is nearly full', () => {
    const state = sickBy('engine-disk-nearly-full')
    expect(find(state, 'disk-full')).toMatchObject({ key: 'engine-disk-nearly-full', facts: { gigabytes: '1.0' } })
    state.health.disk = { freeBytes: 1.5 * 1024 ** 3, bytesPerDay: 0, fullAtMs: null, atMs: NOW }
    expect(find(state, 'disk-full')).toMatchObject({ key: 'disk-nearly-full', facts: { gigabytes: '1.5' } })
    Object.assign(state.health, { disk: null, engineDisk: { freeBytes: 2 * 1024 ** 3, atMs: NOW } })
    expect(find(state, 'disk-full')).toBeUndefined()
  })

  it('an attached endpoint that is not staked fails more quietly, and a gate without an engine is that check’s', () => {
    const state = sickBy('attached-no-answer')
    expect(find(state, 'attached-failing')).toMatchObject({ facts: { title: 'Anvil', count: '2' } })
    state.supplier.services = []
    expect(find(state, 'attached-failing')).toMatchObject({ level: 'warn', facts: { title: 'Gnosis Chain' } })
    const gate = sickBy('attached-gate')
    gate.engine.kind = 'not-started'
    expect(find(gate, 'attached-failing')).toBeUndefined()
    gate.health.backendsFailing = []
    expect(find(gate, 'attached-failing')).toBeUndefined()
  })

  it('an upgrade far ahead is told quietly, one that is over is not', () => {
    const state = sickBy('upgrade-planned')
    state.health.upgrade = { name: 'v0.2', height: 25 + 60 * 24 * 8 }
    expect(find(state, 'upgrade-planned')).toMatchObject({ level: 'info' })
    state.health.upgrade = { name: 'v0.2', height: 25 }
    expect(find(state, 'upgrade-planned')).toBeUndefined()
  })

  it('the price of a service counts when it is ours, and when it falls', () => {
    const state = sickBy('service-price-falls')
    expect(find(state, 'service-price')).toMatchObject({ facts: { percent: '90', serviceId: 'anvil', height: '31' } })
    state.supplier.services = []
    expect(find(state, 'service-price')).toBeUndefined()
    const dearer = sickBy('service-price-falls')
    dearer.health.changes = dearer.health.changes.map((change) => ({ ...change, before: '190', after: '1900' }))
    expect(find(dearer, 'service-price')).toBeUndefined()
  })

  it('of several changes the one that costs most is told, with their number', () => {
    const state = sickBy('minimum-above-stake')
    const timing = sickBy('timing-changed').health.changes
    state.health.changes = [...timing, ...sickBy('pay-changed').health.changes, ...state.health.changes]
    expect(find(state, 'parameter-change')).toMatchObject({ key: 'minimum-above-stake', facts: { count: '3' } })
  })

  it('a wallet that lasts a month is quiet; one that lasts two days is bad; an empty one says so first', () => {
    const state = sickBy('operator-runway')
    const days = (left: number): void => void (state.health.operatorSpending = { pokt1operator: { upoktPerDay: '1', daysLeft: left } })
    days(30)
    expect(find(state, 'operator-low')).toBeUndefined()
    days(2)
    expect(find(state, 'operator-low')).toMatchObject({ key: 'operator-runway', level: 'bad' })
    state.balances = { pokt1operator: { address: 'pokt1operator', upokt: '0', asOf: { height: 1, atMs: 1 } } }
    expect(find(state, 'operator-low')).toMatchObject({ key: 'operator-low', level: 'bad' })
  })
})
