import { HearthError } from '#shared/api/errors.ts'
import type { FigureSource } from '#shared/api/state.ts'
import { claimKey } from '#shared/model/claim.ts'
import type { Chain, PendingClaim, Proven, ProvenReads } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { publicProof } from './figure-proofs.ts'

/** Which of our open claims are proven to be on chain, with their counts. That there are no others cannot be proven. */
export interface ClaimProofs {
  /** Looks when a minute has passed, or a claim came or went. Never rejects for what a host does not tell. */
  look(chain: Chain): Promise<void>
  /** Of a claim by its key (shared/model/claim). */
  sourceOf(key: string): Extract<FigureSource, 'proven' | 'chain'>
}

const LOOK_EVERY_MS = 60_000
/** Each is a question with its proof; the rest waits for the next look. */
const AT_ONCE = 40

export function createClaimProofs(deps: {
  proven: () => ProvenReads | undefined
  state: StatePublisher
  clock: Clock
  log: Log
}): ClaimProofs {
  const { state, clock, log } = deps
  let proven = new Set<string>()
  let last: { keys: string; atMs: number } | undefined

  const prove = async (operatorAddress: string, listed: PendingClaim[]): Promise<Proven<PendingClaim[]> | undefined> => {
    const reads = deps.proven()
    if (reads === undefined || listed.length === 0) return undefined
    // What was proven least lately, so that with many open claims all get their turn.
    const asked = [...listed].sort((a, b) => Number(proven.has(claimKey(a))) - Number(proven.has(claimKey(b)))).slice(0, AT_ONCE)
    try {
      return await reads.claims(
        operatorAddress,
        asked.map((claim) => claim.sessionId),
      )
    } catch (error) {
      if (!(error instanceof HearthError)) throw error
      log.warn('claims not proven', { code: error.code, reason: error.detail['reason'] ?? '' })
      return undefined
    }
  }

  return {
    sourceOf: (key) => (proven.has(key) ? 'proven' : 'chain'),
    async look(chain) {
      const { operatorAddress } = state.state.supplier
      if (operatorAddress === '') {
        proven = new Set()
        last = undefined
        if (state.state.earnings.openClaims) {
          const { openClaims: _gone, ...rest } = state.state.earnings
          state.set('earnings', rest)
        }
        return
      }
      const listed = await chain.pendingClaims(operatorAddress)
      const keys = listed.map(textOf).sort().join(' ')
      const now = clock.now()
      if (last?.keys === keys && now - last.atMs < LOOK_EVERY_MS && now >= last.atMs) return
      const found = await prove(operatorAddress, listed)
      const texts = new Set((found?.value ?? []).map(textOf))
      const before = proven
      // A claim that was not asked for this time stays proven while the host lists it with the same counts.
      const same = last?.keys.split(' ') ?? []
      proven = new Set(
        listed
          .filter(
            (claim) => texts.has(textOf(claim)) || (found !== undefined && before.has(claimKey(claim)) && same.includes(textOf(claim))),
          )
          .map(claimKey),
      )
      last = { keys, atMs: now }
      const { height } = state.state.chain
      state.patch('earnings', {
        openClaims: {
          proven: proven.size,
          listed: listed.length,
          asOf: { height: found?.height ?? height, atMs: now },
          ...(found?.how && { proof: publicProof(found.height, found.how) }),
        },
        revision: proven.size === before.size ? state.state.earnings.revision : state.state.earnings.revision + 1,
      })
    },
  }
}

/** A claim with its counts; its proof may come between the block that was read and the one that was proven. */
const textOf = (claim: PendingClaim): string => `${claimKey(claim)}=${claim.computeUnits}/${claim.relays}`
