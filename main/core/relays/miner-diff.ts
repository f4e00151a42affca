/** Lines of context around each change. */
const CONTEXT = 2

interface Line {
  mark: ' ' | '+' | '-'
  text: string
}

/**
 * What changes between two texts, line by line, in the usual form: `- ` gone, `+ ` new, two spaces for context, `…` where lines are left out.
 * Meant for configurations: time and memory grow with the product of both lengths.
 * @returns empty when nothing changes
 */
export function diffText(before: string, after: string): string {
  const lines = diffLines(linesOf(before), linesOf(after))
  const isNear = lines.map((_line, at) => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((near) => near.mark !== ' '))
  const out: string[] = []
  lines.forEach((line, at) => {
    if (isNear[at] === true) out.push(`${line.mark} ${line.text}`)
    else if (out.length > 0 && isNear[at - 1] === true && isNear.indexOf(true, at) >= 0) out.push('…')
  })
  return out.join('\n')
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/** The shortest way from one to the other by taking lines away and adding some. */
function diffLines(before: readonly string[], after: readonly string[]): Line[] {
  /** Longest common part of what follows, by places in both. */
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const here = common[row]
      if (here)
        here[column] = before[row] === after[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  const lines: Line[] = []
  let row = 0
  let column = 0
  while (row < before.length || column < after.length) {
    const gone = before[row]
    const came = after[column]
    if (gone !== undefined && gone === came) {
      lines.push({ mark: ' ', text: gone })
      row += 1
      column += 1
    } else if (gone !== undefined && (came === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: '-', text: gone })
      row += 1
    } else {
      lines.push({ mark: '+', text: came ?? '' })
      column += 1
    }
  }
  return lines
}
