import { settingValue } from '#shared/settings/table.ts'
import type { Handlers } from '../dispatch.ts'
import type { Settings } from './settings.ts'

type SettingsRequests = 'settings.set' | 'settings.reset' | 'settings.export' | 'settings.judge' | 'settings.import'

/** The settings' rows of the request table. `onChanged` is told what the user did, for the list of events: names alone, never values. */
export function settingsHandlers({
  settings,
  mayUseEngine,
  onChanged,
}: {
  settings: Settings
  /** Rejects `engine-place-unknown` for an engine that the page may not name. */
  mayUseEngine: (endpoint: string) => Promise<void>
  onChanged: (keys: string[]) => void
}): Pick<Handlers, SettingsRequests> {
  return {
    'settings.set': async ({ changes }) => {
      const engine = settingValue('engineEndpoint', changes['engineEndpoint'])
      // SECURITY: S16 the same as at the choice of an engine, whichever request brings it.
      if (engine !== undefined) await mayUseEngine(engine)
      const restarts = await settings.set(changes)
      onChanged(Object.keys(changes))
      return { restarts }
    },
    'settings.reset': async ({ keys }) => {
      const restarts = await settings.reset(keys)
      onChanged(keys)
      return { restarts }
    },
    'settings.export': () => Promise.resolve({ fileName: 'hearth-settings.json', text: settings.export() }),
    'settings.judge': ({ text }) => Promise.resolve().then(() => settings.judge(text)),
    'settings.import': async ({ text, digest }) => {
      const { changes } = settings.judge(text)
      const restarts = await settings.import(text, digest)
      onChanged(changes.map((change) => change.key))
      return { restarts }
    },
  }
}
