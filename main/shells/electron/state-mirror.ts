import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { applyPatch, snapshotSchema, type Patch, type Snapshot } from '#shared/api/patches.ts'
import type { AppState } from '#shared/api/state.ts'
import { settingIn } from '#shared/settings/read.ts'
import { SETTINGS, type SettingKey, type SettingValue } from '#shared/settings/table.ts'

/** The shell's own copy of the state, for tray, notifications and power. It reads; only requests change anything. */
export interface StateMirror {
  /** Undefined until core has answered. */
  readonly state: AppState | undefined
  /** Resolves once core has answered for the first time, or could not. */
  readonly ready: Promise<void>
  /** Calls at every change, and at once when a state is there. @returns how to stop */
  onChange(listener: (state: AppState) => void): () => void
  setting<K extends SettingKey>(key: K): SettingValue<K>
  stop(): void
}

/** Follows core's numbered patches; asks for everything again when one is missing. */
export function mirrorState(app: App, log: Log): StateMirror {
  const listeners = new Set<(state: AppState) => void>()
  let snapshot: Snapshot | undefined
  let waiting: Patch[] = []
  let asking = false

  const tell = (listener: (state: AppState) => void): void => {
    if (!snapshot) return
    try {
      listener(snapshot.state)
    } catch (error) {
      // One part of the desktop that stumbles must not take the others along.
      log.error('a part of the desktop did not take the state', error)
    }
  }
  const ask = async (): Promise<void> => {
    if (asking) return
    asking = true
    try {
      const answer = await app.call('state.get', {})
      const judged = answer.ok ? snapshotSchema.safeParse(answer.value) : undefined
      if (!judged?.success) {
        log.warn('the desktop has no state to show')
        return
      }
      snapshot = judged.data
      const later = waiting
      waiting = []
      for (const patch of later) {
        const next = applyPatch(snapshot, patch)
        if (next !== 'gap') snapshot = next
      }
      for (const listener of listeners) tell(listener)
    } finally {
      asking = false
    }
  }
  const stop = app.subscribe((patch) => {
    if (asking) {
      waiting.push(patch)
      return
    }
    const next = snapshot ? applyPatch(snapshot, patch) : 'gap'
    if (next === snapshot) return
    if (next === 'gap') {
      waiting = [patch]
      void ask().catch((error: unknown) => log.error('asking for the state', error))
      return
    }
    snapshot = next
    for (const listener of listeners) tell(listener)
  })
  const ready = ask().catch((error: unknown) => void log.error('asking for the state', error))

  return {
    ready,
    get state() {
      return snapshot?.state
    },
    onChange(listener) {
      listeners.add(listener)
      tell(listener)
      return () => listeners.delete(listener)
    },
    setting: (key) => (snapshot ? settingIn(snapshot.state.settings, key) : (SETTINGS[key].standard as SettingValue<typeof key>)),
    stop() {
      stop()
      listeners.clear()
      waiting = []
    },
  }
}
