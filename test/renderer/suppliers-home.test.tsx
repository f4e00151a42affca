import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import type { FakeLink } from './fake-link.ts'
import { asked, pageStage } from './page-stage.tsx'
import { SECOND, claimsOfBoth, secondInTrouble, twoSuppliers } from './suppliers-scene.ts'
import { choices, named, page, pick, press, refuse, select, showSuppliers } from './suppliers-stage.ts'

/** Home, Earnings and wallet of one who has two suppliers. */
const NOW = Date.now()
const stage = pageStage()
const show = (state: AppState, path: string, more: Record<string, unknown> = {}): Promise<FakeLink> =>
  showSuppliers(stage, state, path, more)

describe('Home with two suppliers', () => {
  it('lists both, and a line leads to its page', async () => {
    const link = await show(twoSuppliers(NOW), '/')
    const lines = [...document.querySelectorAll('[data-supplier]')].map((each) => each.textContent)
    expect(lines).toEqual([
      expect.stringMatching(/^Operatorpokt19a3t.*Active.*anvil.*27\.0200.*59,505/),
      expect.stringMatching(/^Operator 2pokt1h8tq.*Active.*anvil, eth.*4\.1000.*60,000/),
    ])
    await press(named('Open Operator 2'))
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(globalThis.location.hash).toBe('#/supplier')
  })

  it('one that cannot be brought is told there, and Home stays', async () => {
    const link = await show(twoSuppliers(NOW), '/')
    refuse(link, 'supplier.choose', 'supplier-absent')
    await press(named('Open Operator 2'))
    expect(document.querySelector('#page [role="alert"]')?.textContent).toContain('not here any more')
    expect(globalThis.location.hash).not.toContain('supplier')
  })

  it('services are those of both, and the lowest of the wallets is watched', async () => {
    await show(twoSuppliers(NOW), '/')
    expect(page()).toContain('All 2 services are earning')
    expect(page()).toMatch(/Operator fees, lowest4\.10.POKT/)
    expect(page()).toMatch(/block 137, Operator 2/)
  })

  it('a wallet that is not known is neither the lowest nor empty', async () => {
    const state = twoSuppliers(NOW)
    const { [SECOND]: _second, ...one } = state.balances
    await show({ ...state, balances: one }, '/')
    expect(page()).toMatch(/Operator fees, lowest27\.02.POKT/)
    expect(page()).not.toContain('is empty')
  })

  it('a finding about the other one brings it into view when it is opened', async () => {
    const link = await show(secondInTrouble(NOW), '/')
    expect(page()).toContain('Staked and not served here: eth (Operator 2)')
    await press(named('Fix'))
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(globalThis.location.hash).toBe('#/supplier')
  })

  it('what is missing of the other one is named, and its button brings it into view', async () => {
    const link = await show(secondInTrouble(NOW), '/')
    const line = document.querySelector('[data-line="operator-funds"]')
    expect(line?.textContent).toContain('the wallet of Operator 2 is empty')
    await press(line?.querySelector('button') ?? undefined)
    expect(choices(link)).toEqual([{ operatorAddress: SECOND }])
    expect(globalThis.location.hash).toBe('#/supplier/funds?for=operator')
  })
})

describe('Earnings with two suppliers', () => {
  it('each claim says whose it is, and a filter asks main for those of one', async () => {
    const both = claimsOfBoth(answers(NOW)['earnings.claims'])
    const link = await show(twoSuppliers(NOW), '/earnings', { 'earnings.claims': both })
    const rows = (): string[] =>
      [...document.querySelectorAll('#page tbody tr')].map((each) => each.textContent ?? '').filter((text) => text.startsWith('Session'))
    expect(rows().slice(0, 2)).toEqual([
      expect.stringMatching(/^Session 13Operatoranvil/),
      expect.stringMatching(/^Session 13Operator 2eth/),
    ])
    expect([...select('Show claims of').options].map((each) => each.text)).toEqual(['All suppliers', 'Operator', 'Operator 2'])
    await pick(select('Show claims of'), SECOND)
    expect(asked(link, 'earnings.claims').at(-1)).toEqual({ limit: 25, operatorAddress: SECOND })
    await pick(select('Show claims of'), '')
    expect(asked(link, 'earnings.claims').at(-1)).toEqual({ limit: 25 })
    await press(document.querySelector<HTMLElement>('#page tbody button[aria-expanded]') ?? undefined)
    expect(page()).toMatch(/OperatorOperatorpokt19a3t/)
  })
})

describe('the wallet with two suppliers', () => {
  it('names whose each stake is', async () => {
    await show(twoSuppliers(NOW), '/wallet')
    const stakes = [...document.querySelectorAll('[data-wallet="stake"]')].map((each) => each.textContent)
    expect(stakes).toEqual([expect.stringMatching(/^Stake of Operator .*59,505/), expect.stringMatching(/^Stake of Operator 2 .*60,000/)])
  })

  it('says when there was no room for all of them', async () => {
    await show(twoSuppliers(NOW), '/wallet')
    expect(page()).not.toContain('no room here for all stakes')
    await stage.close()
    await show({ ...twoSuppliers(NOW), leftOut: { suppliers: 1 } }, '/wallet')
    expect(page()).toContain('no room here for all stakes')
  })
})
