import i18next from 'i18next'
import { useCallback } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import { networkOf } from '#shared/networks/index.ts'
import { en } from './en.ts'
import { keyInWords, readable } from './facts.ts'

type Leaves<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${WithoutCount<K>}` : Leaves<T[K], `${Prefix}${K}.`>
}[keyof T & string]
type WithoutCount<K extends string> = K extends `${infer Base}_one` ? Base : K extends `${infer Base}_other` ? Base : K

/** Path of every text; those that count come without their `_one` and `_other`. */
export type TextKey = Leaves<typeof en>
export type Words = (key: TextKey, values?: Record<string, string | number>) => string
/** Groups of texts whose keys come from main. */
export type KeyedGroup =
  | 'attention'
  | 'attentionMore'
  | 'activity'
  | 'reasons'
  | 'steps'
  | 'notices'
  | 'relayFailures'
  | 'differences'
  | 'dangers'
  | 'ownChanges'
  | 'intentKinds'

let started = false
/** How the network in use is called within a sentence. */
let chain: string = en.frame.chainName.local
/** What its addresses begin with. */
let prefix: string = networkOf(null).addressPrefix

/** Called before anything of a network is drawn. */
export function nameChain(network: Parameters<typeof networkOf>[0]): void {
  prefix = networkOf(network).addressPrefix
  chain = en.frame.chainName[network ?? 'local']
}

/** Loads the language once; texts are there at once, since they are part of the page. */
export function startText(): void {
  if (started) return
  started = true
  void i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    // A fact that main did not send: a dash, never the name of the gap.
    missingInterpolationHandler: () => '–',
    nsSeparator: false,
    returnNull: false,
    initAsync: false,
  })
}

/** The words for a component. */
export function useText(): Words {
  const { t } = useTranslation()
  return useCallback((key, values) => t(key, { chain, prefix, ...values }), [t])
}

/** The words outside of components. */
export const words: Words = (key, values) => i18next.t(key, { chain, prefix, ...values })

/** Whether a group has a sentence for a key of main. */
export function hasKey(group: KeyedGroup, key: string): boolean {
  return Object.hasOwn(en[group], key) || Object.hasOwn(en[group], `${key}_other`)
}

/** The sentence for a key of main with its facts; a key that has none is shown in words rather than not at all. */
export function keyed(t: Words, group: KeyedGroup, key: string, facts: Record<string, string>): string {
  if (!hasKey(group, key)) return keyInWords(key, facts)
  const values: Record<string, string | number> = readable(facts)
  const counted = facts['count'] ?? facts['claims']
  if (counted !== undefined && /^\d+$/.test(counted)) values['count'] = Number(counted)
  const kind = facts['kind'] ?? ''
  if (group === 'activity' && hasKey('intentKinds', kind)) values['kind'] = t(`intentKinds.${kind}` as TextKey)
  const sentence = t(`${group}.${key}` as TextKey, values)
  return group === 'attention' ? ofSupplier(t, sentence, facts) : sentence
}

/** Main names the supplier where there are several: the same sentence then says which, and to how many more it applies. */
function ofSupplier(t: Words, sentence: string, facts: Record<string, string>): string {
  const { supplier, moreSuppliers } = facts
  if (supplier === undefined || supplier === '') return sentence
  const count = /^\d{1,4}$/.test(moreSuppliers ?? '') ? Number(moreSuppliers) : 0
  return count === 0 ? t('attentionOf.one', { sentence, supplier }) : t('attentionOf.more', { sentence, supplier, count })
}
