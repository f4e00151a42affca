import { serveLife } from './life.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createSettings } from '#main/core/settings/settings.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { join } from 'node:path'

const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }

/** One life around the settings, in the real database. args: data folder, 'look' | 'go', how. Answers with the three settings that belong together. */
await serveLife(async (args) => {
  const [dataDir, task, how] = args as [string, 'look' | 'go', string]
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log: quiet })
  const app = { version: '1', shell: 'web' as const, host: 'h', network: null, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), systemClock)
  const settings = await createSettings({ store, state, log: quiet, version: '1' })
  if (task === 'go') {
    const changes = { autoLockMinutes: 11, gasPriceTimes: 11, relayTimeoutSeconds: 11 }
    if (how === 'import') {
      const text = JSON.stringify({ kind: 'hearth-settings', format: 1, settings: changes })
      await settings.import(text, settings.judge(text).digest)
    } else if (how === 'reset') await settings.reset(Object.keys(changes))
    else await settings.set(changes)
  }
  const answer = [settings.get('autoLockMinutes'), settings.get('gasPriceTimes'), settings.get('relayTimeoutSeconds')]
  await store.close()
  return answer
})
