import './hook.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createSettings } from '#main/core/settings/settings.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { join } from 'node:path'

/** One life around the settings, in the real database. argv: data folder, 'look' | 'go', how. Ends with one JSON line: the three settings that belong together. */
const [dataDir, task, how] = process.argv.slice(2) as [string, 'look' | 'go', string]
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
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
console.log(JSON.stringify(answer))
process.exit(0)
