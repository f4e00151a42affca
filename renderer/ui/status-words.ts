import type { IntentStatus } from '#shared/model/intent.ts'
import type { LaneStage } from '#shared/model/clock-schema.ts'
import { whole } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'
import { dateOf, type ClockView } from './clock-view.ts'
import type { Status } from './StatusChip.tsx'

/** The exact words, colours and icons of the design language, section 5. */

export type NodeSeen = 'absent' | 'starting' | 'running' | 'stopped' | 'failing' | 'stopping' | 'unknown'

/** @param node what is wanted and what is seen */
export function nodeStatus(
  t: Words,
  node: { wanted: 'running' | 'stopped'; wantedBy: 'user' | 'hearth'; seen: NodeSeen; startedAtMs: number | null },
): Status {
  switch (node.seen) {
    case 'running':
      return { tone: 'ok', icon: 'circle-check', word: t('status.node.running') }
    case 'starting':
      return { tone: 'info', icon: 'loader', word: t('status.node.starting'), moving: true }
    case 'stopping':
      return { tone: 'info', icon: 'loader', word: t('status.node.stopping'), moving: true }
    case 'failing':
      return { tone: 'bad', icon: 'circle-x', word: t('status.node.failing') }
    case 'unknown':
      return { tone: 'idle', icon: 'circle-dashed', word: t('status.node.unknown') }
    case 'absent':
    case 'stopped':
      if (node.wanted === 'running') return { tone: 'info', icon: 'loader', word: t('status.node.starting'), moving: true }
      if (node.wantedBy === 'user') return { tone: 'idle', icon: 'circle-pause', word: t('status.node.stoppedByYou') }
      if (node.seen === 'absent') return { tone: 'idle', icon: 'circle-dashed', word: t('status.node.notMade') }
      return { tone: 'warn', icon: 'hand', word: t('status.node.stoppedByUs') }
  }
}

type ClaimStage = LaneStage | 'slashed'
const CLAIM: Record<ClaimStage, Pick<Status, 'tone' | 'icon'>> = {
  serving: { tone: 'ember', icon: 'radio-tower' },
  open: { tone: 'ember', icon: 'circle-dashed' },
  claimed: { tone: 'info', icon: 'file-text' },
  'proof-due': { tone: 'warn', icon: 'hourglass' },
  proven: { tone: 'info', icon: 'shield-check' },
  settled: { tone: 'ok', icon: 'check' },
  expired: { tone: 'bad', icon: 'circle-x' },
  slashed: { tone: 'bad', icon: 'triangle-alert' },
  discarded: { tone: 'warn', icon: 'minus' },
  'not-claimed': { tone: 'warn', icon: 'minus' },
  idle: { tone: 'idle', icon: 'minus' },
}

/** Tone, icon and word for how far a claim is. */
export const claimStatus = (t: Words, stage: ClaimStage): Status => ({ ...CLAIM[stage], word: t(`status.claim.${stage}`) })

export type SupplierStatus =
  | 'unknown'
  | 'not-staked'
  | 'stake-sent'
  | 'starts-next-session'
  | 'staked-no-services'
  | 'active'
  | 'active-differs'
  | 'below-minimum'
  | 'unstaking'
  | 'unstaked'
const SUPPLIER: Record<SupplierStatus, Pick<Status, 'tone' | 'icon'>> = {
  unknown: { tone: 'idle', icon: 'circle-dashed' },
  'not-staked': { tone: 'idle', icon: 'circle-dashed' },
  'stake-sent': { tone: 'info', icon: 'send' },
  'starts-next-session': { tone: 'info', icon: 'hourglass' },
  'staked-no-services': { tone: 'warn', icon: 'hand' },
  active: { tone: 'ok', icon: 'circle-check' },
  'active-differs': { tone: 'warn', icon: 'git-compare' },
  'below-minimum': { tone: 'bad', icon: 'triangle-alert' },
  unstaking: { tone: 'warn', icon: 'log-out' },
  unstaked: { tone: 'idle', icon: 'log-out' },
}

/** @param until when the stake comes back, in words; for `unstaking` */
export const supplierStatus = (t: Words, status: SupplierStatus, until = ''): Status => ({
  ...SUPPLIER[status],
  word: t(`status.supplier.${status}`, { when: until }),
})

/** The same of one of several, whose unbonding is reckoned from the rules of now. @param rules null while they are not read */
export function ownSupplierStatus(
  t: Words,
  one: { status: SupplierStatus; unstakeSessionEndHeight: number },
  view: Pick<ClockView, 'height' | 'blockTimeMs' | 'medianBlockMs'>,
  rules: { supplierUnbondingPeriodSessions: number; numBlocksPerSession: number } | null,
): Status {
  const back = one.unstakeSessionEndHeight + (rules ? rules.supplierUnbondingPeriodSessions * rules.numBlocksPerSession : 0)
  return supplierStatus(t, one.status, one.unstakeSessionEndHeight > 0 && rules ? dateOf(view, back) : '–')
}

const INTENT: Record<IntentStatus, Pick<Status, 'tone' | 'icon'>> = {
  prepared: { tone: 'ember', icon: 'key-round' },
  discarded: { tone: 'idle', icon: 'minus' },
  signed: { tone: 'info', icon: 'loader' },
  broadcast: { tone: 'info', icon: 'loader' },
  included: { tone: 'ok', icon: 'circle-check' },
  refused: { tone: 'bad', icon: 'circle-x' },
  expired: { tone: 'warn', icon: 'minus' },
}

/** Tone, icon and word for how far a transaction is. */
export const intentStatus = (t: Words, intent: { status: IntentStatus; includedHeight: number | null }): Status => ({
  ...INTENT[intent.status],
  word: t(`status.intent.${intent.status}`, { height: whole(intent.includedHeight ?? 0) }),
  moving: intent.status === 'signed' || intent.status === 'broadcast',
})
