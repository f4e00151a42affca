import { SETTINGS, type SettingKey, type SettingScalar } from '#shared/settings/table.ts'
import { en } from '#renderer/text/en.ts'
import { whole } from '#renderer/text/format.ts'
import type { TextKey, Words } from '#renderer/text/text.ts'

/** Settings for which 0 or nothing has a word of its own. */
const ZERO: Partial<Record<SettingKey, TextKey>> = { autoLockMinutes: 'settings.never' }
const EMPTY: Partial<Record<SettingKey, TextKey>> = { engineEndpoint: 'settings.byItself' }

/** A value as it is read: "5 minutes", "As the system", "not used". */
export function valueWords(t: Words, key: SettingKey, value: SettingScalar): string {
  const { control } = SETTINGS[key]
  switch (control.kind) {
    case 'switch':
      return t(value === true ? 'settings.on' : 'settings.off')
    case 'choice':
      return optionWords(t, key, String(value))
    case 'number':
      return value === 0 && ZERO[key]
        ? t(ZERO[key])
        : t(`settings.unit.${control.unit}`, { count: Number(value), value: whole(Number(value)) })
    case 'text':
      return value === '' ? t(EMPTY[key] ?? 'settings.notUsed') : String(value)
  }
}

/** The words of one option of a choice. */
export function optionWords(t: Words, key: SettingKey, option: string): string {
  const groups: Record<string, Record<string, string>> = en.settings.option
  return groups[key]?.[option] === undefined ? option : t(`settings.option.${key}.${option}` as TextKey)
}

/** Everything that is written about a setting, for finding it. */
export function searchText(t: Words, key: SettingKey): string {
  const { control, section } = SETTINGS[key]
  const options = control.kind === 'choice' ? control.options.map((option) => optionWords(t, key, option)) : []
  const parts = (['title', 'help', 'why', 'risk'] as const).map((part) => t(`settings.rows.${key}.${part}`))
  return [...parts, ...options, t(`settings.section.${section}`), key].join(' ').toLowerCase()
}

/** Whether every word of the query stands somewhere in the text. */
export const matches = (text: string, query: string): boolean =>
  query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
