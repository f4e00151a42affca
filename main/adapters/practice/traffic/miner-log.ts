/** The stock miner's log: zerolog's console format in colours, without times and without the word for the level INFO (offchain facts 2.10). */

const ESC = '\u001B'
const bold = (text: string): string => `${ESC}[1m${text}${ESC}[0m`
const name = (text: string): string => `${ESC}[36m${text}=${ESC}[0m`
const LEVELS = { info: '', warn: `${ESC}[33mWRN${ESC}[0m `, error: `${ESC}[31mERR${ESC}[0m ` } as const

export type Fields = Record<string, string | number>

/** @returns one line; fields sorted by name with `error` first, values with spaces or other signs in quotes, as zerolog writes them */
export function minerLine(level: keyof typeof LEVELS, message: string, fields: Fields = {}): string {
  const names = Object.keys(fields).sort((a, b) => (a === 'error' ? -1 : b === 'error' ? 1 : a < b ? -1 : 1))
  const tail = names.map((key) => {
    const value = quoted(String(fields[key]))
    return ` ${name(key)}${key === 'error' ? `${ESC}[31m${bold(value)}${ESC}[0m` : value}`
  })
  return `${LEVELS[level]}${bold(message)}${tail.join('')}`
}

function quoted(value: string): string {
  return /[^\x21-\x7E]|["\\]/.test(value) ? JSON.stringify(value) : value
}

/** What the miner prints before its first log line. */
export const BANNER = [
  '',
  '❗RPC Full Node Configuration Guide ❗',
  '====================================',
  '',
  "🔧 When running multiple RelayMiners or Suppliers, adjust these settings in your Full Node's config.toml file",
  '',
  '==========================================',
  '⚠️  SMT Store Path Configuration Notice ⚠️',
  '==========================================',
  '',
]
