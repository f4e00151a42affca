/**
 * The part of YAML that miner configurations are written in: maps, lists, plain and quoted scalars, comments. Anything else is refused with the words of the reader that
 * the real miner uses, so that a broken template shows here as it would there.
 */

export type YamlValue = string | YamlValue[] | { [key: string]: YamlValue } | null

/** `message` is what the real reader says. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
  constructor(line: number, problem: string) {
    super(`yaml: line ${line}: ${problem}`)
  }
}

interface Line {
  number: number
  indent: number
  text: string
}

const NO_KEY = 'did not find expected key'

/** @throws YamlError */
export function parseYaml(source: string): YamlValue {
  const lines: Line[] = []
  source.split('\n').forEach((raw, index) => {
    const text = stripComment(raw)
    if (text.trim() === '' || text.trim() === '---') return
    const indent = text.length - text.trimStart().length
    if (text.slice(0, indent).includes('\t')) throw new YamlError(index + 1, 'found character that cannot start any token')
    lines.push({ number: index + 1, indent, text: text.trim() })
  })
  const [first] = lines
  if (first === undefined) return null
  const reader = { lines, at: 0 }
  const value = readBlock(reader, first.indent)
  const rest = lines[reader.at]
  if (rest !== undefined) throw new YamlError(rest.number, NO_KEY)
  return value
}

/** A `#` starts a comment at the line's start or after a space, outside quotes. */
function stripComment(raw: string): string {
  let quote = ''
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at] ?? ''
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '#' && (at === 0 || raw[at - 1] === ' ')) return raw.slice(0, at).trimEnd()
  }
  return raw.trimEnd()
}

interface Reader {
  lines: Line[]
  at: number
}

function readBlock(reader: Reader, indent: number): YamlValue {
  const first = reader.lines[reader.at]
  return first?.text.startsWith('-') === true && isItem(first.text) ? readList(reader, indent) : readMap(reader, indent)
}

const isItem = (text: string): boolean => text === '-' || text.startsWith('- ')

function readList(reader: Reader, indent: number): YamlValue[] {
  const items: YamlValue[] = []
  for (;;) {
    const line = reader.lines[reader.at]
    if (line === undefined || line.indent < indent || (line.indent === indent && !isItem(line.text))) return items
    if (line.indent > indent) throw new YamlError(line.number, "did not find expected '-' indicator")
    const inner = line.text.slice(1).trimStart()
    if (inner === '') {
      reader.at += 1
      items.push(readNested(reader, indent))
    } else if (keyOf(inner) !== undefined) {
      // A map that begins on the line of its dash stands as far in as its first key.
      const nested = indent + line.text.length - inner.length
      reader.lines[reader.at] = { number: line.number, indent: nested, text: inner }
      items.push(readMap(reader, nested))
    } else {
      items.push(scalar(inner, line.number))
      reader.at += 1
    }
  }
}

function readMap(reader: Reader, indent: number): { [key: string]: YamlValue } {
  const entries = new Map<string, YamlValue>()
  for (;;) {
    const line = reader.lines[reader.at]
    if (line === undefined || line.indent < indent) break
    const found = line.indent === indent ? keyOf(line.text) : undefined
    if (found === undefined)
      throw new YamlError(line.number, line.indent > indent ? 'mapping values are not allowed in this context' : NO_KEY)
    if (entries.has(found.key)) throw new YamlError(line.number, `mapping key ${JSON.stringify(found.key)} already defined`)
    reader.at += 1
    entries.set(found.key, found.rest === '' ? readNested(reader, indent, true) : scalar(found.rest, line.number))
  }
  return Object.fromEntries(entries)
}

/** What stands below a key or a dash. Lists may stand as far out as their key. */
function readNested(reader: Reader, indent: number, underKey = false): YamlValue {
  const next = reader.lines[reader.at]
  if (next === undefined || next.indent < indent) return null
  if (next.indent > indent) return readBlock(reader, next.indent)
  return underKey && isItem(next.text) ? readList(reader, indent) : null
}

function keyOf(text: string): { key: string; rest: string } | undefined {
  const match = /^([A-Za-z_][\w.-]*|"[^"]*"|'[^']*'):(?:\s+(.*))?$/.exec(text)
  if (!match) return undefined
  return { key: (match[1] ?? '').replace(/^["']|["']$/g, ''), rest: (match[2] ?? '').trim() }
}

function scalar(text: string, line: number): YamlValue {
  if (text === '[]') return []
  if (text === '{}') return {}
  if (text === 'null' || text === '~') return null
  const quoted = /^"([^"\\]*)"$|^'([^']*)'$/.exec(text)
  if (quoted) return quoted[1] ?? quoted[2] ?? ''
  if (text.startsWith('[') && text.endsWith(']'))
    return text
      .slice(1, -1)
      .split(',')
      .map((each) => scalar(each.trim(), line))
  if (/^["'[{\]},&*|>%@`]/.test(text)) throw new YamlError(line, NO_KEY)
  if (/: /.test(text) || text.endsWith(':')) throw new YamlError(line, 'mapping values are not allowed in this context')
  return text
}
