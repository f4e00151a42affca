import { pendingSessions, ratio } from '#shared/model/claim-value.ts'
import { shareByStake } from '#shared/model/validator-share.ts'
import { decimalOf } from '../decimals.ts'
import { emit, type Frame } from '../frame.ts'
import { paramsAt, removeClaim, type ChainState, type ClaimState } from '../state.ts'
import { budgetKey, Dropped, openBook, ripeClaim, takePart, type RipeClaim, type SettlementBook } from './book.ts'
import { emitDropped, emitExpired, emitSettled } from './claim-events.ts'
import { updateDifficulties } from './difficulties.ts'
import { Operations } from './operations.ts'
import { REASONS } from './reasons.ts'
import { slash } from './slash.ts'
import { settleClaim } from './token-logic.ts'

/** Settles the claims whose proof window has closed: pays them, lets them expire, or drops them (onchain facts 5.4). */
export function settle(frame: Frame): void {
  const { state, height } = frame
  if (state.claims.size === 0) return
  const claims = ripeClaims(state, height)
  if (claims.length === 0) return
  const book = openBook(state, height)
  const ripe = claims.map((claim) => ripeClaim(state, claim))
  openBudgets(book, ripe)

  const operations = new Operations()
  const expired: ClaimState[] = []
  const relays = new Map<string, bigint>()
  let firstSessionEnd = 0
  for (const one of ripe) {
    const { claim } = one
    removeClaim(state, claim)
    try {
      const { working } = takePart(book, claim)
      if (!one.settles) {
        emitExpired(frame, one)
        expired.push(claim)
        continue
      }
      const result = settleClaim(frame, book, one)
      emitSettled(frame, book, one, working, result)
      for (const operation of result.operations) operations.add(operation)
      relays.set(claim.serviceId, (relays.get(claim.serviceId) ?? 0n) + claim.relays)
      if (firstSessionEnd === 0) firstSessionEnd = claim.sessionEndHeight
    } catch (error) {
      if (!(error instanceof Dropped)) throw error
      emitDropped(frame, claim, error.message)
    }
  }
  for (const application of book.applications.values()) state.applications.set(application.address, application)
  payProposers(frame, book, operations, firstSessionEnd)
  operations.run(frame, firstSessionEnd)
  for (const claim of expired) slash(frame, book, claim)
  updateDifficulties(frame, relays)
}

/** Claims whose window closed in the block before, by whatever rules held at the end of their session; in the order of the chain's store. */
function ripeClaims(state: ChainState, height: number): ClaimState[] {
  const found: ClaimState[] = []
  for (const sessionEnd of candidateEnds(state, height)) {
    const keys = state.claimsByEnd.get(sessionEnd)
    if (keys === undefined || height <= sessionEnd + windowBlocks(paramsAt(state, sessionEnd))) continue
    for (const key of [...keys].sort()) {
      const claim = state.claims.get(key)
      if (claim) found.push(claim)
    }
  }
  return found
}

const windowBlocks = (params: ChainState['live']): number =>
  params.claimWindowOpenOffsetBlocks +
  params.claimWindowCloseOffsetBlocks +
  params.proofWindowOpenOffsetBlocks +
  params.proofWindowCloseOffsetBlocks

/** Session ends that settle now by the rules of today, and by those of every day before. */
function candidateEnds(state: ChainState, height: number): number[] {
  const epochs = [
    state.live,
    ...state.paramsHistory
      .filter((entry) => entry.height <= height)
      .map(({ params }) => params)
      .reverse(),
  ]
  return [...new Set(epochs.map((params) => height - windowBlocks(params) - 1))]
}

/** The application's budget of a session is shared by all who claim; only claims that will be paid leave something over, or ask for more. */
function openBudgets(book: SettlementBook, ripe: readonly RipeClaim[]): void {
  const { state } = book
  const claimers = new Map<string, number>()
  for (const { claim } of ripe) claimers.set(budgetKey(claim), (claimers.get(budgetKey(claim)) ?? 0) + 1)
  const claimed = new Map<string, bigint[]>()
  for (const { claim, worth, settles } of ripe) {
    try {
      takePart(book, claim)
    } catch (error) {
      if (error instanceof Dropped) continue
      throw error
    }
    const key = budgetKey(claim)
    const amounts = claimed.get(key) ?? []
    claimed.set(key, amounts)
    if (settles) amounts.push(worth.claimedUpokt)
    if (book.budgets.has(key)) continue
    book.budgets.set(key, {
      stakeUpokt: book.applications.get(claim.applicationAddress)?.stakeUpokt ?? 0n,
      pendingSessions: pendingSessions(paramsAt(state, claim.sessionEndHeight)),
      claimsUpokt: amounts,
      globalInflation: book.globalInflation,
      overservicingBonusMultiplier: BigInt(state.live.overservicingBonusMultiplier),
    })
  }
  for (const [key, budget] of book.budgets) budget.expiringClaims = (claimers.get(key) ?? 0) - budget.claimsUpokt.length
}

function payProposers(frame: Frame, book: SettlementBook, operations: Operations, sessionEnd: number): void {
  const { validators } = book.state.genesis
  const stakes = validators.map(({ address, stakeUpokt, commission }) => ({ address, stakeUpokt, commission: ratio(commission) }))
  for (const [reason, upokt] of [...book.proposers].sort(([a], [b]) => REASONS[a] - REASONS[b])) {
    for (const share of shareByStake(upokt, stakes)) {
      if (share.poolShareUpokt === 0n) continue
      const place = validators.findIndex(({ address }) => address === share.address)
      const validator = validators[place]
      const delegated = share.selfDelegationUpokt === 0n ? 0n : (validator?.stakeUpokt ?? 0n)
      emit(frame, 'pocket.tokenomics.EventValidatorRewardDistribution', {
        commission_rate: decimalOf(validator?.commission ?? '0'),
        commission_upokt: share.commissionUpokt.toString(),
        delegators_reward_upokt: '0',
        num_delegators: 0,
        op_reason: reason,
        pool_share_upokt: share.poolShareUpokt.toString(),
        self_delegation_reward_upokt: share.selfDelegationUpokt.toString(),
        session_end_block_height: String(sessionEnd),
        total_delegated_stake_upokt: delegated.toString(),
        validator_account_address: share.address,
        validator_operator_address: book.state.fixed.validators[place] ?? '',
      })
      operations.add({ type: 'mod_to_acct', module: 'tokenomics', recipient: share.address, reason, upokt: share.poolShareUpokt })
    }
  }
}
