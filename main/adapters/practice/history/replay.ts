import type { ChainBlock, SessionInfo } from '#main/core/ports/chain.ts'
import { sessionAt } from '#shared/model/session.ts'
import { EASIEST_TARGET } from '#shared/model/claim-value.ts'
import { module, setBalance } from '../chain/bank.ts'
import { paramsAt, putClaim, putSupplier, type ChainState, type ClaimState } from '../chain/state.ts'
import { relayCostAt } from '../chain/pricing.ts'
import type { PracticeMessage, PracticeTx } from '../parts.ts'
import { MINER_FEE_UPOKT, type ClaimRecord } from './count.ts'
import { heightsOfSession, OUTCOME, startOf, type HistoryPlan } from './plan.ts'
import { createSparseLedger } from './sparse-ledger.ts'
import { pastSession, pastTx, type People } from './txs.ts'

/** What the replay of one block needs to know of the moment before it. */
export interface Before {
  owner: bigint
  operator: bigint
  supply: bigint
  supplierStake: bigint
}

/** Where the miner sends in a session, and what is decided about it. */
export function momentsOf(session: number, state: ChainState): { claim: number; proof: number; settle: number } {
  const { claimOpen, proofOpen, settle } = heightsOfSession(session, state.genesis.params)
  // What goes out when a window opens is in the block after.
  return { claim: claimOpen + 1, proof: proofOpen + 1, settle }
}

const SESSIONS_REMEMBERED = 1_000
/** Plenty for whatever a single block moves: how much a module holds is shown nowhere. */
const PLENTY = 10n ** 17n

/**
 * Makes any past block again with the chain's own code: the state is put back as far as a block can see it, then the block is run. So its events are those that the chain would
 * emit, by construction.
 * @param state of the end of the past; it is used up
 */
