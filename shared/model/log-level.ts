/** How loud a line of a log is. A line that names no level counts as `info`: the stock miner leaves that word out. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const WORDS: Record<string, LogLevel> = {
  trc: 'debug',
  trace: 'debug',
  dbg: 'debug',
  debug: 'debug',
  inf: 'info',
  info: 'info',
  wrn: 'warn',
  warn: 'warn',
  warning: 'warn',
  err: 'error',
  error: 'error',
  ftl: 'error',
  fatal: 'error',
  pnc: 'error',
  panic: 'error',
  dpanic: 'error',
}
/** Where a JSON line has its level: first with zerolog and caddy, later with others. */
const JSON_LEVEL = /"level"\s*:\s*"(\w{3,7})"/
const JSON_LOOK = 2_000
/** A word of the list at the start, after at most two pieces of a date or time. */
const CONSOLE_LEVEL = /^(?:\[?\d[\d:./TZ+-]*(?:AM|PM)?\]?\s+){0,2}\[?([A-Z]{3,7})\]?(?=[\s:]|$)/
/** What programs write when they die, without a level. */
const LAST_WORDS = /^(?:panic:|fatal error:|Error:|error:|thread '.{0,60}' panicked)/

/**
 * Level of a line without colours: zerolog's JSON and console forms (offchain facts 2.10), CometBFT's, caddy's, and what a program says when it dies.
 * @param text one line
 */
export function logLevelOf(text: string): LogLevel {
  const found = text.startsWith('{') ? JSON_LEVEL.exec(text.slice(0, JSON_LOOK))?.[1] : CONSOLE_LEVEL.exec(text)?.[1]
  const word = found?.toLowerCase() ?? ''
  if (Object.hasOwn(WORDS, word)) return WORDS[word] ?? 'info'
  return LAST_WORDS.test(text) || text.includes('CONSENSUS FAILURE!!!') ? 'error' : 'info'
}
