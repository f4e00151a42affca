/** What a compose file is made of. Order of keys is kept. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue }

const PLAIN_KEY = /^[A-Za-z_][\w.-]*$/

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
    const name = PLAIN_KEY.test(key) ? key : JSON.stringify(key)
    const at = path === '' ? key : `${path}.${key}`
    const comment = (comments[at] ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`${indent}# ${line}`]))
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
const scalar = (value: string | number | boolean): string => (typeof value === 'string' ? JSON.stringify(value) : String(value))
/** Inside lists: JSON, which is YAML. */
const flow = (value: YamlValue): string => (typeof value === 'object' ? JSON.stringify(value) : scalar(value))
