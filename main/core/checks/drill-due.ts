import { networkOf } from '#shared/networks/index.ts'
import { settingIn } from '#shared/settings/read.ts'
import type { Check, Finding } from './check.ts'

const DAY_MS = 86_400_000
/** Nobody is asked for a drill on the evening on which the key was made. */
const GRACE_DAYS = 7

/** A backup that was never restored, not even for a try, is a hope; so is a drill of long ago, or one from before the newest key was made. */
export const drillDue: Check = {
  id: 'drill-due',
  look(state, nowMs): Finding | undefined {
    const days = settingIn(state.settings, 'drillDays')
    // Keys of Practice are worth nothing, and its time is not that of backups.
    const keys = Object.values(state.keys).filter((key) => key.kind !== 'watch' && key.network !== 'practice')
    if (days === 0 || state.app.network === 'practice' || keys.length === 0) return undefined
    const { backupAtMs, drillAtMs } = state.custody
    const isOld = (sinceMs: number, age: number): boolean => nowMs - sinceMs > age * DAY_MS
    const uncovered = keys
      .filter((key) => drillAtMs === null || key.createdAtMs > drillAtMs)
      .sort((a, b) => a.createdAtMs - b.createdAtMs)
      .find((key) => isOld(key.createdAtMs, Math.min(GRACE_DAYS, days)))
    // Play money is no reason to be alarmed, and a good reason to practise.
    const level = keys.some((key) => !networkOf(key.network).playMoney) ? 'warn' : 'info'
    if (uncovered) {
      const key = backupAtMs === null ? 'backup-never' : 'drill-never'
      return { level, key, facts: { name: uncovered.name }, fix: 'keys' }
    }
    if (drillAtMs === null || !isOld(drillAtMs, days)) return undefined
    return { level, key: 'drill-old', facts: { days: String(Math.floor((nowMs - drillAtMs) / DAY_MS)) }, fix: 'keys' }
  },
}
