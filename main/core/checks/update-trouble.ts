import type { Check, Finding } from './check.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** What updates of containers cannot settle by themselves: software for an upgrade that is not here, software too old for the chain, and what was taken back. */
export const updateTrouble: Check = {
  id: 'update-trouble',
  look(state): Finding | undefined {
    const { updates, upgrade } = state.health
    const { chain } = state
    if (!updates) return undefined
    if (updates.tooOld)
      return {
        level: 'bad',
        key: 'software-too-old',
        facts: { version: updates.tooOld.version, needed: updates.tooOld.needed, height: String(updates.tooOld.height) },
        fix: 'updates',
      }
    if (updates.upgrade === 'failed')
      return {
        level: 'bad',
        key: 'upgrade-failed',
        facts: { name: upgrade?.name ?? '', height: String(upgrade?.height ?? 0) },
        fix: 'updates',
      }
    if (updates.upgrade === 'missing' && upgrade) {
      const leftMs = (upgrade.height - chain.height) * (chain.medianBlockMs ?? HOUR_MS)
      return {
        level: leftMs <= DAY_MS ? 'bad' : 'warn',
        key: 'upgrade-missing',
        facts: { name: upgrade.name, height: String(upgrade.height), blocks: String(Math.max(0, upgrade.height - chain.height)) },
        fix: 'updates',
      }
    }
    if (updates.rolledBack)
      return {
        level: 'warn',
        key: 'update-rolled-back',
        facts: { title: updates.rolledBack.title, version: updates.rolledBack.toVersion },
        fix: 'updates',
      }
    return undefined
  },
}
