import { settingIn } from '#shared/settings/read.ts'
import type { Check, Finding } from './check.ts'

const DAY_MS = 86_400_000

/** At the height of an upgrade today's software stops; node and miner need the new release by then (onchain facts 1). */
export const upgradePlanned: Check = {
  id: 'upgrade-planned',
  look(state): Finding | undefined {
    const { upgrade, updates } = state.health
    const { chain } = state
    if (!upgrade || upgrade.height <= chain.height) return undefined
    // Told by `update-trouble`, with what is wrong.
    if (updates && !updates.tooOld && (updates.upgrade === 'missing' || updates.upgrade === 'failed')) return undefined
    const blocks = upgrade.height - chain.height
    const atMs = chain.medianBlockMs === null ? undefined : Math.round(chain.blockTimeMs + blocks * chain.medianBlockMs)
    const isFar = atMs !== undefined && atMs > chain.blockTimeMs + settingIn(state.settings, 'upgradeWarnDays') * DAY_MS
    return {
      // With its software here there is nothing left for the user to do.
      level: isFar || updates?.upgrade === 'ready' ? 'info' : 'warn',
      key: atMs === undefined ? 'upgrade-planned-height' : 'upgrade-planned',
      facts: {
        name: upgrade.name,
        height: String(upgrade.height),
        blocks: String(blocks),
        ...(atMs === undefined ? {} : { atMs: String(atMs) }),
      },
      fix: 'updates',
    }
  },
}
