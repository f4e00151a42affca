import { act } from 'react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import type { SelfTestPath, SelfTestRow, SelfTests, Validation } from '#shared/model/self-test.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { pageStage, usualLink } from './page-stage.tsx'
import { serving } from './scene.ts'

const stage = pageStage()

const NOW = Date.now()
const URL_OF = 'https://relay.example.org'
const row = (serviceId: string, path: SelfTestPath, ok: boolean, more: Partial<SelfTestRow> = {}): SelfTestRow => ({
  id: `${serviceId} ${path} ${String(ok)} ${more.atMs ?? 0}`,
  network: 'local',
  atMs: NOW - 60_000,
  trigger: 'schedule',
  path,
  serviceId,
  url: URL_OF,
  ok,
  stages: [
    { key: 'port', outcome: 'ok', ms: 3, finding: 'opens', facts: {} },
    { key: 'miner', outcome: 'ok', ms: 3, finding: 'miner-answers', facts: {} },
    { key: 'refusal', outcome: 'ok', ms: 3, finding: 'refused', facts: { code: 'service/1111' } },
    ok
      ? { key: 'relay', outcome: 'ok', ms: 9, finding: 'relay-good', facts: {} }
      : { key: 'relay', outcome: 'failed', ms: 9, finding: 'relay-bad', facts: { reason: `backend of ${serviceId}` } },
  ],
  latencyMs: ok ? 9 : null,
  answer: '',
  ...more,
})
const last = (serviceId: string, ok: boolean): NonNullable<SelfTests['last'][SelfTestPath]> => ({
  atMs: NOW - 60_000,
  ok,
  serviceId,
  failedStage: ok ? null : 'relay',
  finding: ok ? null : 'relay-bad',
  failures: ok ? 0 : 2,
  latencyMs: null,
})

async function show(
  rows: SelfTestRow[],
  tests: SelfTests['last'],
  urls: Record<string, string> = { anvil: URL_OF, gnosis: URL_OF },
  validation: Validation = { mode: 'eager', why: 'near', nodeMs: 20 },
  status: AppState['supplier']['status'] = 'active',
): Promise<FakeLink> {
  globalThis.location.hash = '/supplier/self-test'
  const state = serving(NOW)
  const services = Object.entries(urls).map(([serviceId, url]) => ({
    ...state.supplier.services[0]!,
    serviceId,
    endpoints: [{ url, rpcType: 'JSON_RPC' }],
  })) as AppState['supplier']['services']
  const link = usualLink({
    ...state,
    supplier: { ...state.supplier, status, services },
    health: { ...state.health, selfTests: { revision: 1, last: tests } },
  })
  link.answers['selfTest.list'] = () => ({ ok: true, value: { rows, validation } })
  link.answers['selfTest.run'] = () => ({ ok: true, value: { taskId: 't' } })
  return stage.open(link)
}
const words = (): string => document.getElementById('page')?.textContent ?? ''
const select = (): HTMLSelectElement | null => document.querySelector('#page select')
const press = (name: string): Promise<void> =>
  act(async () => {
    ;[...document.querySelectorAll('button')].find((each) => each.textContent === name)!.click()
    await settle()
  })

describe('the page of self-tests', () => {
  const rows = [
    row('gnosis', 'public', true),
    row('anvil', 'public', false),
    row('anvil', 'public', true, { atMs: NOW - 120_000 }),
    row('gnosis', 'public', true, { atMs: NOW - 130_000 }),
  ]
  it('tells one service at a time, first the one that fails, and tests that one', async () => {
    const link = await show(rows, { public: last('anvil', false) })
    expect(select()?.value).toBe('anvil')
    expect(words()).toContain('Your public address was not reached')
    expect(words()).toContain('backend of anvil')
    expect(words()).toContain('1 of 2 passed')
    await act(async () => {
      const field = select()!
      Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')?.set?.call(field, 'gnosis')
      field.dispatchEvent(new Event('change', { bubbles: true }))
      await settle()
    })
    expect(words()).not.toContain('backend of anvil')
    expect(words()).toContain('2 of 2 passed')
    await press('Test the public address')
    expect(link.calls.find((call) => call.name === 'selfTest.run')?.input).toEqual({ path: 'public', serviceId: 'gnosis' })
  })
  it('says when it was tested and for which service, and needs no choice where there is one', async () => {
    await show([row('anvil', 'public', true)], { public: last('anvil', true) }, { anvil: URL_OF })
    expect(select()).toBeNull()
    expect(words()).toMatch(/Your public address answersTested \d+:\d\d.*, for anvil\./)
  })
  it('tests also where what is staked and what runs here differ in part', async () => {
    await show([], {}, { anvil: URL_OF }, undefined, 'active-differs')
    expect(words()).not.toContain('There is nothing to test')
    expect([...document.querySelectorAll('button')].find((each) => each.textContent === 'Test on this PC')?.disabled).toBe(false)
  })
  it('judges by this PC where nobody outside can ask', async () => {
    await show([row('anvil', 'loopback', true)], { loopback: last('anvil', true) }, { anvil: 'http://127.0.0.1:8545' })
    expect(words()).toContain('Your relay miner answers on this PC')
    expect(words()).not.toContain('Test the public address')
  })
  it('says of a refused relay no more than that nobody signed it, also where relays are served first', async () => {
    await show(
      [row('anvil', 'public', true)],
      { public: last('anvil', true) },
      { anvil: URL_OF },
      { mode: 'lazy', why: 'far', nodeMs: 400 },
    )
    expect(words()).toContain('What nobody signed is not worked for.')
    expect(words()).not.toContain('judges each relay before it serves')
    expect(words()).toContain('An answer then proves neither session nor claim.')
  })
})
