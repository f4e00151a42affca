import { claimValue } from '#shared/model/claim-value.ts'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import { fromJsonText, toJsonText } from '../node/json-text.ts'
import type { ChainNode } from '../node/chain-node.ts'
import type { PracticeMessage } from '../parts.ts'
import type { Competitor } from './population.ts'
import { chance, roundByChance } from './random.ts'
import { rootOf } from './session-trees.ts'

/** The other suppliers: they count what they serve, claim it and prove it, as miners do. They have no containers. */
export interface Competitors {
  /** Relays that one of them served. */
  serve(competitor: Competitor, session: SessionInfo, relays: number): void
  /** Sends claims and proofs that are due after a block. */
  look(height: number): void
  save(): string
}

interface Work {
  operatorAddress: string
  session: SessionInfo
  relays: bigint
  computeUnits: bigint
  claimed: boolean
  proven: boolean
}

export function createCompetitors(node: ChainNode, all: readonly Competitor[], seed: string, saved?: string): Competitors {
  const { ledger } = node
  const byAddress = new Map(all.map((each) => [each.address, each]))
  /** By end of session, then by operator and session: windows are looked up without walking through everything. */
  const ends = new Map<number, Map<string, Work>>()
  if (saved !== undefined) for (const work of fromJsonText(saved) as Work[]) keep(ends, work)

  /** One transaction for each operator. */
  const sendEach = (works: Work[], messageOf: (work: Work) => PracticeMessage): void => {
    const byOperator = new Map<string, Work[]>()
    for (const work of works) byOperator.set(work.operatorAddress, [...(byOperator.get(work.operatorAddress) ?? []), work])
    for (const [feePayer, own] of byOperator) node.submit({ messages: own.map(messageOf), feePayer })
  }

  const claim = (works: Work[]): void => {
    for (const work of works) work.claimed = true
    sendEach(works, (work) => ({
      kind: 'create-claim',
      operatorAddress: work.operatorAddress,
      session: work.session,
      relays: work.relays,
      computeUnits: work.computeUnits,
      rootHex: rootOf(work),
    }))
  }

  const isLarge = ({ session, computeUnits }: Work): boolean => {
    const { computeUnitsToTokensMultiplier, computeUnitCostGranularity, proofRequirementThresholdUpokt } = ledger.practiceParams()
    const targetHash = BigInt(`0x${ledger.difficulty(session.serviceId, session.startHeight)}`)
    const pricing = { computeUnitsToTokensMultiplier, computeUnitCostGranularity, targetHash }
    // Prices may have changed since the session began: twice the threshold is certain enough.
    return claimValue(computeUnits, pricing).claimedUpokt >= 2n * proofRequirementThresholdUpokt
  }

  const prove = (works: Work[]): void => {
    for (const work of works) work.proven = true
    const proofOf = (work: Work): PracticeMessage => ({
      kind: 'submit-proof',
      operatorAddress: work.operatorAddress,
      session: work.session,
      valid: true,
    })
    const wanted = works.filter((work) => {
      const { missedProofs } = byAddress.get(work.operatorAddress)?.quality ?? { missedProofs: 0 }
      if (chance(`${seed}/proof/${work.session.sessionId}/${work.operatorAddress}`) < missedProofs) return false
      // Trying is dear: only claims that are too small for certainty are tried.
      if (isLarge(work)) return true
      const trial = { hash: '', messages: [proofOf(work)], feePayer: work.operatorAddress, feeUpokt: 0n, gasWanted: 0n, gasUsed: 0n }
      return ledger.tryRun({ ...trial, pubKeyHex: undefined, unordered: true }).code === 0
    })
    sendEach(wanted, proofOf)
  }

  return {
    serve(competitor, session, relays) {
      const share = Number(BigInt(`0x${ledger.difficulty(session.serviceId, session.startHeight)}`) >> 192n) / 2 ** 64
      const key = `${competitor.address}/${session.sessionId}`
      const work = ends.get(session.endHeight)?.get(key) ?? {
        operatorAddress: competitor.address,
        session,
        relays: 0n,
        computeUnits: 0n,
        claimed: false,
        proven: false,
      }
      const mined = BigInt(share >= 0.999_999_999 ? relays : roundByChance(relays * share, `${seed}/${key}/${ledger.height}`))
      if (mined === 0n) return
      work.relays += mined
      work.computeUnits += mined * (ledger.computeUnitsPerRelay(session.serviceId, session.startHeight) ?? 0n)
      keep(ends, work)
    },
    look(height) {
      const params = ledger.params()
      for (const [end, works] of ends) {
        const claimOpen = end + params.claimWindowOpenOffsetBlocks + 1
        const claimClose = claimOpen + params.claimWindowCloseOffsetBlocks
        const proofOpen = claimClose + params.proofWindowOpenOffsetBlocks
        const proofClose = proofOpen + params.proofWindowCloseOffsetBlocks
        if (height >= proofClose) ends.delete(end)
        else if (height >= proofOpen) prove([...works.values()].filter((work) => work.claimed && !work.proven))
        else if (height >= claimOpen && height < claimClose) claim([...works.values()].filter((work) => !work.claimed))
      }
    },
    save: () => toJsonText([...ends.values()].flatMap((works) => [...works.values()])),
  }
}

function keep(ends: Map<number, Map<string, Work>>, work: Work): void {
  const works = ends.get(work.session.endHeight) ?? new Map<string, Work>()
  works.set(`${work.operatorAddress}/${work.session.sessionId}`, work)
  ends.set(work.session.endHeight, works)
}
