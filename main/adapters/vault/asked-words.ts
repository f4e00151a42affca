import { randomInt } from 'node:crypto'

/** Words asked back from paper. */
const ASKED = 3

/** Three places in rising order, chosen anew each time the question is asked. */
export function threePositions(count: number): number[] {
  const places = new Set<number>()
  while (places.size < Math.min(ASKED, count)) places.add(randomInt(count))
  return [...places].sort((a, b) => a - b)
}

/** Places whose word was not typed in fields `word0`, `word1`, ... */
export function wrongPlaces(form: ReadonlyMap<string, string>, positions: number[], words: string[]): number[] {
  return positions.filter((position, index) => tidy(form.get(`word${index}`)) !== words[position])
}

/** Names the places that do not fit. */
export function wrongWords(positions: number[]): string {
  const names = positions.map((position) => String(position + 1))
  return names.length === 1
    ? `Word ${names[0]} is not what was shown.`
    : `Words ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are not what was shown.`
}

const tidy = (text: string | undefined): string => (text ?? '').normalize('NFKD').trim().toLowerCase()
