/**
 * Whether an address that was typed or pasted is a known one with characters changed. People compare both ends; whoever makes an address that has them sends it dust and waits
 * for it to be copied from a history. A mistyped one fails its checksum, and is likewise told by what it nearly is.
 */

export interface KnownAddress {
  address: string
  name: string
}

export interface Likeness extends KnownAddress {
  /** Positions, from 0, where the two differ. */
  differs: number[]
}

/** Characters of both ends that people look at; the head is counted after the network's prefix. */
const HEAD = 3
const TAIL = 4
/** So few changed characters are a mistake of typing. */
const TYPED_WRONG = 4

/**
 * @param prefix what addresses of the network begin with, such as `pokt`
 * @returns the known address that this one is not and looks like, the likest first; undefined when it is known itself or looks like none
 */
export function lookAlike(address: string, known: readonly KnownAddress[], prefix: string): Likeness | undefined {
  if (address === '' || known.some((each) => each.address === address)) return undefined
  const found = known.flatMap((each): Likeness[] => {
    const differs = differences(address, each.address)
    if (differs === undefined) return []
    const ends =
      address.slice(0, prefix.length + 1 + HEAD) === each.address.slice(0, prefix.length + 1 + HEAD) &&
      address.slice(-TAIL) === each.address.slice(-TAIL)
    return ends || differs.length <= TYPED_WRONG ? [{ ...each, differs }] : []
  })
  return found.sort((a, b) => a.differs.length - b.differs.length)[0]
}

/** @returns undefined when they are of different length by more than one, else positions of the longer one that differ */
function differences(a: string, b: string): number[] | undefined {
  if (Math.abs(a.length - b.length) > 1) return undefined
  if (a.length !== b.length) {
    // One character too many or too few: everything after it is shifted.
    const [short, long] = a.length < b.length ? [a, b] : [b, a]
    let at = 0
    while (at < short.length && short[at] === long[at]) at += 1
    return short.slice(at) === long.slice(at + 1) ? [at] : undefined
  }
  return Array.from(a).flatMap((character, index) => (character === b[index] ? [] : [index]))
}
