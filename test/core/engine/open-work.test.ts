import { describe, expect, it } from 'vitest'
import { settingsHandlers } from '#main/core/settings/handlers.ts'
import type { AppState } from '#shared/api/state.ts'
import { rejection } from '#test/fakes/rejection.ts'

import { ONE, setup, TWO } from './scene.ts'

describe('engine.choose while a claim needs its proof, which lies on the engine in use', () => {
  it('is refused, whichever network it is of, until it is paid', async () => {
    const { handlers, owes, paid, settings } = await setup({ network: 'beta' })
    owes('mainnet')
    owes('mainnet', { proofRequirement: 'threshold', claimedUpokt: 20n })
    owes('mainnet', { proofRequirement: 'not-required', claimedUpokt: 3n })
    owes('mainnet', { stage: 'proven' })
    expect(await rejection(handlers['engine.choose']({ endpoint: TWO }))).toMatchObject({
      code: 'engine-holds-claims',
      detail: { network: 'Mainnet', claims: '2', upokt: '520' },
    })
    expect(settings.get('engineEndpoint')).toBe('')
    // The one in use may be named as ever.
    await handlers['engine.choose']({ endpoint: ONE })
    paid()
    await handlers['engine.choose']({ endpoint: TWO })
    expect(settings.get('engineEndpoint')).toBe(TWO)
  })
  it('is not, for what costs nothing: no proof is asked for, it is sent, or the chain itself lies on that engine', async () => {
    const { handlers, owes, settings } = await setup({ network: 'local' })
    owes('local')
    owes('mainnet', { proofRequirement: 'not-required' })
    owes('mainnet', { stage: 'proven' })
    await handlers['engine.choose']({ endpoint: TWO })
    expect(settings.get('engineEndpoint')).toBe(TWO)
  })
  it('is not for ever, where nobody follows the network any more: the miner there was stopped a day ago', async () => {
    const { clock, handlers, owes, settings } = await setup({ network: 'mainnet' })
    owes('beta')
    await clock.advance(23 * 60 * 60_000)
    expect(await rejection(handlers['engine.choose']({ endpoint: TWO }))).toMatchObject({ code: 'engine-holds-claims' })
    await clock.advance(60 * 60_000)
    await handlers['engine.choose']({ endpoint: TWO })
    expect(settings.get('engineEndpoint')).toBe(TWO)
  })
  it('is not, for claims of a supplier that is served by another machine: Hearth has no relay miner there', async () => {
    const { handlers, noMiner, owes, settings, state } = await setup({ network: 'mainnet' })
    owes('mainnet')
    noMiner()
    state.patch('clock', { lanes: [{ ...({} as AppState['clock']['lanes'][number]), stage: 'proof-due', claimedUpokt: '7' }] })
    await handlers['engine.choose']({ endpoint: TWO })
    expect(settings.get('engineEndpoint')).toBe(TWO)
  })
  it('is refused by way of the settings too, as far as the clock tells', async () => {
    const { settings, mayUse, runs, state } = await setup({ network: 'mainnet' })
    runs('miner', 'stopped')
    state.put('nodes', 'miner', { ...state.state.nodes['miner'], kind: 'relay-miner' } as AppState['nodes'][string])
    const rows = settingsHandlers({ settings, mayUseEngine: mayUse, onChanged: () => undefined })
    const lane = { ...({} as AppState['clock']['lanes'][number]), stage: 'proof-due' as const, claimedUpokt: '7' }
    state.patch('clock', { lanes: [lane] })
    expect(await rejection(rows['settings.set']({ changes: { engineEndpoint: TWO } }))).toMatchObject({
      code: 'engine-holds-claims',
      detail: { network: 'Mainnet', upokt: '7' },
    })
    expect(settings.get('engineEndpoint')).toBe('')
    state.patch('clock', { lanes: [{ ...lane, stage: 'proven' }] })
    await rows['settings.set']({ changes: { engineEndpoint: TWO } })
    expect(settings.get('engineEndpoint')).toBe(TWO)
  })
})
