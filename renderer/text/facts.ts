import { clockTime, day, pokt, shortAddress, shortHash, whole } from './format.ts'

/** Anything earlier is a length of time, not a moment. */
const MOMENT_FROM = 1_000_000_000_000

/**
 * Facts as main sends them (plain text) made ready for a sentence: `…Upokt` also as `…Pokt`, `…Ms` also as `…Time` and, with the day, `…Date`, heights with separators, addresses and hashes
 * short. The raw value stays under `raw…` names nowhere: whoever needs it reads the facts themselves.
 */
export function readable(facts: Record<string, string>): Record<string, string> {
  const words: Record<string, string> = {}
  for (const [name, value] of Object.entries(facts)) {
    words[name] = value
    if (/upokt$/i.test(name) && /^-?\d+$/.test(value)) words[name.replace(/upokt$/i, name === 'upokt' ? 'pokt' : 'Pokt')] = pokt(value)
    else if (/ms$/i.test(name) && /^\d+$/.test(value) && Number(value) >= MOMENT_FROM) {
      words[name.replace(/ms$/i, 'Time')] = clockTime(Number(value), true)
      words[name.replace(/ms$/i, 'Date')] = `${day(Number(value))}, ${clockTime(Number(value))}`
    } else if (/height$/i.test(name) && /^\d+$/.test(value)) words[name] = whole(value)
    else if (/address$/i.test(name)) words[name] = shortAddress(value)
    else if (/hash$/i.test(name)) words[name] = shortHash(value)
  }
  return words
}

/** A key of main that has no sentence yet, in words: "image-gone" with its facts after it. */
export function keyInWords(key: string, facts: Record<string, string>): string {
  const words = key.replaceAll('-', ' ')
  const sentence = words.charAt(0).toUpperCase() + words.slice(1)
  const rest = Object.entries(readable(facts)).filter(([name, value]) => value !== '' && !/upokt$|ms$/i.test(name))
  return rest.length === 0 ? sentence : `${sentence}: ${rest.map(([name, value]) => `${name} ${value}`).join(', ')}`
}
