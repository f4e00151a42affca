/** What was wrong with something that was brought in. Every one has a sentence of its own (import-words.ts). */
export type ImportProblem =
  | 'nothing'
  | 'wrong-word'
  | 'word-count'
  | 'wrong-checksum'
  | 'wrong-passphrase'
  | 'passphrase-needed'
  | 'wrong-prefix'
  | 'bad-path'
  | 'hex-length'
  | 'impossible-key'
  | 'unknown-form'
  | 'damaged-file'
  | 'no-such-file'
  | 'no-keys'
  | 'ledger-key'

/** Thrown while a secret is read. `detail` never repeats what was typed, but for a word that is in no list. */
export class ImportError extends Error {
  readonly problem: ImportProblem
  readonly detail: string
  constructor(problem: ImportProblem, detail = '') {
    super(problem)
    this.name = 'ImportError'
    this.problem = problem
    this.detail = detail
  }
}

/** One sentence per problem, as it stands on the page. */
export function importSentence(error: ImportError): string {
  const { detail } = error
  switch (error.problem) {
    case 'nothing':
      return 'Nothing was typed. Type the words or the key, or the folder where it lies.'
    case 'wrong-word':
    case 'word-count':
      return detail
    case 'wrong-checksum':
      return 'Every word is in the list, but together they do not fit: one is another word, or two changed places. Compare with your paper.'
    case 'wrong-passphrase':
      return 'That is not the passphrase of this file. It is the one that was chosen when the key was exported, not your vault password.'
    case 'passphrase-needed':
      return 'This key is closed with a passphrase of its own. Type it below and try again.'
    case 'wrong-prefix':
      return `This address belongs to another network: it ought to begin with ${detail}1.`
    case 'bad-path':
      return 'Account and index are whole numbers from 0 to 2147483647. Most wallets use 0 for both.'
    case 'hex-length':
      return `A private key has 64 hex digits; these are ${detail}.`
    case 'impossible-key':
      return 'These 64 hex digits are not a possible private key.'
    case 'unknown-form':
      return detail === ''
        ? 'This is neither a list of words, a private key of 64 hex digits, an exported key nor a Morse key file.'
        : `This cannot be used: ${detail}.`
    case 'damaged-file':
      return `This is damaged or not whole: ${detail}. Copy it again from where it came.`
    case 'no-such-file':
      return `There is nothing to read there: ${detail}.`
    case 'no-keys':
      return 'There is no key in this folder. A keyring folder is called keyring-file or keyring-test and holds files that end in .info.'
    case 'ledger-key':
      return 'The private key of this entry lies on another device, so there is nothing to bring in.'
  }
}
