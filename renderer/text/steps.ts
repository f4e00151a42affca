import { en } from './en.ts'
import { bytes, whole } from './format.ts'
import { keyInWords } from './facts.ts'
import type { Words } from './text.ts'

/** The small print of a task's step: what it found, or what it is for while nothing is known. @param facts as main sends them */
export function stepText(t: Words, key: string, facts: Record<string, string>): string {
  if (Object.keys(facts).length === 0) return Object.hasOwn(en.stepHints, key) ? t(`stepHints.${key as keyof typeof en.stepHints}`) : ''
  if (key === 'engine') return t('stepFacts.engine', facts)
  if (key === 'room') {
    const free = /^\d+$/.test(facts['freeBytes'] ?? '') ? bytes(Number(facts['freeBytes'])) : '–'
    return facts['ports'] ? t('stepFacts.ports', { free, ports: facts['ports'] }) : t('stepFacts.room', { free })
  }
  if (key === 'genesis' && facts['already'] === 'yes') return t('stepFacts.made')
  if (key === 'first-block' && facts['height'] !== undefined) return t('stepFacts.first-block', { height: whole(facts['height']) })
  return keyInWords('', facts).replace(/^: /, '')
}
