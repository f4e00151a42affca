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
  it('is refused by way of the settings too, as far as the clock tells', async () => {
    const { settings, mayUse, state } = await setup({ network: 'mainnet' })
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
