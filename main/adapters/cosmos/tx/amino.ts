import type { TxDraft } from '#main/core/ports/tx.ts'
import { DENOM } from './fields.ts'
import { aminoMessage } from './messages.ts'

/** RFC 3339 with milliseconds, trailing zeros trimmed, as Go prints it. */
export function goTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Record<string, unknown>).filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, each]) => [key, sorted(each)]))
}

/** Characters that Go's JSON escapes and JavaScript's does not (onchain facts 2.6): an unescaped one makes the signature invalid. */
const GO_ESCAPES = /[&<>\u2028\u2029]/g

/**
 * The JSON whose bytes are signed in SIGN_MODE_LEGACY_AMINO_JSON: keys in order at every depth, no space, empty values left out (onchain facts 2.6).
 */
export function aminoSignDoc(draft: TxDraft): string {
  const doc = {
    account_number: draft.accountNumber.toString(),
    chain_id: draft.chainId,
    fee: {
      amount: draft.feeUpokt === 0n ? [] : [{ amount: draft.feeUpokt.toString(), denom: DENOM }],
      gas: draft.gasLimit.toString(),
    },
    memo: draft.memo,
    msgs: draft.messages.map(aminoMessage),
    sequence: draft.sequence.toString(),
    ...(draft.timeoutHeight > 0 && { timeout_height: String(draft.timeoutHeight) }),
    ...(draft.unordered === true && { unordered: true }),
    ...(draft.timeoutAtMs !== undefined && { timeout_timestamp: goTime(draft.timeoutAtMs) }),
  }
  return JSON.stringify(sorted(doc)).replace(GO_ESCAPES, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
