export type Strength = 'none' | 'short' | 'easy' | 'fair' | 'strong'

const LEAST = 10
const EASY_BITS = 40
const STRONG_BITS = 62
const RUNS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']

/** A rough word for how hard a password is to guess. Only advice while typing: the vault makes its own, stricter judgement. */
export function passwordStrength(password: string): Strength {
  if (password === '') return 'none'
  if (Array.from(password).length < LEAST) return 'short'
  const bits = roughBits(password)
  if (bits < EASY_BITS) return 'easy'
  return bits < STRONG_BITS ? 'fair' : 'strong'
}

/** Letters that follow from the one before (the same again, the next of a row of keys) count next to nothing. */
function roughBits(password: string): number {
  const lower = password.toLowerCase()
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length
  const perLetter = 3 + classes * 0.7
  let bits = 0
  const seen = new Set<string>()
  for (let index = 0; index < lower.length; index += 1) {
    const pair = lower.slice(Math.max(0, index - 1), index + 1)
    const follows =
      index > 0 && (pair[0] === pair[1] || seen.has(pair) || RUNS.some((run) => run.includes(pair) || run.includes(`${pair[1]}${pair[0]}`)))
    bits += follows ? 0.6 : perLetter
    seen.add(pair)
  }
  return bits
}
