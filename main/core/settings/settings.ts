import { HearthError } from '#shared/api/errors.ts'
import type { SettingsImport } from '#shared/settings/import.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import {
  isSettingKey,
  SETTING_KEYS,
  SETTINGS,
  settingValue,
  type RestartPart,
  type SettingKey,
  type SettingScalar,
  type SettingValue,
  type SettingValues,
} from '#shared/settings/table.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { exportSettings, judgeSettingsFile, shown } from './settings-file.ts'
import { formatStored, parseStored, SETTINGS_ROW, UNREADABLE_ROW, type StoredSettings } from './stored.ts'

const STRANGE_SHOWN = 20
const STRANGE_KEY_CHARACTERS = 80

/** What the user chose, over what the table says. Rooms ask for a value each time they use it, or listen where they have to do something at a change. */
export interface Settings {
  get<K extends SettingKey>(key: K): SettingValue<K>
  /** @returns how to stop */
  onChange(listener: (keys: readonly SettingKey[]) => void): () => void
  /** Rejects `setting-invalid` for a key that is none and a value that its setting does not take; nothing is changed then. @returns what must start again */
  set(changes: Record<string, unknown>): Promise<RestartPart[]>
  /** Back to the standard values; keys that the table does not have are forgotten altogether. Rejects `setting-invalid` for a key that is neither. */
  reset(keys: readonly string[]): Promise<RestartPart[]>
  export(): string
  /** Says what a file would change. Rejects `settings-file-invalid`. */
  judge(text: string): SettingsImport
  /** Applies a file that was judged. Rejects `settings-file-invalid`; problem 'changed' when it would change something else than what was looked at. */
  import(text: string, digest: string): Promise<RestartPart[]>
}

/** Reads the stored settings, publishes them as `state.settings`, and keeps both in step. */
export async function createSettings(deps: {
  store: Pick<Store, 'setting' | 'setSetting'>
  state: StatePublisher
  log: Log
  /** Of Hearth, for the exported file. */
  version: string
}): Promise<Settings> {
  const { store, state, log, version } = deps
  let stored = parseStored(await store.setting(SETTINGS_ROW))
  const listeners = new Set<(keys: readonly SettingKey[]) => void>()
  if (stored.unreadable !== undefined) log.warn('the stored settings cannot be read; the standard values are used')
  for (const [key, { problem }] of stored.strange) log.warn('a stored setting is not used', { setting: key.slice(0, 80), problem })

  const current = (key: SettingKey): SettingScalar => stored.values.get(key) ?? SETTINGS[key].standard
  const all = (): SettingValues => Object.fromEntries(SETTING_KEYS.map((key) => [key, current(key)])) as SettingValues

  const publish = (): void => {
    const entries = new Map<string, StatePublisher['state']['settings'][string]>()
    for (const key of SETTING_KEYS) entries.set(key, { value: current(key), problem: null })
    // A broken file may hold anything; what is published stays small.
    const strange = [...stored.strange].filter(([key]) => key.length <= STRANGE_KEY_CHARACTERS).slice(0, STRANGE_SHOWN)
    for (const [key, { value, problem }] of strange) {
      if (isSettingKey(key) && stored.values.has(key)) continue
      entries.set(key, { value: isSettingKey(key) ? current(key) : shown(value), problem })
    }
    for (const id of Object.keys(state.state.settings)) if (!entries.has(id)) state.remove('settings', id)
    for (const [id, entry] of entries) state.put('settings', id, entry)
  }

  /** One row, so one transaction: after a crash either all of a change is there or nothing of it. */
  const change = async (edit: (next: Pick<StoredSettings, 'values' | 'strange'>) => void): Promise<RestartPart[]> => {
    const next = { values: new Map(stored.values), strange: new Map(stored.strange) }
    edit(next)
    for (const [key, value] of next.values) if (value === SETTINGS[key].standard) next.values.delete(key)
    for (const key of next.values.keys()) next.strange.delete(key)
    if (stored.unreadable !== undefined) await store.setSetting(UNREADABLE_ROW, stored.unreadable)
    faultPoint('settings.before-write')
    await store.setSetting(SETTINGS_ROW, formatStored(next))
    faultPoint('settings.after-write')
    const before = all()
    stored = { ...next, unreadable: undefined }
    const changed = SETTING_KEYS.filter((key) => current(key) !== before[key])
    publish()
    for (const listener of listeners) {
      try {
        listener(changed)
      } catch (error) {
        // The value is stored; a room that stumbles over it must not make the change look refused.
        log.error('a room did not take a changed setting', error)
      }
    }
    return [...new Set(changed.flatMap((key) => SETTINGS[key].restarts))]
  }

  publish()
  return {
    get: (key) => current(key) as SettingValue<typeof key>,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async set(changes) {
      const judged = Object.entries(changes).map(([key, value]) => {
        if (!isSettingKey(key)) throw new HearthError('setting-invalid', { problem: 'unknown', key: key.slice(0, 80) })
        const good = settingValue(key, value)
        if (good === undefined) throw new HearthError('setting-invalid', { problem: SETTINGS[key].control.kind, key, ...limits(key) })
        return [key, good] as const
      })
      return change((next) => {
        for (const [key, value] of judged) next.values.set(key, value)
      })
    },
    async reset(keys) {
      const none = keys.find((key) => !isSettingKey(key) && !stored.strange.has(key))
      if (none !== undefined) throw new HearthError('setting-invalid', { problem: 'unknown', key: none.slice(0, 80) })
      return change((next) => {
        for (const key of keys) {
          next.strange.delete(key)
          if (isSettingKey(key)) next.values.delete(key)
        }
      })
    },
    export: () => exportSettings(all(), version),
    judge(text) {
      const { changes, ignored, same, digest } = judgeSettingsFile(text, all())
      return { changes, ignored, same, digest }
    },
    async import(text, digest) {
      const judged = judgeSettingsFile(text, all())
      if (judged.digest !== digest) throw new HearthError('settings-file-invalid', { problem: 'changed' })
      return change((next) => {
        for (const [key, value] of judged.values) next.values.set(key, value)
      })
    },
  }
}

function limits(key: SettingKey): Record<string, string> {
  const { control } = SETTINGS[key]
  return control.kind === 'number' ? { least: String(control.least), most: String(control.most) } : {}
}
