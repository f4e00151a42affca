import { redactText } from '#shared/lib/redact-text.ts'

export { redactText } from '#shared/lib/redact-text.ts'

/** @returns the value of a named fact, fit for the log */
export function redactFact(key: string, value: string | number | boolean): string | number | boolean {
  if (typeof value !== 'string') return value
  if (/hash$/i.test(key) && /^(?:0x)?[0-9a-fA-F]{64}$/.test(value)) return value
  return redactText(value)
}
