import { HearthError } from '#shared/api/errors.ts'
import type { FigureProof, FigureSource } from '#shared/api/state.ts'
import type { ProofFacts, ProvenReads, SupplierRecord } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

/** Which figures on screen are proven, and which are what a host says. */

/** What is shown: the value, the height that it holds at, and where it comes from. */
export interface Sourced<T> {
  value: T
  height: number
  source: Exclude<FigureSource, 'counted'>
  /** When it was proven; absent for what was just read. */
  atMs?: number
  /** How, where the chain tells. */
  proof?: FigureProof
}

/** The same as plain text. */
export function publicProof(height: number, how: ProofFacts): FigureProof {
  const { signedPower, totalPower, ...rest } = how
  return { height, ...rest, signedPower: signedPower.toString(), totalPower: totalPower.toString() }
}

export interface FigureProofs {
  /** @param read the balance that was read at `height` @returns the proven one as soon as there is one */
  balance(address: string, read: bigint, height: number): Promise<Sourced<bigint>>
  /** Whether stake, owner and unbonding of the record are proven. A record that is proven to be otherwise rejects `proof-invalid`. */
  supplier(operatorAddress: string, read: SupplierRecord | undefined, height: number): Promise<Sourced<SupplierRecord | undefined>>
  clear(): void
}

/** A proof of a figure that has not changed since is made again this often. */
const PROVE_EVERY_MS = 60_000
/** A proof is of the block below the newest; two blocks later a difference is no longer one of time. */
const DIFFERENT_BLOCKS = 2

interface Known {
  text: string
  height: number
  how: ProofFacts | undefined
  atMs: number
  /** Height from which the host has said something else. */
  differsSince: number | undefined
}

/** @param proven reads with proofs; undefined where nothing can be proven */
export function createFigureProofs(deps: { proven: () => ProvenReads | undefined; clock: Clock; log: Log }): FigureProofs {
  const { clock, log } = deps
  const known = new Map<string, Known>()
  let warnedMs = -Infinity

  /** Proves the figure when that is due. @returns what is proven of it by now */
  const proveWhenDue = async (
    key: string,
    readText: string,
    prove: (reads: ProvenReads) => Promise<{ text: string; height: number; how: ProofFacts | undefined }>,
  ): Promise<Known | undefined> => {
    const reads = deps.proven()
    if (reads === undefined) {
      known.delete(key)
      return undefined
    }
    const before = known.get(key)
    if (before !== undefined && before.text === readText && clock.now() < before.atMs + PROVE_EVERY_MS) return before
    try {
      const { text, height, how } = await prove(reads)
      const now = { text, height, how, atMs: clock.now(), differsSince: text === readText ? undefined : (before?.differsSince ?? height) }
      known.set(key, now)
      return now
    } catch (error) {
      if (!(error instanceof HearthError)) throw error
      // What could not be proven is shown as what it is: the word of a host.
      if (clock.now() > warnedMs + PROVE_EVERY_MS) log.warn('not proven', { code: error.code, reason: error.detail['reason'] ?? '' })
      warnedMs = clock.now()
      known.delete(key)
      return undefined
    }
  }
  /** The host says something else than is proven, and has for too long to be a block apart. */
  const isWrong = (found: Known): boolean => found.differsSince !== undefined && found.height >= found.differsSince + DIFFERENT_BLOCKS

  return {
    async balance(address, read, height) {
      const found = await proveWhenDue(`balance ${address}`, read.toString(), async (reads) => {
        const { value, height: at, how } = await reads.balance(address)
        return { text: value.toString(), height: at, how }
      })
      if (found?.text === read.toString()) return { value: read, ...provenAt(found) }
      if (found !== undefined && isWrong(found)) return { value: BigInt(found.text), ...provenAt(found) }
      return { value: read, height, source: 'chain' }
    },
    async supplier(operatorAddress, read, height) {
      const text = recordText(read)
      const found = await proveWhenDue(`supplier ${operatorAddress}`, text, async (reads) => {
        const { value, height: at, how } = await reads.supplier(operatorAddress)
        return { text: recordText(value), height: at, how }
      })
      if (found?.text === text) return { value: read, ...provenAt(found) }
      if (found !== undefined && isWrong(found)) {
        throw new HearthError('proof-invalid', { endpoint: 'an endpoint', reason: 'the supplier record is another one than was signed' })
      }
      return { value: read, height, source: 'chain' }
    },
    clear: () => known.clear(),
  }
}

const provenAt = (found: Known): { height: number; source: 'proven'; atMs: number; proof?: FigureProof } => ({
  height: found.height,
  atMs: found.atMs,
  source: 'proven',
  ...(found.how && { proof: publicProof(found.height, found.how) }),
})

function recordText(record: Pick<SupplierRecord, 'ownerAddress' | 'stakeUpokt' | 'unstakeSessionEndHeight'> | undefined): string {
  return record === undefined ? 'none' : `${record.ownerAddress} ${record.stakeUpokt} ${record.unstakeSessionEndHeight}`
}
