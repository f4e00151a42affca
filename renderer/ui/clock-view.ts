import type { ClockLane } from '#shared/model/clock-schema.ts'
import type { Verdict } from '#shared/model/clock-schema.ts'
import { clockTime, duration, pokt, when, whole } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'
import type { IconName } from './icons.tsx'
import type { Tone } from './tone.ts'

/** What the session clock draws. Heights are block heights, times UTC ms. */
export interface ClockView {
  lanes: ClockLane[]
  verdict: Verdict
  facts: Record<string, string>
  height: number
  /** Time of block `height`. */
  blockTimeMs: number
  /** Null until two blocks were seen: then heights are told instead of times. */
  medianBlockMs: number | null
}

/** Blocks faster than this are told to the second. */
const FAST_BLOCK_MS = 20_000

/** Whether blocks come so fast that seconds mean something. */
export const isFast = (view: Pick<ClockView, 'medianBlockMs'>): boolean => view.medianBlockMs !== null && view.medianBlockMs < FAST_BLOCK_MS

/** When a block is, was or will be made; undefined while nobody can say. */
export function timeOf(view: Pick<ClockView, 'height' | 'blockTimeMs' | 'medianBlockMs'>, height: number): number | undefined {
  return view.medianBlockMs === null || view.blockTimeMs === 0 ? undefined : view.blockTimeMs + (height - view.height) * view.medianBlockMs
}

/** A height as a clock time, or as the height itself. */
export function at(view: ClockView, height: number): string {
  const ms = timeOf(view, height)
  return ms === undefined ? whole(height) : clockTime(ms, isFast(view))
}

/** The same for what may be weeks away: the day, where it is another one. */
export function dateOf(view: Pick<ClockView, 'height' | 'blockTimeMs' | 'medianBlockMs'>, height: number): string {
  const ms = timeOf(view, height)
  return ms === undefined ? whole(height) : when(ms, view.blockTimeMs, isFast(view))
}

/** The session that the newest block belongs to. */
export const currentLane = (view: Pick<ClockView, 'lanes' | 'height'>): ClockLane | undefined =>
  view.lanes.find((lane) => lane.start <= view.height && view.height <= lane.end)

/** Position of a block within its session, from 1. */
export function place(lane: ClockLane, height: number): number {
  const length = lane.end - lane.start + 1
  return ((((height - lane.start) % length) + length) % length) + 1
}

/** What a lane says beside its bar. */
export function laneWords(t: Words, view: ClockView, lane: ClockLane): string {
  switch (lane.stage) {
    case 'serving':
      return t('clock.lane.serving', { at: at(view, lane.end) })
    case 'open':
      return view.height < lane.claimOpen ? t('clock.lane.open', { at: at(view, lane.claimOpen) }) : t('clock.lane.openNow')
    case 'claimed':
      return t('clock.lane.claimed', { at: at(view, lane.proofOpen) })
    case 'proof-due':
      return t('clock.lane.proof-due', { at: at(view, lane.proofClose) })
    case 'proven':
      return t('clock.lane.proven', { at: at(view, lane.settle) })
    case 'settled':
      return t('clock.lane.settled', { at: at(view, lane.settle) })
    default:
      return t(`clock.lane.${lane.stage}`)
  }
}

/** Number, and the best that is known of its money or its relays. */
export function laneMoney(t: Words, lane: ClockLane): string {
  const parts = [whole(lane.number)]
  if (lane.settledUpokt !== null) parts.push(`+${pokt(lane.settledUpokt, 4)}`)
  else if (lane.claimedUpokt !== null) parts.push(`≈ ${pokt(lane.claimedUpokt, 4)}`)
  else if (lane.relays !== null && lane.relays !== '0')
    parts.push(t('clock.relays', { count: Number(lane.relays), text: whole(lane.relays) }))
  return parts.join(' · ')
}

const VERDICTS: Record<Verdict, { tone: Tone; icon: IconName }> = {
  'nothing-to-lose': { tone: 'idle', icon: 'circle-dashed' },
  safe: { tone: 'ok', icon: 'shield-check' },
  wait: { tone: 'warn', icon: 'hourglass' },
  costs: { tone: 'bad', icon: 'triangle-alert' },
  'cannot-tell': { tone: 'idle', icon: 'circle-dashed' },
}

/** The verdict in four words, with its colour and icon. @param long with the time until which it holds */
export function verdictWords(t: Words, view: ClockView, long = false): { tone: Tone; icon: IconName; word: string } {
  const isDue = isDown(view) && view.facts['dueHeight'] !== undefined
  return { ...VERDICTS[isDue && view.verdict === 'safe' ? 'wait' : view.verdict], word: verdictWord(t, view, long) }
}

