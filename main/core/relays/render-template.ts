/** A value for a template: what is not a list ends up as one YAML scalar. */
export type TemplateScalar = string | number | boolean
export type TemplateValues = Record<string, TemplateScalar | Record<string, TemplateScalar>[]>

/**
 * Fills a YAML template. `<name>` becomes a quoted scalar; the lines between `# each list` and `# end list` are repeated for each entry, with the entry's own names.
 * Strict both ways, because the programs that read the result ignore what they do not know: throws for a name without a value, a value without a name, an unclosed or
 * nested list, an empty list, and a text with control characters.
 * Comment lines are dropped: they are for the reader of the template.
 * @returns the rendered text
 */
export function renderTemplate(template: string, values: TemplateValues): string {
  const lines = template.split('\n')
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
    const end = lines.findIndex((each, at) => at > index && LIST_MARK.test(each))
    const closing = LIST_MARK.exec(lines[end] ?? '')
    if (mark[1] !== 'each' || closing?.[1] !== 'end' || closing[2] !== name)
      throw new Error(`template: list ${name} is not opened and closed in order`)
    const body = lines.slice(index + 1, end).filter((each) => !COMMENT.test(each))
    out.push(...renderList(name, body, valueOf(values, name, used)))
    index = end
  }
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`template: no place for ${unused.join(', ')}`)
  return `${out
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}

const LIST_MARK = /^\s*# (each|end) (\w+)\s*$/
const COMMENT = /^\s*#/
const VARIABLE = /<(\w+)>/g

function renderList(name: string, body: string[], list: TemplateValues[string]): string[] {
  if (!Array.isArray(list)) throw new Error(`template: ${name} is not a list`)
  if (list.length === 0) throw new Error(`template: list ${name} is empty`)
  return list.flatMap((entry) => {
    const used = new Set<string>()
    const rendered = body.map((line) => fill(line, entry, used))
    const unused = Object.keys(entry).filter((key) => !used.has(key))
    if (unused.length > 0) throw new Error(`template: no place for ${unused.join(', ')} in ${name}`)
    return rendered
  })
}

function valueOf(values: TemplateValues, name: string, used: Set<string>): TemplateValues[string] {
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
function yamlScalar(name: string, value: TemplateValues[string]): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') throw new Error(`template: ${name} is no single value`)
  if (/[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/u.test(value)) throw new Error(`template: ${name} holds characters that cannot be written`)
  return JSON.stringify(value)
}
