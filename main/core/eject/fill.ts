/**
 * Fills a text: `{{name}}` becomes its value, and what stands between the lines `{{#name}}` and `{{/name}}` is left out when its value is empty; parts may stand in parts.
 * Strict both ways: throws for a name without a value and a value without a name, so that neither can be forgotten.
 */
export function fillText(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const valueOf = (name: string): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw new Error(`text: no value for ${name}`)
    used.add(name)
    return value
  }
  const names = [...template.matchAll(/\{\{[#/]?(\w+)\}\}/g)].map((match) => match[1] ?? '')
  for (const name of names) valueOf(name)
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`text: no place for ${unused.join(', ')}`)
  const keep = (text: string): string =>
    text.replace(/^\{\{#(\w+)\}\}\n([\s\S]*?)^\{\{\/\1\}\}\n/gm, (_all, name: string, body: string) =>
      valueOf(name) === '' ? '' : keep(body),
    )
  const kept = keep(template)
  if (/\{\{[#/]/.test(kept)) throw new Error('text: a part is not opened and closed in order')
  // One pass: what a value holds is never read as a place.
  return kept.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => valueOf(name))
}