export function createReplay(deps: {
  state: ChainState
  plan: HistoryPlan
  records: ClaimRecord
  people: People
  /** Blocks that were made once and kept: the beginning, and decisions of the network. */
  kept: ReadonlyMap<number, ChainBlock>
  before(height: number): Before
}): (height: number) => ChainBlock {
  const { state, plan, records, people } = deps
  const ledger = createSparseLedger(state)
  const { params, services } = state.genesis
  const genesisServices = services.length
  const claimsOf = (session: number): number[] => {
    const from = plan.firstClaim[session] ?? 0
    return Array.from({ length: (plan.firstClaim[session + 1] ?? 0) - from }, (_, index) => from + index)
  }

  /** A session is asked for when it is claimed, proven and paid, soon after each other. */
  const sessions = new Map<number, SessionInfo>()
  const sessionOf = (session: number, service: number): SessionInfo => {
    const key = session * genesisServices + service
    const known = sessions.get(key)
    if (known) return known
    if (sessions.size > SESSIONS_REMEMBERED) sessions.clear()
    const found = pastSession(state, people, { start: startOf(session, params), service })
    sessions.set(key, found)
    return found
  }

  const claimState = (claim: number, session: number): ClaimState => {
    const { sessionId, startHeight, endHeight, applicationAddress, serviceId } = sessionOf(session, plan.service[claim] ?? 0)
    const relays = BigInt(plan.relays[claim] ?? 0)
    return {
      operatorAddress: people.operator,
      applicationAddress,
      serviceId,
      sessionId,
      sessionStartHeight: startHeight,
      sessionEndHeight: endHeight,
      relays,
      computeUnits: relays * (relayCostAt(state, serviceId, startHeight) ?? 0n),
      rootHex: rootHex(sessionId),
      proofStatus: 'pending',
    }
  }

  const claimTx = (session: number, height: number): PracticeTx[] => {
    const messages = claimsOf(session).map((claim): PracticeMessage => {
      const { relays, computeUnits, rootHex: root } = claimState(claim, session)
      const found = sessionOf(session, plan.service[claim] ?? 0)
      return { kind: 'create-claim', operatorAddress: people.operator, session: found, relays, computeUnits, rootHex: root }
    })
    return messages.length === 0 ? [] : [pastTx(state, height, people.operator, messages)]
  }

  const proofTx = (session: number, height: number): PracticeTx[] => {
    const messages = claimsOf(session)
      .filter((claim) => plan.outcome[claim] !== OUTCOME.proofMissing)
      .map((claim): PracticeMessage => {
        const valid = plan.outcome[claim] === OUTCOME.paid
        return { kind: 'submit-proof', operatorAddress: people.operator, session: sessionOf(session, plan.service[claim] ?? 0), valid }
      })
    return messages.length === 0 ? [] : [pastTx(state, height, people.operator, messages)]
  }

  const open = (session: number, proven: boolean): void => {
    for (const claim of claimsOf(session)) {
      const outcome = plan.outcome[claim]
      const status = outcome === OUTCOME.paid ? 'validated' : outcome === OUTCOME.proofWrong ? 'invalid' : 'pending'
      const found: ClaimState = { ...claimState(claim, session), proofStatus: proven ? status : 'pending' }
      putClaim(state, found)
      if (!proven) continue
      const application = state.applications.get(found.applicationAddress)
      if (application) state.applications.set(application.address, { ...application, stakeUpokt: records.applicationStake[claim] ?? 0n })
      const average = records.average[claim] ?? -1
      if (average < 0) state.difficulties.delete(found.serviceId)
      else state.difficulties.set(found.serviceId, [{ height: 1, relaysAverage: BigInt(average), targetHash: EASIEST_TARGET }])
    }
  }

  const restore = (height: number): void => {
    state.height = height - 1
    state.live = paramsAt(state, height)
    state.claims.map.clear()
    state.claimsByEnd.clear()
    state.proofs.map.clear()
    const { owner, operator, supply, supplierStake } = deps.before(height)
    state.counters.set('supply', supply)
    setBalance(state, people.owner, owner)
    setBalance(state, people.operator, operator)
    setBalance(state, module(state, 'fee_collector'), feesOf(height - 1))
    for (const name of ['application', 'supplier', 'tokenomics'] as const) setBalance(state, module(state, name), PLENTY)
    const supplier = state.suppliers.get(people.operator)
    // Without a change nobody needs to look at who is in which session again.
    if (supplier && supplier.stakeUpokt !== supplierStake) putSupplier(state, { ...supplier, stakeUpokt: supplierStake })
  }

  const minerTxs = (height: number): { claims: number | undefined; proofs: number | undefined; settles: number | undefined } => {
    const current = sessionAt(height, params).number
    const is = (moment: 'claim' | 'proof' | 'settle') => (session: number) =>
      session >= 1 && session <= plan.sessions && momentsOf(session, state)[moment] === height
    const near = [current, current - 1, current - 2, current - 3]
    return { claims: near.find(is('claim')), proofs: near.find(is('proof')), settles: near.find(is('settle')) }
  }

  const feesOf = (height: number): bigint => {
    const known = deps.kept.get(height)
    if (known) return MINER_FEE_UPOKT * BigInt(known.txs.length)
    const { claims, proofs } = minerTxs(height)
    const claimed = claims !== undefined && claimsOf(claims).length > 0
    const proven = proofs !== undefined && claimsOf(proofs).some((claim) => plan.outcome[claim] !== OUTCOME.proofMissing)
    return MINER_FEE_UPOKT * BigInt(Number(claimed) + Number(proven))
  }

  return (height) => {
    const known = deps.kept.get(height)
    if (known) return known
    restore(height)
    const { claims, proofs, settles } = minerTxs(height)
    if (settles !== undefined) open(settles, true)
    if (proofs !== undefined) open(proofs, false)
    const txs = [...(claims === undefined ? [] : claimTx(claims, height)), ...(proofs === undefined ? [] : proofTx(proofs, height))]
    const block = ledger.deliverAt(height, txs)
    state.balanceLogs.clear()
    return block
  }
}

/** A root that looks like one: nobody reads it, and it must be there. */
const rootHex = (sessionId: string): string => sessionId.slice(0, 64)
