import { HearthError } from '#shared/api/errors.ts'
import type { Proven, ProvenReads } from '../ports/chain.ts'
import type { Member } from './members.ts'

/** A proof is of the block below the newest, and takes a moment. */
const PROOF_LAG_BLOCKS = 5

export const isUnreachable = (error: unknown): boolean =>
  error instanceof HearthError && (error.code === 'chain-unreachable' || error.code === 'proof-invalid')

/**
 * Proofs from whichever endpoint brings one that holds.
 * @param deps.order in which they are asked now @param deps.floor highest height of the chain so far: what is proven of a much lower one is old
 * @param deps.none the error where nobody answers
 */
export function poolProofs(deps: { members: Member[]; order: () => Member[]; floor: () => number; none: () => HearthError }): ProvenReads {
  /** Who brings what is not signed is called a liar when another one brings what is: a proof that nobody can give may be our own mistake. */
  const reading = async <T>(run: (reads: ProvenReads) => Promise<T>, heightOf: (value: T) => number): Promise<T> => {
    const forgers: Member[] = []
    let last: unknown
    for (const member of deps.order()) {
      const reads = member.proven()
      if (reads === undefined) continue
      try {
        const value = await run(reads)
        if (heightOf(value) < deps.floor() - PROOF_LAG_BLOCKS)
          throw new HearthError('chain-unreachable', { endpoint: member.host, reason: `proves the state of ${heightOf(value)}` })
        for (const forger of forgers) if (!forger.endpoint.own) forger.accuse('lied', 'gave a proof that is none')
        return value
      } catch (error) {
        if (!isUnreachable(error)) throw error
        if (error instanceof HearthError && error.code === 'proof-invalid') forgers.push(member)
        last = error
      }
    }
    throw last ?? deps.none()
  }
  const state = (value: Proven<unknown>): number => value.height
  return {
    balance: (address): Promise<Proven<bigint>> => reading((reads) => reads.balance(address), state),
    supplier: (operatorAddress) => reading((reads) => reads.supplier(operatorAddress), state),
    claims: (operatorAddress, sessionIds) => reading((reads) => reads.claims(operatorAddress, sessionIds), state),
    block: (height) =>
      reading(
        (reads) => reads.block(height),
        () => Infinity,
      ),
    newest: () =>
      deps.members
        .map((member) => member.proven()?.newest())
        .filter((newest) => newest !== undefined)
        .sort((a, b) => b.height - a.height)[0],
  }
}
