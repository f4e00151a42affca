import { HearthError } from '#shared/api/errors.ts'

export const MIN_PASSWORD_LENGTH = 10
const MIN_BITS = 40

/** Runs that people type without thinking; three or more neighbours of one of them count as one guess among few. */
const KEYBOARD_RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
]
const COMMON = [
  'password',
  'passwort',
  'passw',
  'secret',
  'letmein',
  'welcome',
  'iloveyou',
  'dragon',
  'monkey',
  'football',
  'baseball',
  'master',
  'admin',
  'login',
  'hello',
  'hearth',
  'pocket',
  'pokt',
  'supplier',
  'operator',
  'crypto',
  'bitcoin',
  'wallet',
  'vault',
  'summer',
  'winter',
  'changeme',
  'trustno',
  'sunshine',
  'princess',
]
const RUN_LINES = KEYBOARD_RUNS.flatMap((line) => [line, line.split('').reverse().join('')])
const KNOWN_BITS = 9
const REPEAT_BITS = 1

/**
 * Refuses a password that a guesser finds early. Rejects `weak-password` with `detail.reason` ('too-short', 'too-simple') and what to do in `detail.advice`.
 * An estimate, not a promise: what protects a good password is the slow derivation.
 */
export function checkPasswordStrength(password: string): void {
  const normal = password.normalize('NFKC')
  if (Array.from(normal).length < MIN_PASSWORD_LENGTH)
    throw new HearthError('weak-password', {
      reason: 'too-short',
      minimum: String(MIN_PASSWORD_LENGTH),
      advice: `Use at least ${MIN_PASSWORD_LENGTH} characters. Four words that have nothing to do with each other are easy to keep.`,
    })
  if (estimateBits(normal) < MIN_BITS)
    throw new HearthError('weak-password', {
      reason: 'too-simple',
      minimum: String(MIN_PASSWORD_LENGTH),
      advice: 'This is easy to guess: a run of keys, a repeat or a common word. Add two or three unrelated words.',
    })
}

/** Rough guessing cost in bits: known runs, common words and repeats count as little as they cost a guesser, other letters by the size of their alphabet. */
export function estimateBits(password: string): number {
  const lower = password.toLowerCase()
  const plain = unleet(lower)
  const perLetter = Math.log2(alphabet(password))
  const seen = new Set<string>()
  let bits = 0
  for (let at = 0; at < plain.length;) {
    const length = Math.max(commonAt(plain, at), runAt(lower, at))
    if (length > 0) {
      bits += seen.has(plain.slice(at, at + length)) ? REPEAT_BITS : KNOWN_BITS
      seen.add(plain.slice(at, at + length))
      at += length
      continue
    }
    // Three letters met before are a repeat: "xyz9xyz9xyz9".
    const piece = plain.slice(at, at + 3)
    const repeat = piece.length === 3 && plain.indexOf(piece) < at
    bits += repeat ? REPEAT_BITS : perLetter
    at += repeat ? 3 : 1
  }
  return bits
}

/** Length of the common word at this place, or 0. */
function commonAt(text: string, at: number): number {
  return COMMON.find((word) => text.startsWith(word, at))?.length ?? 0
}

/** Length of a run of neighbours on a keyboard, in the alphabet, or of one letter at this place; 0 under three. */
function runAt(text: string, at: number): number {
  let longest = 1
  while (text[at + longest] === text[at]) longest += 1
  for (const line of RUN_LINES) {
    let length = 3
    while (at + length <= text.length && line.includes(text.slice(at, at + length))) length += 1
    longest = Math.max(longest, length - 1)
  }
  return longest >= 3 ? longest : 0
}

/** "p4ssw0rd" is guessed as early as "password". */
function unleet(text: string): string {
  const plain: Record<string, string> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }
  return text.replace(/[013457@$!]/g, (letter) => plain[letter] ?? letter)
}

function alphabet(text: string): number {
  let size = 0
  if (/[a-z]/.test(text)) size += 26
  if (/[A-Z]/.test(text)) size += 26
  if (/[0-9]/.test(text)) size += 10
  if (/[^a-zA-Z0-9]/.test(text)) size += 20
  return Math.max(size, 2)
}
