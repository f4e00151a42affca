/** Columns of `claims.csv`: times in UTC, amounts both in upokt and in POKT, whole hashes. */
export const CLAIM_COLUMNS = [
  'network',
  'session_end_height',
  'operator_address',
  'application_address',
  'service_id',
  'session_id',
  'stage',
  'relays',
  'claimed_compute_units',
  'estimated_compute_units',
  'claimed_upokt',
  'claimed_pokt',
  'settled_upokt',
  'settled_pokt',
  'minted_upokt',
  'overservicing_loss_upokt',
  'deflation_loss_upokt',
  'slashed_upokt',
  'claim_height',
  'claim_tx_hash',
  'proof_height',
  'proof_tx_hash',
  'settled_height',
  'settled_at_utc',
  'proof_requirement',
  'reason',
] as const

type Row = Record<string, unknown>

/** One row as a line of JSON. Bytes are base64 under their own mark, so that a reader can tell them from text. */
export function jsonLine(table: string, row: Row): string {
  const plain = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? bytes(value) : value]))
  return `${JSON.stringify({ table: table.replace(/_rows$/, 's'), row: plain })}\n`
}

const bytes = (value: Uint8Array): { base64: string } => ({ base64: Buffer.from(value).toString('base64') })

/** One claim as a line of CSV (RFC 4180). */
export function csvRow(row: Row): string {
  const made: Row = {
    ...row,
    claimed_pokt: toPokt(row['claimed_upokt']),
    settled_pokt: toPokt(row['settled_upokt']),
    settled_at_utc: typeof row['settled_at_ms'] === 'number' ? new Date(row['settled_at_ms']).toISOString() : null,
  }
  return `${CLAIM_COLUMNS.map((column) => cell(made[column])).join(',')}\r\n`
}

/** Names and reasons come from a public chain: one that begins like a formula must stay text in a spreadsheet. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  const isNumber = /^-?\d+(\.\d+)?$/.test(text)
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** upokt as POKT with all six decimals, exact. */
function toPokt(upokt: unknown): string | null {
  if (typeof upokt !== 'string' || !/^-?\d+$/.test(upokt)) return null
  const digits = upokt.replace('-', '').padStart(7, '0')
  return `${upokt.startsWith('-') ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}
