/** What a command line of pocketd says. */
export interface PocketdArgs {
  words: string[]
  /** By long name without dashes; '' for one without a value. */
  flags: Map<string, string>
}

/** A refusal in pocketd's words: it prints them after its usage text and ends with 1. */
export class PocketdError extends Error {}

const WITH_VALUE = new Set([
  'home',
  'keyring-backend',
  'keyring-dir',
  'output',
  'chain-id',
  'default-denom',
  'gas',
  'gas-prices',
  'fees',
  'key-type',
  'node',
  'note',
  'log_format',
  'log_level',
  'network',
])
const WITHOUT_VALUE = new Set(['no-backup', 'yes', 'address', 'pubkey', 'overwrite', 'append', 'trace', 'log_no_color'])
const SHORT: Record<string, string> = { a: 'address', p: 'pubkey', y: 'yes', o: 'output' }

/** Throws PocketdError for a flag that the commands of Hearth do not have. */
export function readArgs(args: string[]): PocketdArgs {
  const words: string[] = []
  const flags = new Map<string, string>()
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (!arg.startsWith('-')) {
      words.push(arg)
      continue
    }
    const [given = '', inline] = arg.replace(/^--?/, '').split('=', 2)
    const name = arg.startsWith('--') ? given : SHORT[given]
    if (name === undefined) throw new PocketdError(`unknown shorthand flag: '${given[0] ?? ''}' in ${arg}`)
    if (WITHOUT_VALUE.has(name)) {
      flags.set(name, '')
      continue
    }
    if (!WITH_VALUE.has(name)) throw new PocketdError(`unknown flag: ${arg}`)
    const value = inline ?? args[(at += 1)]
    if (value === undefined) throw new PocketdError(`flag needs an argument: ${arg}`)
    flags.set(name, value)
  }
  return { words, flags }
}

const HOME = '/home/pocket/.pocket'

export const homeOf = (args: PocketdArgs): string => args.flags.get('home') ?? HOME
/** Folder in which the keyring's own folder lies. */
export const keyringDirOf = (args: PocketdArgs): string => args.flags.get('keyring-dir') ?? homeOf(args)
