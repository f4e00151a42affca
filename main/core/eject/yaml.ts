/** What a compose file is made of. Order of keys is kept. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue }

const PLAIN_KEY = /^[A-Za-z_][\w.-]*$/
/** Words that some readers of YAML take for something else than a text. */
const NO_TEXT = /^(?:y|n|yes|no|on|off|true|false|null)$/i
const LINE_END = /[\r\n\u0085\u2028\u2029]+/
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu

/**
 * Block-style YAML of a tree of plain values. Every text is written as a JSON string, which YAML reads back as exactly that text; nothing is left to how YAML guesses.
 * @param comments lines put above a top-level or second-level key, by its path such as `services.pocket`
 */
export function toYaml(value: { readonly [key: string]: YamlValue }, comments: Readonly<Record<string, string>> = {}): string {
  return `${mapLines(value, '', '', comments).join('\n')}\n`
}

function mapLines(
  map: { readonly [key: string]: YamlValue },
  indent: string,
  path: string,
  comments: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const name = PLAIN_KEY.test(key) && !NO_TEXT.test(key) ? key : quoted(key)
    const at = path === '' ? key : `${path}.${key}`
    const comment = (comments[at] ?? '')
      .split(LINE_END)
      .flatMap((line) => (line === '' ? [] : [`${indent}# ${line.replace(UNPRINTABLE, '?')}`]))
    return [...comment, ...entryLines(`${indent}${name}:`, value, `${indent}  `, at, comments)]
  })
}

function entryLines(head: string, value: YamlValue, indent: string, path: string, comments: Readonly<Record<string, string>>): string[] {
  if (typeof value !== 'object') return [`${head} ${scalar(value)}`]
  if (isList(value)) {
    if (value.length === 0) return [`${head} []`]
    return [head, ...value.map((item) => `${indent}- ${flow(item)}`)]
  }
  if (Object.keys(value).length === 0) return [`${head} {}`]
  return [head, ...mapLines(value, indent, path, comments)]
}

const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value)
const scalar = (value: string | number | boolean): string => (typeof value === 'string' ? quoted(value) : String(value))
/** Inside lists: JSON, which is YAML. */
const flow = (value: YamlValue): string => (typeof value === 'object' ? plainAscii(JSON.stringify(value)) : scalar(value))
const quoted = (text: string): string => plainAscii(JSON.stringify(text))
/** JSON lets through what YAML takes for the end of a line, or not at all. */
const plainAscii = (json: string): string => json.replace(UNPRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
