import { screens } from './en/screens.ts'
import { earnings } from './en/earnings.ts'
import { nodes } from './en/nodes.ts'
import { supplier } from './en/supplier.ts'

/** Every fixed sentence of the pages, by key. Sentences for keys that main sends are in en/keyed.ts and en/errors.ts, status words in en/status.ts. */
export const en = { ...screens, ...nodes, ...supplier, ...earnings } as const
export type TextKey = keyof typeof en

export { attentionText, intentText, networkText, nodeKindText, noticeText, reasonText, roleText, stepText, activityText } from './en/keyed.ts'
export { errorText, problemText } from './en/errors.ts'
export * from './en/status.ts'
