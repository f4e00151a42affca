/** Status words, exactly as design language section 5 has them. */

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle' | 'ember'
export interface StatusWord {
  word: string
  tone: Tone
  icon: string
}

const word = (text: string, tone: Tone, icon: string): StatusWord => ({ word: text, tone, icon })

export type NodeWord = 'running' | 'starting' | 'syncing' | 'stopped-by-you' | 'stopped-by-us' | 'stopping' | 'failing' | 'unknown' | 'absent'
export const nodeWords: Record<NodeWord, StatusWord> = {
  running: word('Running', 'ok', 'circle-check'),
  starting: word('Starting', 'info', 'loader'),
  syncing: word('Syncing', 'info', 'arrow-down-to-line'),
  'stopped-by-you': word('Stopped by you', 'idle', 'circle-pause'),
  'stopped-by-us': word('Stopped by us', 'warn', 'hand'),
  stopping: word('Stopping', 'info', 'loader'),
  failing: word('Failing', 'bad', 'circle-x'),
  unknown: word('Unknown', 'idle', 'circle-dashed'),
  absent: word('Not made yet', 'idle', 'circle-dashed'),
}

export type StageWord =
  'serving' | 'open' | 'claimed' | 'proof-due' | 'proven' | 'settled' | 'expired' | 'slashed' | 'discarded' | 'not-claimed' | 'idle'
export const stageWords: Record<StageWord, StatusWord> = {
  serving: word('Serving', 'ember', 'circle-dot'),
  open: word('Open', 'ember', 'circle-dot'),
  claimed: word('Claimed', 'info', 'file-text'),
  'proof-due': word('Proof due', 'warn', 'hourglass'),
  proven: word('Proven', 'info', 'shield-check'),
  settled: word('Settled', 'ok', 'check'),
  expired: word('Expired', 'bad', 'circle-x'),
  slashed: word('Slashed', 'bad', 'triangle-alert'),
  discarded: word('Discarded', 'warn', 'minus'),
  'not-claimed': word('Not claimed', 'warn', 'minus'),
  idle: word('No relays', 'idle', 'circle-dashed'),
}

export type SupplierWord =
  | 'unknown'
  | 'not-staked'
  | 'funds-on-the-way'
  | 'stake-sent'
  | 'starts-next-session'
  | 'staked-no-services'
  | 'active'
  | 'active-differs'
  | 'below-minimum'
  | 'unstaking'
  | 'unstaked'
export const supplierWords: Record<SupplierWord, StatusWord> = {
  unknown: word('Unknown', 'idle', 'circle-dashed'),
  'not-staked': word('Not staked', 'idle', 'circle-dashed'),
  'funds-on-the-way': word('Funds on the way', 'info', 'loader'),
  'stake-sent': word('Stake sent', 'info', 'loader'),
  'starts-next-session': word('Starts next session', 'info', 'hourglass'),
  'staked-no-services': word('Staked, no services yet', 'info', 'circle-dashed'),
  active: word('Active', 'ok', 'circle-check'),
  'active-differs': word('Active, differs from this PC', 'warn', 'triangle-alert'),
  'below-minimum': word('Unstake asked by the network', 'bad', 'triangle-alert'),
  unstaking: word('Unstaking', 'warn', 'hourglass'),
  unstaked: word('Unstaked', 'idle', 'circle-dashed'),
}

export type IntentWord = 'prepared' | 'discarded' | 'signed' | 'broadcast' | 'included' | 'refused' | 'expired'
export const intentWords: Record<IntentWord, StatusWord> = {
  prepared: word('Waits for your signature', 'warn', 'hourglass'),
  discarded: word('Not signed', 'idle', 'minus'),
  signed: word('Signed, being sent', 'info', 'loader'),
  broadcast: word('Sent, waits for a block', 'info', 'loader'),
  included: word('On chain', 'ok', 'circle-check'),
  refused: word('Refused by the chain', 'bad', 'circle-x'),
  expired: word('Not included in time', 'warn', 'triangle-alert'),
}

export type VerdictWord = 'nothing-to-lose' | 'safe' | 'wait' | 'costs' | 'cannot-tell'
export const verdictWords: Record<VerdictWord, { tone: Tone; icon: string }> = {
  'nothing-to-lose': { tone: 'idle', icon: 'circle-dashed' },
  safe: { tone: 'ok', icon: 'shield-check' },
  wait: { tone: 'warn', icon: 'hourglass' },
  costs: { tone: 'bad', icon: 'triangle-alert' },
  'cannot-tell': { tone: 'idle', icon: 'circle-dashed' },
}
