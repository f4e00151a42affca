import type { Check } from './check.ts'

const DAY_MS = 24 * 60 * 60_000

/** Hearth had the relay miner ask another host: told for a day, and for as long as it stands in for the one that the user prefers. Gone once the user chooses. */
export const minerHostChanged: Check = {
  id: 'miner-host-changed',
  look({ bundle }, nowMs) {
    const changed = bundle?.changed ?? null
    if (!bundle || changed === null || changed.why === 'back') return undefined
    const own = bundle.standsInFor ?? ''
    const facts = { from: own === '' ? changed.from : own, host: bundle.host }
    if (own !== '') return { level: 'warn', key: 'miner-host-stands-in', facts, fix: 'nodes' }
    return nowMs - changed.atMs < DAY_MS ? { level: 'info', key: 'miner-host-changed', facts, fix: 'nodes' } : undefined
  },
}
