import { describe, expect, it } from 'vitest'
import { INTENT_STATUSES, mayMove, type IntentStatus } from '#shared/model/intent.ts'

/** Every step that is allowed beside staying; all others are refused. */
const ALLOWED: Record<IntentStatus, IntentStatus[]> = {
  prepared: ['discarded', 'signed', 'broadcast', 'included', 'refused', 'expired'],
  discarded: [],
  signed: ['broadcast', 'included', 'refused', 'expired'],
  broadcast: ['included', 'refused', 'expired'],
  included: [],
  refused: [],
  expired: [],
}

describe('mayMove', () => {
  it.each(INTENT_STATUSES)('from %s only forwards, never out of an end, and discarded only before signing', (from) => {
    for (const to of INTENT_STATUSES) {
      expect(mayMove(from, to), `${from} to ${to}`).toBe(from === to || ALLOWED[from].includes(to))
    }
  })
})
