/**
 * Words after the program's name: `--full`, and the names of parts that are to run alone. Ends the process with 1 and one line on anything else: a part that nobody has would
 * run nothing and pass.
 */
export function readWords(words: readonly string[], known: readonly string[]): { full: boolean; named: string[] } {
  const named = words.filter((word) => word !== '--full')
  const unknown = named.filter((word) => !known.includes(word))
  if (unknown.length > 0) {
    console.error(`not known: ${unknown.join(' ')}; there are: ${known.join(' ')} --full`)
    process.exit(1)
  }
  return { full: words.includes('--full'), named }
}
