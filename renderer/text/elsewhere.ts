import { keyed, type Words } from './text.ts'

/** What is said of a network that is not chosen; an entry of the slice `elsewhere` fits. */
export interface OtherNetwork {
  isLookedAfter: boolean
  needsKey: boolean
  up: Readonly<Record<string, string>>
  findings: readonly { key: string; level: string; facts: Record<string, string> }[]
  findingsCount: number
}

/** Whether something on a network that is not chosen asks for the user. */
export const asksElsewhere = (other: OtherNetwork): boolean => other.needsKey || !other.isLookedAfter || other.findingsCount > 0

/** Whether that cannot wait until somebody looks at Home. */
export const isUrgentElsewhere = (other: OtherNetwork): boolean => other.needsKey || isBadElsewhere(other)

/** Whether something is wrong there, and not only waited for. */
export const isBadElsewhere = (other: OtherNetwork): boolean => !other.isLookedAfter || other.findings[0]?.level === 'bad'

/** The worst of it in a sentence, without the network's name and without a full stop; how it goes on where nothing asks. */
export function elsewhereSentence(t: Words, other: OtherNetwork): string {
  const [worst] = other.findings
  if (!other.isLookedAfter) return t('frame.elsewhere.notLookedAfter')
  if (worst) return keyed(t, 'attention', worst.key, worst.facts)
  if (other.needsKey) return t('frame.elsewhere.needsKey')
  const count = Object.keys(other.up).length
  return count === 0 ? t('frame.elsewhere.starts') : t('frame.elsewhere.goesOn', { count })
}
