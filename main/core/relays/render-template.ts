/** A value for a template: what is not a list ends up as one scalar. */
export type TemplateScalar = string | number | boolean
export type TemplateValues = { [name: string]: TemplateScalar | TemplateValues[] }

/**
 * Fills a YAML template, which may be JSON. `<name>` becomes a quoted scalar; the lines between `# each list` and `# end list` are repeated for each entry, with the
 * entry's own names; lists may stand in entries of lists, and there alone may be empty.
 * Strict both ways, because the programs that read the result ignore what they do not know: throws for a name without a value, a value without a name, a list that is
 * not opened and closed in order, an empty list, and a text with control characters.
 * Comment lines are dropped: they are for the reader of the template.
 * @returns the rendered text
 */
export function renderTemplate(template: string, values: TemplateValues): string {
  const lines = renderLines(template.split('\n'), values, '')
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}

const LIST_MARK = /^\s*# (each|end) (\w+)\s*$/
const COMMENT = /^\s*#/
const VARIABLE = /<(\w+)>/g

/** @param within name of the list that these lines are of, empty for the whole template */
function renderLines(lines: readonly string[], values: TemplateValues, within: string): string[] {
  const used = new Set<string>()
  const out: string[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const mark = LIST_MARK.exec(line)
    if (!mark) {
      if (!COMMENT.test(line)) out.push(fill(line, values, used))
      continue
    }
    const name = mark[2] ?? ''
    const end = mark[1] === 'each' ? endOf(lines, index) : -1
    if (end < 0) throw new Error(`template: list ${name} is not opened and closed in order`)
    const list = valueOf(values, name, used)
    if (!Array.isArray(list)) throw new Error(`template: ${name} is not a list`)
    if (list.length === 0 && within === '') throw new Error(`template: list ${name} is empty`)
    const body = lines.slice(index + 1, end)
    out.push(...list.flatMap((entry) => renderLines(body, entry, name)))
    index = end
  }
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`template: no place for ${unused.join(', ')}${within === '' ? '' : ` in ${within}`}`)
  return out
}

/** Where the list that opens at `start` is closed; -1 when what is opened inside is not closed before it. */
function endOf(lines: readonly string[], start: number): number {
  const open: string[] = []
  for (let at = start; at < lines.length; at += 1) {
    const mark = LIST_MARK.exec(lines[at] ?? '')
    if (mark?.[1] === 'each') open.push(mark[2] ?? '')
    else if (mark && open.pop() !== mark[2]) return -1
    if (open.length === 0) return at
  }
  return -1
}

function valueOf(values: TemplateValues, name: string, used: Set<string>): TemplateScalar | TemplateValues[] {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) throw new Error(`template: no value for ${name}`)
  used.add(name)
  return value
}

function fill(line: string, values: TemplateValues, used: Set<string>): string {
  const filled = line.replace(VARIABLE, (_whole, name: string) => yamlScalar(name, valueOf(values, name, used)))
  if (/[<>]/.test(line.replace(VARIABLE, ''))) throw new Error(`template: cannot read "${line.trim()}"`)
  return filled
}

/** A scalar that YAML reads back as exactly this value: a JSON string is a double-quoted YAML scalar. */
function yamlScalar(name: string, value: TemplateScalar | TemplateValues[]): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') throw new Error(`template: ${name} is no single value`)
  if (/[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u.test(value)) throw new Error(`template: ${name} holds characters that cannot be written`)
  return JSON.stringify(value)
}
