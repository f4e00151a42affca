/**
 * Lines of the stock miner and of a Pocket node whose meaning is known (offchain facts 2.10 and 1.10). The wording of releases differs, so pieces are looked for, without
 * regard to case; the first row that fits counts, so narrower ones stand above wider ones. Each id has a sentence in the words of the nodes pages.
 */
const PATTERNS = [
  // Relays
  ['session-mismatch', ['session id mismatch']],
  ['session-expired', ['session expired', 'session has expired']],
  ['not-eligible', ['relay no longer eligible']],
  ['queue-full', ['relay mining channel full', 'mining_channel_full']],
  ['not-available', ['not available for relaying']],
  ['backend-unreachable', ['failed sending the relay request to the native service']],
  ['backend-error', ['non-2xx status code']],
  ['config-suspect', ['this could be a configuration issue']],
  ['ring-invalid', ['invalid relay request signature', 'ring signature']],
  ['verify-failed', ['failed verifying relay request']],
  ['no-relay', ['failed to unmarshal relay']],
  ['relay-failed', ['failed serving synchronous relay request']],
  ['served', ['relay request served successfully']],
  ['delayed-check', ['performing delayed validation']],
  // Claims and proofs
  ['no-funds', ['insufficient funds']],
  ['claims-failed', ['failed to submit claims']],
  ['proofs-failed', ['failed to submit proofs']],
  ['unprofitable', ['not profitable', 'unprofitable claim']],
  ['claim-profitable', ['processing profitable claim']],
  ['claim-open', ['claim creation window is now open']],
  ['claim-made', ['created a new claim']],
  ['nothing-to-claim', ['no claimable sessions available']],
  ['proof-not-required', ['proof not required']],
  ['proof-required', ['proof required to secure']],
  ['proof-made', ['submitted a new proof', 'rewards secured']],
  // The node behind the miner
  ['block-delayed', ['block update delayed', 'check node connectivity and sync status']],
  // Life of the miner
  ['saving', ['about to start persisting all session data']],
  ['ended-well', ['graceful shutdown completed']],
  ['store-path', ['smt_store_path']],
  // Disk
  ['disk-full', ['no space left on device']],
  ['disk-rights', ['check disk space and permissions', 'permission denied']],
  // Pocket node
  ['wrong-binary', ['wrong block.header.apphash', 'wrong block.header.lastresultshash']],
  ['too-new', ['binary updated before trigger']],
  ['upgrade-due', [' needed at height', 'upgrade "']],
  ['locked-store', ['resource temporarily unavailable']],
  ['genesis-wrong', ['error reading genesisdoc', 'genesis doc hash']],
  ['gas-price-missing', ['set min gas price in app.toml']],
  ['no-peers', ["couldn't connect to any seeds", 'stopping peer for error']],
  ['consensus-failure', ['consensus failure!!!']],
] as const satisfies readonly (readonly [string, readonly string[]])[]

export type LogPattern = (typeof PATTERNS)[number][0]
export const LOG_PATTERNS: readonly LogPattern[] = PATTERNS.map(([id]) => id)

/** Which known line this is. @param text one line, without colours */
export function logPatternOf(text: string): LogPattern | undefined {
  const lower = text.toLowerCase()
  return PATTERNS.find(([, pieces]) => pieces.some((piece) => lower.includes(piece)))?.[0]
}
