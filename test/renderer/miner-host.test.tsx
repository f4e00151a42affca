import { act } from 'react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { servedOnMainnet } from './mainnet-scene.ts'
import { asked, pageStage, usualLink } from './page-stage.tsx'

/** The relay miner's host as Hearth changes it. */
const NOW = Date.now()
const stage = pageStage()

/** Its page, with this told of its host. */
async function show(bundle: Partial<NonNullable<AppState['bundle']>>): Promise<FakeLink> {
  globalThis.location.hash = '/nodes/miner-1'
  const state = servedOnMainnet(NOW)
  const link = usualLink({ ...state, bundle: { ...state.bundle!, ...bundle } })
  return stage.open(link)
}
const page = (): string => document.querySelector('#page')?.textContent ?? ''
const press = (button: HTMLElement | undefined): Promise<void> =>
  act(async () => {
    button?.click()
    await settle()
  })
const wayBack = (): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>('#page button')].find((each) => each.textContent === 'Go back to it now')
const byItself = (): HTMLInputElement => document.querySelector<HTMLInputElement>('#page input[type="checkbox"]')!

const OWN = 'rpc.oakroom.example'

describe('the host that the relay miner asks', () => {
  it('changed by Hearth says when and why, and leads back to the one before; a refusal is said', async () => {
    const link = await show({ badSinceMs: null, standsInFor: OWN, changed: { from: OWN, atMs: NOW - 600_000, why: 'silent' } })
    expect(page()).toContain('stands in, chosen by Hearth')
    expect(page()).toMatch(/Changed by Hearth 10.min ago/)
    expect(page()).toContain('rpc.oakroom.example fell silent. Hearth goes back to rpc.oakroom.example once')
    link.answers['bundle.chooseHost'] = () => ({ ok: false, error: { code: 'chain-unreachable', detail: { reason: 'refused' }, ref: 'r' } })
    await press(wayBack())
    expect(asked(link, 'bundle.chooseHost')).toEqual([{ rpcUrl: 'https://rpc.oakroom.example' }])
    expect(page()).toContain('The chain does not answer')
  })

  it('is changed by Hearth unless it is told not to', async () => {
    const link = await show({})
    expect([byItself().checked, byItself().labels?.[0]?.textContent]).toEqual([true, 'Change it by itself when it fails'])
    link.answers['bundle.hostByItself'] = () => ({ ok: true, value: {} })
    await press(byItself())
    expect(asked(link, 'bundle.hostByItself')).toEqual([{ on: false }])
  })

  it('gone back to by Hearth has no way back to the one that stood in', async () => {
    await show({ chosen: true, byItself: false, standsInFor: '', changed: { from: OWN, atMs: NOW - 600_000, why: 'back' } })
    expect(page()).toContain('rpc.oakroom.example stood in; this one does well again.')
    expect(page()).toContain('chosen by you')
    expect([wayBack(), byItself().checked]).toEqual([undefined, false])
  })

  it.each([
    [{ badSinceMs: NOW - 240_000, byItself: true }, /for 4.min now\. Hearth changes it as soon as/],
    [{ badSinceMs: NOW - 240_000, byItself: false }, /for 4.min now\. The relay miner goes on asking it/],
    [{ badSinceMs: NOW - 1_200_000, flickers: true }, /It fails again and again, each time for a moment, for 20.min now/],
  ])('that does badly is told with what will be done: %o', async (bundle, words) => {
    await show(bundle)
    expect(page()).toMatch(words)
  })
})
