import { clockTime, duration, pokt, whole } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'
import type { Status } from '../StatusChip.tsx'
import { isFast, type ClockView } from './clock-view.ts'

const LOOK = {
  'nothing-to-lose': { tone: 'idle', icon: 'circle-dashed' },
  safe: { tone: 'ok', icon: 'shield-check' },
  wait: { tone: 'warn', icon: 'hourglass' },
  costs: { tone: 'bad', icon: 'triangle-alert' },
  'cannot-tell': { tone: 'idle', icon: 'circle-dashed' },
} as const

/** The four words of the answer. @param short for the small clock: says until when */
export function verdictStatus(t: Words, view: ClockView, short = false): Status {
  const { verdict, facts } = view.clock
  const look = LOOK[verdict]
  const at = factTime(view, 'due')
  if (verdict === 'safe' && short && at !== undefined) return { ...look, word: t('clock.verdict.safeUntil', { at }) }
  if (verdict === 'wait') return { ...look, word: t('clock.verdict.wait', { time: facts['waitMs'] ? duration(Number(facts['waitMs'])) : '–' }) }
  if (verdict === 'costs') {
    const cost = facts['costUpokt'] ?? '0'
    return { ...look, word: cost === '0' ? t('clock.verdict.costsUnknown') : t('clock.verdict.costs', { pokt: pokt(cost, 4) }) }
  }
  return { ...look, word: t(`clock.verdict.${verdict}`) }
}

/** The sentence behind the answer. */
export function verdictSentence(t: Words, view: ClockView): string {
  const { verdict, facts } = view.clock
  if (verdict === 'nothing-to-lose') return t('clock.sentence.nothing-to-lose')
  if (verdict === 'safe') {
    const due = factTime(view, 'due')
    const backBy = factTime(view, 'backBy')
    return due === undefined || backBy === undefined ? t('clock.sentence.safe') : t('clock.sentence.safeDue', { due, backBy })
  }
  if (verdict === 'wait') {
    const time = facts['waitMs'] ? duration(Number(facts['waitMs'])) : '–'
    return facts['waitKind'] === 'proof' ? t('clock.sentence.waitProof', { time }) : t('clock.sentence.waitClaim', { time })
  }
  if (verdict === 'costs') return t('clock.sentence.costs', { count: Number(facts['costClaims'] ?? 0), at: factTime(view, 'deadline') ?? '–' })
  if (facts['reason'] === 'height-old') return t('clock.sentence.heightOld', { age: duration(Number(facts['ageMs'] ?? 0)) })
  return facts['reason'] === 'miner-unreadable' ? t('clock.sentence.minerUnreadable') : t('clock.sentence.supplierUnknown')
}

/** Name and value of the cost lines; empty when nothing can be lost or told. */
export function costLines(t: Words, view: ClockView): (readonly [string, string])[] {
  const { verdict, facts } = view.clock
  if (verdict === 'nothing-to-lose' || verdict === 'cannot-tell') return []
  const perMinute = facts['payPerMinuteUpokt']
  const lines: (readonly [string, string])[] = [
    [t('clock.cost.now'), perMinute === undefined ? t('clock.cost.missed') : t('clock.cost.perMinute', { pokt: pokt(perMinute, 4) })],
  ]
  const after = factTime(view, 'after')
  if (after !== undefined) {
    const claims = t('clock.cost.claims', { count: Number(facts['afterClaims'] ?? 0) })
    const isKnown = (facts['afterUpokt'] ?? '0') !== '0'
    lines.push([t('clock.cost.after', { at: after }), isKnown ? t('clock.cost.lost', { pokt: pokt(facts['afterUpokt'] ?? '0', 4), claims }) : claims])
  }
  lines.push([t('clock.cost.slash'), slashWords(t, facts)])
  const quiet = factTime(view, 'quiet')
  lines.push([t('clock.cost.quiet'), quiet === undefined ? t('clock.cost.noQuiet') : t('clock.cost.quietAt', { at: quiet, blocks: whole(facts['quietBlocks'] ?? '0') })])
  return lines
}

function slashWords(t: Words, facts: Record<string, string>): string {
  const count = Number(facts['slashClaims'] ?? 0)
  if (count === 0) return t('clock.cost.noSlash')
  const slashed = t('clock.cost.slashed', { pokt: pokt(facts['slashUpokt'] ?? '0'), claims: t('clock.cost.claims', { count }) })
  return facts['slashBelowMinimum'] === 'yes' ? `${slashed}, ${t('clock.cost.below')}` : slashed
}

function factTime(view: ClockView, name: string): string | undefined {
  const ms = view.clock.facts[`${name}Ms`]
  return ms === undefined || !/^\d+$/.test(ms) ? undefined : clockTime(Number(ms), isFast(view))
}
