import {
  isSettingKey,
  RETIRED_SETTINGS,
  settingValue,
  type SettingKey,
  type SettingScalar,
  type SettingValues,
} from '#shared/settings/table.ts'
import type { Store } from '../ports/store.ts'

/** One row of the store holds all settings that were changed: so any change, also of many at once, is one transaction. */
export const SETTINGS_ROW = 'setting values'
/** Where a row that could not be read is put before the next change would write over it. */
export const UNREADABLE_ROW = 'setting values unreadable'
const FORMAT = 1

export interface StoredSettings {
  /** Changed settings, judged by the table. */
  values: Map<SettingKey, SettingScalar>
  /** What lies there and is not used: of a newer version, or no longer as its setting wants it. Kept until the user removes it. */
  strange: Map<string, { value: unknown; problem: 'unknown' | 'invalid' }>
  /** The row itself was no row of ours. */
  unreadable: string | undefined
}

/** @param text of the row, undefined when there is none yet. Never throws: what cannot be used is told apart and kept */
export function parseStored(text: string | undefined): StoredSettings {
  const stored: StoredSettings = { values: new Map(), strange: new Map(), unreadable: undefined }
  if (text === undefined) return stored
  const document = readDocument(text)
  if (!document) return { ...stored, unreadable: text }
  for (const [key, value] of Object.entries(document)) {
    const successor = Object.hasOwn(RETIRED_SETTINGS, key) ? RETIRED_SETTINGS[key] : key
    // Of no use any more.
    if (successor === null || successor === undefined) continue
    if (!isSettingKey(successor)) {
      stored.strange.set(key, { value, problem: 'unknown' })
      continue
    }
    const judged = settingValue(successor, value)
    // What was chosen under the new name counts more than what comes over from the old one.
    if (judged === undefined) stored.strange.set(key, { value, problem: 'invalid' })
    else if (key === successor || !Object.hasOwn(document, successor)) stored.values.set(successor, judged)
  }
  return stored
}

export function formatStored(stored: Pick<StoredSettings, 'values' | 'strange'>): string {
  const strange = [...stored.strange].map(([key, { value }]) => [key, value] as const)
  return JSON.stringify({ format: FORMAT, values: Object.fromEntries([...strange, ...stored.values]) })
}

/** One setting for what is made before the rooms are: the wiring. @returns the stored value, else the standard one is the caller's to know */
export async function readSetting<K extends SettingKey>(store: Pick<Store, 'setting'>, key: K): Promise<SettingValues[K] | undefined> {
  return parseStored(await store.setting(SETTINGS_ROW)).values.get(key) as SettingValues[K] | undefined
}

function readDocument(text: string): Record<string, unknown> | undefined {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(document) || document['format'] !== FORMAT) return undefined
  return isRecord(document['values']) ? document['values'] : undefined
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
