import { SETTINGS, settingValue, type SettingKey, type SettingValue } from './table.ts'

/** A setting as the published state tells it; the standard value while none is published. */
export function settingIn<K extends SettingKey>(published: Record<string, { value: unknown }>, key: K): SettingValue<K> {
  return settingValue(key, published[key]?.value) ?? (SETTINGS[key].standard as SettingValue<K>)
}