function verdictWord(t: Words, view: ClockView, long: boolean): string {
  const { verdict, facts } = view
  if (isDown(view)) {
    if (verdict === 'costs') return t('clock.verdict.downCosts')
    return facts['dueHeight'] === undefined ? t('clock.verdict.down') : t('clock.verdict.downDue', { at: moment(view, 'backBy') })
  }
  if (verdict === 'safe' && long && facts['dueHeight'] !== undefined) return t('clock.verdict.safeUntil', { at: moment(view, 'due') })
  if (verdict === 'wait') return t('clock.verdict.wait', { time: waitTime(facts) })
  if (verdict === 'costs') {
    const cost = facts['costUpokt'] ?? '0'
    return cost === '0' ? t('clock.verdict.costsUnknown') : t('clock.verdict.costs', { pokt: `≈ ${pokt(cost, 4)}` })
  }
  return t(`clock.verdict.${verdict}`)
}

/** Whether the relay miner does not run: then the question is not what a stop costs, but by when it must be back. */
const isDown = ({ verdict, facts }: Pick<ClockView, 'verdict' | 'facts'>): boolean =>
  facts['miner'] === 'stopped' && (verdict === 'safe' || verdict === 'costs')

const waitTime = (facts: Record<string, string>): string =>
  facts['waitMs'] === undefined ? `${facts['blocks'] ?? '2'} blocks` : duration(Number(facts['waitMs']))

/** `<prefix>Ms` as a clock time, else `<prefix>Height`. */
function moment(view: ClockView, prefix: string): string {
  const ms = view.facts[`${prefix}Ms`]
  return ms === undefined ? whole(view.facts[`${prefix}Height`] ?? '0') : clockTime(Number(ms), isFast(view))
}

/** The one sentence under the verdict. */
export function verdictSentence(t: Words, view: ClockView): string {
  const { facts, verdict } = view
  if (verdict === 'nothing-to-lose') return t('clock.sentence.nothing-to-lose')
  if (verdict === 'wait')
    return t(facts['waitKind'] === 'proof' ? 'clock.sentence.waitProof' : 'clock.sentence.waitClaim', { time: waitTime(facts) })
  if (isDown(view)) {
    if (verdict === 'costs')
      return t('clock.sentence.downCosts', { count: Number(facts['costClaims'] ?? '1'), at: moment(view, 'deadline') })
    return facts['dueHeight'] === undefined
      ? t('clock.sentence.down')
      : t('clock.sentence.downDue', { due: moment(view, 'due'), backBy: moment(view, 'backBy') })
  }
  if (verdict === 'costs') return t('clock.sentence.costs', { count: Number(facts['costClaims'] ?? '1'), at: moment(view, 'deadline') })
  if (verdict === 'cannot-tell') {
    if (facts['reason'] === 'height-old') return t('clock.sentence.heightOld', { age: duration(Number(facts['ageMs'] ?? '0')) })
    return t(facts['reason'] === 'miner-unreadable' ? 'clock.sentence.minerUnreadable' : 'clock.sentence.supplierUnknown')
  }
  return facts['dueHeight'] === undefined
    ? t('clock.sentence.safe')
    : t('clock.sentence.safeDue', { due: moment(view, 'due'), backBy: moment(view, 'backBy') })
}

/** The lines of cost under the sentence; none when nothing can be lost. */
export function costLines(t: Words, view: ClockView): { key: string; name: string; value: string }[] {
  const { facts, verdict } = view
  if (verdict === 'nothing-to-lose' || verdict === 'cannot-tell') return []
  const claims = (name: string): string => t('clock.cost.claims', { count: Number(facts[name] ?? '0') })
  const rate = facts['payPerMinuteUpokt']
  const lines = [
    {
      key: 'now',
      name: t('clock.cost.now'),
      value: rate === undefined ? t('clock.cost.missed') : t('clock.cost.perMinute', { pokt: pokt(rate, 4) }),
    },
  ]
  if (facts['afterHeight'] !== undefined) {
    const isUnknown = facts['afterUnknown'] !== undefined && facts['afterUnknown'] === facts['afterClaims']
    const value = isUnknown
      ? claims('afterClaims')
      : t('clock.cost.lost', { pokt: pokt(facts['afterUpokt'] ?? '0', 4), claims: claims('afterClaims') })
    lines.push({ key: 'after', name: t('clock.cost.after', { at: moment(view, 'after') }), value })
  }
  const slashed = facts['slashClaims'] ?? '0'
  const below = facts['slashBelowMinimum'] === 'yes' ? `, ${t('clock.cost.below')}` : ''
  lines.push({
    key: 'slash',
    name: t('clock.cost.slash'),
    value:
      slashed === '0'
        ? t('clock.cost.noSlash')
        : `${t('clock.cost.slashed', { pokt: pokt(facts['slashUpokt'] ?? '0'), claims: claims('slashClaims') })}${below}`,
  })
  const quiet =
    facts['quietHeight'] === undefined
      ? t('clock.cost.noQuiet')
      : t('clock.cost.quietAt', { at: moment(view, 'quiet'), blocks: facts['quietBlocks'] ?? '' })
  if (facts['miner'] === 'running') lines.push({ key: 'quiet', name: t('clock.cost.quiet'), value: quiet })
  return lines
}
