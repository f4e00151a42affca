import { sessionAt } from '#shared/model/session.ts'
import type { PracticeMessage, PracticeParams } from '../../parts.ts'
import { module } from '../bank.ts'
import { type Frame } from '../frame.ts'
import { pocketRefusal } from '../refusal.ts'
import { paramsAt, type ChainState } from '../state.ts'

/** What sessions and windows are measured with: a change waits for the next session, so that nothing under way is measured anew. */
const TIMING = [
  'numBlocksPerSession',
  'gracePeriodEndOffsetBlocks',
  'claimWindowOpenOffsetBlocks',
  'claimWindowCloseOffsetBlocks',
  'proofWindowOpenOffsetBlocks',
  'proofWindowCloseOffsetBlocks',
] as const

/**
 * Government changes parameters. All are recorded for the next session; those that measure no time hold at once, too (onchain facts 5.2).
 * @throws Refusal when the authority is not the one of this chain, or a value cannot be
 */
export function updateParams(frame: Frame, message: Extract<PracticeMessage, { kind: 'update-params' }>): void {
  const { state, height } = frame
  const authority = module(state, 'gov')
  if (message.authority !== authority) {
    const text = `invalid authority; expected ${authority}, got ${message.authority}`
    throw pocketRefusal('PermissionDenied', text, 'expected gov account as only signer for proposal message')
  }
  const current = paramsAt(state, height)
  const { end, number } = sessionAt(height, current)
  const nextStart = end + 1
  const pending = state.paramsHistory.find((entry) => entry.height === nextStart)
  const wanted: PracticeParams = { ...(pending?.params ?? state.live), ...message.params }
  check(wanted)
  const regrid = wanted.numBlocksPerSession !== current.numBlocksPerSession
  const next: PracticeParams = {
    ...wanted,
    sessionGridAnchorHeight: regrid ? nextStart : current.sessionGridAnchorHeight,
    sessionNumberAtAnchor: regrid ? number + 1 : current.sessionNumberAtAnchor,
  }
  const first = { height: 1, params: { ...state.live, sessionGridAnchorHeight: 1, sessionNumberAtAnchor: 1 } }
  const history = state.paramsHistory.length === 0 ? [first] : state.paramsHistory
  setHistory(state, [...history.filter((entry) => entry.height !== nextStart), { height: nextStart, params: next }])
  const kept = Object.fromEntries(TIMING.map((name) => [name, state.live[name]])) as Pick<PracticeParams, (typeof TIMING)[number]>
  const { sessionGridAnchorHeight, sessionNumberAtAnchor } = state.live
  setLive(state, { ...state.live, ...message.params, ...kept, sessionGridAnchorHeight, sessionNumberAtAnchor })
}

function check(params: PracticeParams): void {
  const invalid = (text: string): Error => pocketRefusal('InvalidArgument', text, 'the provided param is invalid')
  if (!Number.isInteger(params.numBlocksPerSession) || params.numBlocksPerSession < 1) {
    throw invalid(`invalid NumBlocksPerSession: (${params.numBlocksPerSession})`)
  }
  for (const name of TIMING) {
    if (!Number.isInteger(params[name]) || params[name] < 0) throw invalid(`invalid ${name}: (${params[name]})`)
  }
  const windows =
    params.claimWindowOpenOffsetBlocks +
    params.claimWindowCloseOffsetBlocks +
    params.proofWindowOpenOffsetBlocks +
    params.proofWindowCloseOffsetBlocks
  if (windows < 1) throw invalid('windows cannot all be empty')
  if (params.computeUnitsToTokensMultiplier <= 0n) {
    throw invalid(`invalid ComputeUnitsToTokensMultiplier: (${params.computeUnitsToTokensMultiplier})`)
  }
  if (params.computeUnitCostGranularity <= 0n) throw invalid(`invalid ComputeUnitCostGranularity: (${params.computeUnitCostGranularity})`)
}

function setHistory(state: ChainState, history: ChainState['paramsHistory']): void {
  const before = state.paramsHistory
  state.journal.note(() => void (state.paramsHistory = before))
  state.paramsHistory = history
}

function setLive(state: ChainState, params: PracticeParams): void {
  const before = state.live
  state.journal.note(() => void (state.live = before))
  state.live = params
}

/** At the last moment of the block at which recorded parameters begin. */
export function promoteParams(frame: Frame): void {
  const { state, height } = frame
  if (state.paramsHistory.length === 0) return
  const entry = state.paramsHistory.find((recorded) => recorded.height === height)
  if (entry) state.live = entry.params
}
