import { HearthError } from '#shared/api/errors.ts'
import type { FigureSource } from '#shared/api/state.ts'
import { claimKey } from '#shared/model/claim.ts'
import type { Chain, PendingClaim, Proven, ProvenReads } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { ownSuppliers } from '../state/own-suppliers.ts'
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

  /** Of one operator. */
  const prove = async (operatorAddress: string, asked: readonly PendingClaim[]): Promise<Found | undefined> => {
    try {
      return await deps.proven()?.claims(
        operatorAddress,
        asked.map((claim) => claim.sessionId),
      )
    } catch (error) {
      if (!(error instanceof HearthError)) throw error
      log.warn('claims not proven', { code: error.code, reason: error.detail['reason'] ?? '' })
      return undefined
    }
  }
  const proveAll = async (listed: readonly PendingClaim[]): Promise<Map<string, Found | undefined>> => {
    // What was proven least lately, so that with many open claims all get their turn.
    const asked = [...listed].sort((a, b) => Number(proven.has(claimKey(a))) - Number(proven.has(claimKey(b)))).slice(0, AT_ONCE)
    const found = new Map<string, Found | undefined>()
    for (const [operatorAddress, claims] of Map.groupBy(asked, (claim) => claim.operatorAddress))
      found.set(operatorAddress, await prove(operatorAddress, claims))
    return found
  }
  /** Of whose claims the chain is asked: without a stake there are none. */
  const operators = (): string[] =>
    ownSuppliers(state.state).flatMap(({ operatorAddress, status }) =>
      operatorAddress === '' || status === 'not-staked' || status === 'stake-sent' ? [] : [operatorAddress],
    )

  return {
    sourceOf: (key) => (proven.has(key) ? 'proven' : 'chain'),
    async look(chain) {
      const own = operators()
      if (own.length === 0) {
        proven = new Set()
        last = undefined
        if (state.state.earnings.openClaims) {
          const { openClaims: _gone, ...rest } = state.state.earnings
          state.set('earnings', rest)
        }
        return
      }
      const listed: PendingClaim[] = []
      for (const operatorAddress of own) listed.push(...(await chain.pendingClaims(operatorAddress)))
      const keys = listed.map(textOf).sort().join(' ')
      const now = clock.now()
      if (last?.keys === keys && now - last.atMs < LOOK_EVERY_MS && now >= last.atMs) return
      const found = await proveAll(listed)
      const said = [...found.values()].filter((each) => each !== undefined)
      const texts = new Set(said.flatMap((each) => each.value.map(textOf)))
      const before = proven
      // A claim that was not asked for this time stays proven while the host lists it with the same counts, unless its operator's could not be proven.
      const same = new Set(last?.keys.split(' ') ?? [])
      const stays = (claim: PendingClaim): boolean =>
        before.has(claimKey(claim)) &&
        same.has(textOf(claim)) &&
        (!found.has(claim.operatorAddress) || found.get(claim.operatorAddress) !== undefined)
      proven = new Set(listed.filter((claim) => texts.has(textOf(claim)) || stays(claim)).map(claimKey))
      last = { keys, atMs: now }
      // The proof of the oldest header is told: what all hang on is not newer than it.
      const oldest = said.toSorted((a, b) => a.height - b.height)[0]
      state.patch('earnings', {
        openClaims: {
          proven: proven.size,
          listed: listed.length,
          asOf: { height: oldest?.height ?? state.state.chain.height, atMs: now },
          ...(oldest?.how && { proof: publicProof(oldest.height, oldest.how) }),
        },
        revision: proven.size === before.size ? state.state.earnings.revision : state.state.earnings.revision + 1,
      })
    },
  }
}

type Found = Proven<PendingClaim[]>

/** A claim with its counts; its proof may come between the block that was read and the one that was proven. */
const textOf = (claim: PendingClaim): string => `${claimKey(claim)}=${claim.computeUnits}/${claim.relays}`
