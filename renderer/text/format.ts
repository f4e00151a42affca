import { formatPokt } from '#shared/model/money.ts'

/** How figures, times and addresses are written. The words are English, so are digits and separators; clock times follow the system. */
const GROUPED = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
/** Between thousands: a space that never ends a line. */
const SEPARATORS = { comma: ',', space: '\u202f', plain: '' } as const
type NumberStyle = keyof typeof SEPARATORS
let separator: string = SEPARATORS.comma
/** Where the day has 12 hours they are written without a leading zero, as people there do; it also leaves room for the seconds. */
function clocks(hours: ClockHours): { minutes: Intl.DateTimeFormat; seconds: Intl.DateTimeFormat } {
  const own = hours === 'system' ? {} : { hourCycle: hours === '12' ? ('h12' as const) : ('h23' as const) }
  const isTwelve = new Intl.DateTimeFormat(undefined, { hour: 'numeric', ...own }).resolvedOptions().hour12
  const parts = { hour: isTwelve ? ('numeric' as const) : ('2-digit' as const), minute: '2-digit' as const, ...own }
  return {
    minutes: new Intl.DateTimeFormat(undefined, parts),
    seconds: new Intl.DateTimeFormat(undefined, { ...parts, second: '2-digit' }),
  }
}
type ClockHours = 'system' | '12' | '24'
let clockHours: ClockHours = 'system'
let clock = clocks('system')
const LOG_CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const NO_BREAK = '\u00a0'

/** A whole number with separators, such as a height. */
export const whole = (value: number | string): string =>
  GROUPED.format(typeof value === 'string' ? Number(value) : value).replaceAll(',', separator)

/** upokt as POKT without the unit. @param upokt decimal text or bigint @param decimals as in formatPokt */
export function pokt(upokt: string | bigint, decimals: 0 | 2 | 4 | 6 | 'trim' = 'trim'): string {
  return formatPokt(typeof upokt === 'bigint' ? upokt : BigInt(upokt), decimals, separator)
}

/** An amount in a table: four decimals, and "<0.0001" for what would look like nothing. */
export function tablePokt(upokt: string | bigint): string {
  const value = BigInt(upokt)
  return value > 0n && value < 100n ? '<0.0001' : pokt(value, 4)
}

/** POKT with its unit, never parted. */
export const poktUnit = (upokt: string | bigint, decimals: 0 | 2 | 4 | 6 | 'trim' = 'trim'): string =>
  `${pokt(upokt, decimals)}${NO_BREAK}POKT`

/** Local clock time. @param seconds for chains whose blocks come faster than minutes */
export const clockTime = (ms: number, seconds = false): string => (seconds ? clock.seconds : clock.minutes).format(ms)

/** The user's choice of 12 or 24 hours; `system` leaves it to the locale. Counts for every time written from now on. */
export function setClockHours(hours: ClockHours): void {
  if (hours === clockHours) return
  clockHours = hours
  clock = clocks(hours)
}

/** How thousands are parted, from now on. */
export function setNumberStyle(style: NumberStyle): void {
  separator = SEPARATORS[style]
}

/** The time of a log line: always 24 hours, so that lines stand under each other. */
export const logTime = (ms: number): string => LOG_CLOCK.format(ms)

/** Day and month. */
export const day = (ms: number): string => DAY.format(ms)

/** Clock time today, day and month before. */
export function when(ms: number, nowMs: number, seconds = false): string {
  return new Date(ms).toDateString() === new Date(nowMs).toDateString() ? clockTime(ms, seconds) : day(ms)
}

/** A length of time in its largest useful units: "0.4 s", "38 s", "13 min", "3 h 20 min", "12 days 4 h". */
export function duration(ms: number): string {
  const s = Math.max(0, ms) / 1000
  const unit = (value: number, name: string): string => `${value}${NO_BREAK}${name}`
  if (s < 10) return unit(Math.round(s * 10) / 10, 's')
  if (s < 120) return unit(Math.round(s), 's')
  const minutes = Math.round(s / 60)
  if (minutes < 120) return unit(minutes, 'min')
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? unit(hours, 'h') : `${unit(hours, 'h')} ${unit(minutes % 60, 'min')}`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? unit(days, 'days') : `${unit(days, 'days')} ${unit(hours % 24, 'h')}`
}

/** A coarse age: whole seconds, minutes, hours, days. */
export function age(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 100) return `${s}${NO_BREAK}s`
  if (s < 100 * 60) return `${Math.round(s / 60)}${NO_BREAK}min`
  if (s < 48 * 3600) return `${Math.round(s / 3600)}${NO_BREAK}h`
  return `${Math.round(s / 86_400)}${NO_BREAK}days`
}

/** Decimal bytes: "3.4 MB", "1,712 GB". */
export function bytes(count: number): string {
  if (count < 1_000_000) return `${Math.max(0, Math.round(count / 1000))}${NO_BREAK}kB`
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(count < 100_000_000 ? 1 : 0)}${NO_BREAK}MB`
  return `${(count / 1_000_000_000).toFixed(count < 10_000_000_000 ? 1 : 0)}${NO_BREAK}GB`
}

/** `pokt1k4w…8x2d`: what the network's addresses begin with, three or four letters, and the last four. */
export const shortAddress = (address: string): string =>
  address.length <= 16 ? address : `${address.slice(0, Math.max(9, address.lastIndexOf('1') + 4))}…${address.slice(-4)}`

/** `9C41 7F…E07A`. */
export const shortHash = (hash: string): string => (hash.length <= 14 ? hash : `${hash.slice(0, 4)} ${hash.slice(4, 6)}…${hash.slice(-4)}`)

/** `sha256:7c1e…90ab`. */
export function shortDigest(digest: string): string {
  const [kind, hex] = digest.includes(':') ? digest.split(':', 2) : ['', digest]
  if (!hex) return ''
  const shown = hex.length > 12 ? `${hex.slice(0, 4)}…${hex.slice(-4)}` : hex
  return kind ? `${kind}:${shown}` : shown
}

/** An address in groups of four, the way it is compared and read out. */
export const groupsOfFour = (address: string): string[] => address.match(/.{1,4}/g) ?? []

/** Two letters that stand for a service. */
export function monogram(name: string): string {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')
  const letters = parts.length > 1 ? `${parts[0]?.[0] ?? ''}${parts[1]?.[0] ?? ''}` : (parts[0] ?? '').slice(0, 2)
  return letters.toUpperCase()
}
