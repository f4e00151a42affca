import { en } from './en.ts'
import { bytes, whole } from './format.ts'
import { keyInWords } from './facts.ts'
import { keyed, type Words } from './text.ts'

/** The relay miner's own start and removal share names of steps with the Local chain's and mean something else by them. */
const BUNDLE_STEPS: Record<string, string> = {
  'bundle-start:containers': 'make-containers',
  'bundle-remove:volumes': 'miner-volumes',
  'bundle-remove:records': 'miner-records',
}

/** What a step of a task is called. @param kind of the task */
export function stepTitle(t: Words, kind: string, key: string): string {
  return keyed(t, 'steps', BUNDLE_STEPS[`${kind}:${key}`] ?? key, {})
}

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
