import { useState } from 'react'
import { settingIn } from '#shared/settings/read.ts'
import { SETTINGS, SETTING_KEYS, settingValue, type SettingKey, type SettingScalar } from '#shared/settings/table.ts'
import { useAppState, useCall, type Call } from '#renderer/bridge/hooks.ts'

/** What was typed and not applied yet, over what counts now. */
export interface Draft {
  /** As typed: a number may be no number yet. */
  shown(key: SettingKey): SettingScalar
  /** What counts now. */
  current(key: SettingKey): SettingScalar
  isInvalid(key: SettingKey): boolean
  change(key: SettingKey, typed: SettingScalar): void
  /** Settings that would be another after applying. */
  changed: SettingKey[]
  invalid: SettingKey[]
  discard(): void
  apply(): void
  call: Call<'settings.set'>
  /** What the last applied change waits for; null before any. */
  applied: ('hearth' | 'miner')[] | null
}

/** What was typed over what counts now, applied in one request. */
export function useDraft(): Draft {
  const published = useAppState((state) => state.settings)
  const [typed, setTyped] = useState<Partial<Record<SettingKey, SettingScalar>>>({})
  const [applied, setApplied] = useState<('hearth' | 'miner')[] | null>(null)
  const call = useCall('settings.set')
  const current = (key: SettingKey): SettingScalar => settingIn(published, key)
  const valueOf = (key: SettingKey, text: SettingScalar): SettingScalar | undefined =>
    settingValue(key, SETTINGS[key].control.kind === 'number' ? numberOf(text) : text)
  const touched = SETTING_KEYS.filter((key) => typed[key] !== undefined)
  const invalid = touched.filter((key) => valueOf(key, typed[key] ?? '') === undefined)
  const changed = touched.filter((key) => {
    const value = valueOf(key, typed[key] ?? '')
    return value !== undefined && value !== current(key)
  })
  return {
    shown: (key) => typed[key] ?? current(key),
    current,
    isInvalid: (key) => invalid.includes(key),
    change(key, text) {
      call.clear()
      setApplied(null)
      setTyped((before) => ({ ...before, [key]: text }))
    },
    changed,
    invalid,
    discard() {
      call.clear()
      setTyped({})
    },
    apply() {
      const changes = Object.fromEntries(changed.map((key) => [key, valueOf(key, typed[key] ?? '') ?? '']))
      void call.run({ changes }).then((done) => {
        if (done === undefined) return
        setTyped({})
        setApplied(done.restarts)
      })
    },
    call,
    applied,
  }
}

function numberOf(typed: SettingScalar): number {
  const text = String(typed).trim()
  return /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}
