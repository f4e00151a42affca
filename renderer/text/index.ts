import type { ApiError, ErrorCode } from '#shared/api/errors.ts'
import { activityText, attentionText, en, errorText, intentText, networkText, noticeText, problemText, reasonText, stepText, type TextKey } from './en.ts'
import { clockTime, count, pokt, shortAddress, span } from './format.ts'

export * from './en.ts'
export * from './format.ts'
export type { ApiError, ErrorCode }

type Placeholder<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never
type FactsOf<K extends TextKey> = [Placeholder<(typeof en)[K]>] extends [never] ? [] : [facts: Record<Placeholder<(typeof en)[K]>, string | number>]

/** A fixed sentence with its facts filled in. A missing key or fact does not compile. */
export function t<K extends TextKey>(key: K, ...facts: FactsOf<K>): string {
  return fill(en[key], facts[0] ?? {})
}

/** How a fact is written: `{height:count}`, `{upokt:pokt}`, `{deadlineMs:time}`. */
const WRITERS: Record<string, (value: string) => string> = {
  count: (value) => (/^-?\d+$/.test(value) ? count(value) : value),
  pokt: (value) => (/^-?\d+$/.test(value) ? pokt(value) : value),
  time: (value) => (/^\d+$/.test(value) ? clockTime(Number(value)) : value),
  span: (value) => (/^\d+$/.test(value) ? span(Number(value)) : value),
  short: shortAddress,
  network: (value) => networkText[value] ?? value,
  intent: (value) => intentText[value] ?? value,
}

/** Puts facts into a sentence. A fact that is not there reads `–`, never as its placeholder. */
export function fill(sentence: string, facts: Readonly<Record<string, string | number | undefined>>): string {
  return sentence.replace(/\{(\w+)(?::(\w+))?\}/g, (_whole, name: string, writer: string | undefined) => {
    const value = facts[name]
    if (value === undefined || value === '') return '–'
    return writer === undefined ? String(value) : (WRITERS[writer]?.(String(value)) ?? String(value))
  })
}

/** A key of main that no sentence is known for: the key as words and its facts, so that nothing is hidden. */
export function readable(key: string, facts: Readonly<Record<string, string>> = {}): string {
  const words = key.replaceAll(/[-_.]+/g, ' ').trim()
  const shown = Object.entries(facts).filter(([, value]) => value !== '')
  const head = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
  return shown.length === 0 ? head : `${head}: ${shown.map(([name, value]) => `${name} ${value}`).join(', ')}`
}

type Facts = Readonly<Record<string, string>>

/** Cause and effect of an attention row. */
export function attentionWords(key: string, facts: Facts): { title: string; sub: string } {
  const known = attentionText[key]
  return known ? { title: fill(known.title, facts), sub: fill(known.sub, facts) } : { title: readable(key), sub: readable('', facts).replace(/^: /, '') }
}

/** Name and small print of a task's step. */
export function stepWords(kind: string, key: string, facts: Facts): { title: string; sub: string } {
  const known = stepText[`${kind}.${key}`] ?? stepText[key]
  const own = facts['text'] ?? ''
  if (known) return { title: fill(known.title, facts), sub: own || (known.sub === undefined ? factLine(facts) : fill(known.sub, facts)) }
  return { title: readable(key), sub: own || factLine(facts) }
}
const factLine = (facts: Facts): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${readable(name).toLowerCase()} ${value}`)
    .join(', ')

/** What a node is doing or why it is not well. */
export function reasonWords(key: string, facts: Facts): string {
  const known = reasonText[key]
  return known === undefined ? readable(key, facts) : fill(known, facts)
}

/** A line of what happened. */
export function activityWords(key: string, facts: Facts): string {
  const known = activityText[key]
  return known === undefined ? readable(key, facts) : fill(known, facts)
}

/** Why something was cured at start. */
export function noticeWords(key: string): string {
  return noticeText[key] ?? readable(key)
}

export const networkName = (id: string): string => networkText[id] ?? id

/** Sentence and next step of an error, from its code and the problem its detail names. */
export function errorWords(error: { code: ErrorCode; detail?: Record<string, string> | undefined }): { text: string; next: string } {
  const detail = error.detail ?? {}
  const base = errorText[error.code]
  const exact = problemText[`${error.code}.${detail['problem'] ?? detail['reason'] ?? ''}`]
  return {
    text: fill(exact?.text ?? base.text, detail),
    next: fill(exact?.next ?? detail['advice'] ?? base.next, detail),
  }
}

const COUNTED = {
  claims: ['claim', 'claims'],
  sessions: ['session', 'sessions'],
  services: ['service', 'services'],
  things: ['thing', 'things'],
  relays: ['relay', 'relays'],
  nodes: ['node', 'nodes'],
  blocks: ['block', 'blocks'],
} as const

/** A number with its noun: `1 claim`, `7 claims`. */
export function counted(noun: keyof typeof COUNTED, n: number): string {
  return `${count(n)} ${COUNTED[noun][n === 1 ? 0 : 1]}`
}
