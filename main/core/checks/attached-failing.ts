import { ownSuppliers } from '../state/own-suppliers.ts'
import type { Check, Finding } from './check.ts'

/** An endpoint that the user attached fails the relays that are sent to it. */
export const attachedFailing: Check = {
  id: 'attached-failing',
  look(state): Finding | undefined {
    const staked = new Set(ownSuppliers(state).flatMap((each) => each.services))
    const rows = state.health.backendsFailing
    const first = rows.find((row) => staked.has(row.serviceId)) ?? rows[0]
    // Without its engine there is no gate either, and that check says what helps.
    if (!first || (first.why === 'gate' && state.engine.kind !== 'ready')) return undefined
    return {
      level: staked.has(first.serviceId) ? 'bad' : 'warn',
      key: `attached-${first.why}`,
      facts: { ...first.facts, title: first.title, serviceId: first.serviceId, count: String(rows.length) },
      fix: 'nodes',
    }
  },
}
