import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { drillDue } from '#main/core/checks/drill-due.ts'
import { initialState } from '#main/core/state/initial.ts'

const DAY_MS = 86_400_000
const NOW = 1_790_000_000_000
const daysAgo = (days: number): number => NOW - days * DAY_MS

type Key = AppState['keys'][string]
function look(fields: {
  keys: Partial<Key>[]
  backup?: number
  drill?: number
  days?: number
  network?: AppState['app']['network']
}): ReturnType<typeof drillDue.look> {
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: fields.network ?? 'local', startedAtMs: 1, notice: null })
  state.custody = { ...state.custody, backupAtMs: fields.backup ?? null, drillAtMs: fields.drill ?? null }
  state.keys = Object.fromEntries(
    fields.keys.map((key, at) => {
      const id = `k${at}`
      const whole: Key = {
        id,
        kind: 'key',
        role: 'owner',
        name: id,
        address: id,
        network: 'local',
        createdAtMs: daysAgo(800),
        wordsConfirmedAtMs: 1,
        fenced: null,
        ...key,
      }
      return [id, whole]
    }),
  )
  if (fields.days !== undefined) state.settings['drillDays'] = { value: fields.days, problem: null }
  return drillDue.look(state, NOW)
}

describe('a backup that may not be one', () => {
  it('is told when there is none, when it was never tried, and when that is long ago; each leads to the keys', () => {
    expect(look({ keys: [{ name: 'Savings' }] })).toEqual({ level: 'info', key: 'backup-never', facts: { name: 'Savings' }, fix: 'keys' })
    expect(look({ keys: [{ name: 'Savings' }], backup: daysAgo(3) })).toMatchObject({ key: 'drill-never', facts: { name: 'Savings' } })
    expect(look({ keys: [{}], backup: daysAgo(3), drill: daysAgo(91) })).toMatchObject({ key: 'drill-old', facts: { days: '91' } })
  })

  it('is nothing while all is well, in the first week of a key, for watched addresses and for Practice', () => {
    expect(look({ keys: [{}], backup: daysAgo(3), drill: daysAgo(89) })).toBeUndefined()
    expect(look({ keys: [{ createdAtMs: daysAgo(6) }] })).toBeUndefined()
    expect(look({ keys: [{ kind: 'watch' }] })).toBeUndefined()
    expect(look({ keys: [{ network: 'practice' }] })).toBeUndefined()
    expect(look({ keys: [{}], network: 'practice' })).toBeUndefined()
    expect(look({ keys: [] })).toBeUndefined()
  })

  it('is told for a key that is newer than the last drill, once it is a week old', () => {
    const keys = [{ createdAtMs: daysAgo(60) }, { name: 'Second', createdAtMs: daysAgo(8) }]
    expect(look({ keys, backup: daysAgo(20), drill: daysAgo(20) })).toMatchObject({ key: 'drill-never', facts: { name: 'Second' } })
    expect(look({ keys, backup: daysAgo(7), drill: daysAgo(7) })).toBeUndefined()
  })

  it('is louder where real money is, and as often as the user wants', () => {
    expect(look({ keys: [{}, { network: 'mainnet' }] })?.level).toBe('warn')
    expect(look({ keys: [{}], backup: 1, drill: daysAgo(40), days: 30 })?.key).toBe('drill-old')
    expect(look({ keys: [{}], backup: 1, drill: daysAgo(400), days: 500 })).toBeUndefined()
    expect(look({ keys: [{}], days: 0 })).toBeUndefined()
  })
})
