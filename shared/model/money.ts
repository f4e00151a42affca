/** One POKT is 10^6 upokt. Bank metadata is empty on chain, so the exponent cannot be read (onchain facts, section 1). */
export const UPOKT_PER_POKT = 1_000_000n

export type AmountProblem = 'empty' | 'not-a-number' | 'negative' | 'too-many-decimals' | 'zero'

/**
 * Reads an amount of POKT as a person types or pastes it.
 * Spaces around and between groups of digits, and a trailing "POKT", are tolerated; commas and exponents are not, since they mean different things to different people.
 * @returns upokt, or why it is none.
 */
export function parsePokt(text: string): { ok: true; upokt: bigint } | { ok: false; problem: AmountProblem } {
  const trimmed = text.trim().replace(/\s*POKT$/i, '')
  if (trimmed === '') return { ok: false, problem: 'empty' }
  if (/^[-−]/.test(trimmed)) return { ok: false, problem: 'negative' }
  const compact = trimmed.replace(/(?<=\d)[\s\u00a0\u202f\u2009](?=\d)/g, '')
  const match = /^(\d{1,20})(?:\.(\d+))?$/.exec(compact)
  if (!match) return { ok: false, problem: 'not-a-number' }
  const fraction = match[2] ?? ''
  if (fraction.length > 6) return { ok: false, problem: 'too-many-decimals' }
  const upokt = BigInt(match[1] ?? '0') * UPOKT_PER_POKT + BigInt(fraction.padEnd(6, '0') || '0')
  return upokt === 0n ? { ok: false, problem: 'zero' } : { ok: true, upokt }
}

/**
 * Writes upokt as POKT, never rounded up: digits past `decimals` are cut.
 * @param upokt exact amount @param decimals how many to show (0-6); with 'trim' only those that carry something
 */
export function formatPokt(upokt: bigint, decimals: 0 | 2 | 4 | 6 | 'trim' = 'trim', groupSeparator = ','): string {
  const negative = upokt < 0n
  const absolute = negative ? -upokt : upokt
  const whole = (absolute / UPOKT_PER_POKT).toString().replace(/\B(?=(\d{3})+$)/g, groupSeparator)
  const fraction = (absolute % UPOKT_PER_POKT).toString().padStart(6, '0')
  const shown = decimals === 'trim' ? fraction.replace(/0+$/, '') : fraction.slice(0, decimals)
  return `${negative ? '−' : ''}${whole}${shown === '' ? '' : `.${shown}`}`
}

/** Splits a Cosmos coin string such as `123upokt`. Returns undefined for anything else. */
export function parseCoin(text: string): { amount: bigint; denom: string } | undefined {
  const match = /^(\d+)([a-zA-Z][\w/:._-]*)$/.exec(text)
  return match ? { amount: BigInt(match[1] ?? '0'), denom: match[2] ?? '' } : undefined
}

/** Sums the upokt of a comma-joined coin list; other denominations are left out. */
export function upoktOf(coins: string): bigint {
  let total = 0n
  for (const part of coins.split(',')) {
    const coin = parseCoin(part.trim())
    if (coin?.denom === 'upokt') total += coin.amount
  }
  return total
}
