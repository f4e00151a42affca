import { createHash } from 'node:crypto'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import { sessionIdOf } from '#shared/model/session-membership.ts'
import { sessionAt } from '#shared/model/session.ts'
import { module } from '../chain/bank.ts'
import { blockHash } from '../chain/hashes.ts'
import type { ChainState } from '../chain/state.ts'
import type { PracticeMessage, PracticeTx } from '../parts.ts'
import { MINER_FEE_UPOKT } from './count.ts'
import type { Decision } from './plan.ts'

/** What a message of the miner may use, and what it uses. */
const GAS_WANTED = 300_000n
const GAS_USED = 152_000n

/** Who lives in a past, besides the network itself. */
export interface People {
  owner: string
  operator: string
  serviceOwner: string
  /** By service. */
  applications: readonly string[]
}

/** A transaction whose hash follows from where it stands. */
export function pastTx(state: ChainState, height: number, feePayer: string, messages: PracticeMessage[]): PracticeTx {
  const { chainId, genesisTimeMs } = state.genesis
  const first = messages[0]?.kind ?? ''
  const count = BigInt(messages.length)
  return {
    hash: createHash('sha256').update(`${chainId}/${genesisTimeMs}/${height}/${feePayer}/${first}`).digest('hex').toUpperCase(),
    messages,
    feePayer,
    feeUpokt: MINER_FEE_UPOKT,
    gasWanted: GAS_WANTED * count,
    gasUsed: GAS_USED * count,
    pubKeyHex: undefined,
    unordered: true,
  }
}

/** The session of an application whose service is `service`, as the chain would name it. */
export function pastSession(state: ChainState, people: People, session: { start: number; service: number }): SessionInfo {
  const { start, end, number } = sessionAt(session.start, state.live)
  const applicationAddress = people.applications[session.service] ?? ''
  const serviceId = state.genesis.services[session.service]?.id ?? ''
  return {
    sessionId: sessionIdOf({ startBlockHashHex: blockHash(state, start), startHeight: start, applicationAddress, serviceId }),
    sessionNumber: number,
    startHeight: start,
    endHeight: end,
    applicationAddress,
    serviceId,
    suppliers: [people.operator],
    delegatedGateways: [],
  }
}

export function decisionTx(state: ChainState, people: People, decision: Decision): PracticeTx {
  const { height } = decision
  if (decision.kind === 'pay') {
    const params = { computeUnitsToTokensMultiplier: decision.multiplier }
    return pastTx(state, height, people.serviceOwner, [{ kind: 'update-params', authority: module(state, 'gov'), params }])
  }
  const service = state.genesis.services[decision.service]
  const application = people.applications[decision.service]
  if (service === undefined || application === undefined) throw new Error(`no service ${decision.service}`)
  if (decision.kind === 'price') {
    const { id, name } = service
    const { computeUnitsPerRelay } = decision
    return pastTx(state, height, people.serviceOwner, [
      { kind: 'add-service', ownerAddress: people.serviceOwner, id, name, computeUnitsPerRelay },
    ])
  }
  const stakeUpokt = (state.applications.get(application)?.stakeUpokt ?? 0n) + decision.addUpokt
  return pastTx(state, height, application, [{ kind: 'stake-application', address: application, stakeUpokt, serviceIds: [service.id] }])
}
