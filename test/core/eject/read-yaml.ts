/**
 * Reads the block YAML that the eject room writes (maps by indentation, JSON scalars, lists of JSON), on its own terms: a second program that has to agree with the
 * first. Docker Compose itself reads it in test/localnet/eject.ts.
 */
export function readYaml(text: string): unknown {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
    .map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }))
  let at = 0
  const block = (indent: number): unknown => {
    if (lines[at]?.text.startsWith('- ')) {
      const list: unknown[] = []
      while (lines[at]?.indent === indent && lines[at]?.text.startsWith('- ')) {
        list.push(JSON.parse(lines[at]?.text.slice(2) ?? ''))
        at += 1
      }
      return list
    }
    const map: Record<string, unknown> = {}
    while (lines[at]?.indent === indent) {
      const match = /^("(?:[^"\\]|\\.)*"|[\w.-]+):(?: (.*))?$/.exec(lines[at]?.text ?? '')
      if (!match) throw new Error(`cannot read ${lines[at]?.text}`)
      const key = match[1]?.startsWith('"') ? String(JSON.parse(match[1])) : (match[1] ?? '')
      if (Object.hasOwn(map, key)) throw new Error(`twice: ${key}`)
      at += 1
      map[key] = match[2] === undefined ? block(lines[at]?.indent ?? 0) : JSON.parse(match[2])
    }
    return map
  }
  const value = block(0)
  if (at !== lines.length) throw new Error(`left over: ${lines[at]?.text}`)
  return value
}
