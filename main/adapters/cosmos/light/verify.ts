import { ed25519 } from '@noble/curves/ed25519.js'
import { headerHash, timeMsOf, validatorsHash, voteBytes, type Commit, type Header, type Validator } from './header.ts'
import { sameBytes } from './merkle.ts'
import { ProofInvalid } from './proof-invalid.ts'

/** Whether a header is signed by the validators of a chain (CometBFT light client, verification of a commit). Pure. */

export interface SignedHeader {
  header: Header
  commit: Commit
}

/** Power whose signatures were checked, of all there is. */
export interface CheckedPower {
  signed: bigint
  total: bigint
  signers: number
  validators: number
}

/** Something trusted: what it is called, and who signs the next block. */
export interface TrustedHeader {
  header: Header
  hash: Uint8Array
  /** Absent where trust begins: that header is known by its hash. */
  power?: CheckedPower
}

/** Clocks of validators and of this machine differ; a header from further in the future than this is refused. */
const CLOCK_DRIFT_MS = 60_000

const powerOf = (validators: Validator[]): bigint => validators.reduce((sum, validator) => sum + validator.power, 0n)

function isSigned(chainId: string, commit: Commit, vote: Commit['signatures'][number], validator: Validator): boolean {
  if (vote.signature.length !== 64 || validator.key.length !== 32) return false
  try {
    // CometBFT accepts what ZIP-215 accepts: with a stricter rule one odd signature would split us from the chain.
    return ed25519.verify(vote.signature, voteBytes(chainId, commit, vote.time), validator.key, { zip215: true })
  } catch {
    return false
  }
}

/**
 * Adds up the power that signed until it is more than `needed`.
 * @throws ProofInvalid for a wrong signature, a voter twice, or too little power
 */
function requirePower(
  chainId: string,
  commit: Commit,
  voterOf: (index: number) => Validator | undefined,
  needed: bigint,
): { signed: bigint; signers: number } {
  let signed = 0n
  const seen = new Set<string>()
  for (const [index, vote] of commit.signatures.entries()) {
    if (!vote.forBlock) continue
    const validator = voterOf(index)
    if (validator === undefined) continue
    const name = Buffer.from(validator.address).toString('hex')
    if (seen.has(name)) throw new ProofInvalid('a validator that votes twice')
    seen.add(name)
    if (!isSigned(chainId, commit, vote, validator)) throw new ProofInvalid('a wrong signature of a validator')
    signed += validator.power
    if (signed > needed) return { signed, signers: seen.size }
  }
  throw new ProofInvalid('signed by too few')
}

/**
 * Header, commit and validators belong together, and more than two thirds of the power signed.
 * @returns the hash @throws ProofInvalid
 */
export function verifyCommit(chainId: string, signed: SignedHeader, validators: Validator[]): Uint8Array {
  return verifiedCommit(chainId, signed, validators).hash
}

/** The same. @returns also the power that was checked */
export function verifiedCommit(
  chainId: string,
  { header, commit }: SignedHeader,
  validators: Validator[],
): { hash: Uint8Array; power: CheckedPower } {
  // SECURITY: S21 a header counts when two thirds of the validators' power signed it, whoever brought it.
  if (header.chainId !== chainId) throw new ProofInvalid('a header of another chain')
  const hash = headerHash(header)
  if (commit.height !== header.height || !sameBytes(commit.blockId.hash, hash)) throw new ProofInvalid('signatures of another header')
  if (!sameBytes(validatorsHash(validators), header.validatorsHash)) throw new ProofInvalid('other validators than the header names')
  if (commit.signatures.length !== validators.length) throw new ProofInvalid('not one vote for each validator')
  const byIndex = (index: number): Validator | undefined => {
    const validator = validators[index]
    const vote = commit.signatures[index]
    if (validator !== undefined && vote !== undefined && !sameBytes(validator.address, vote.address)) {
      throw new ProofInvalid('votes in another order than the validators')
    }
    return validator
  }
  const total = powerOf(validators)
  const checked = requirePower(chainId, commit, byIndex, (total * 2n) / 3n)
  return { hash, power: { ...checked, total, validators: validators.length } }
}

/**
 * Whether what is trusted vouches for a later header: the next one by the hash of its validators, a later one by more than a third of the trusted power among its signers.
 * @param trustedNext the validators that `trusted` names for the block after it
 * @throws ProofInvalid @returns false when too few of the trusted signed: then a header between is needed
 */
export function vouches(
  trusted: TrustedHeader,
  trustedNext: Validator[],
  signed: SignedHeader,
  now: { nowMs: number; trustingMs: number | undefined },
): boolean {
  const { header, commit } = signed
  if (header.height <= trusted.header.height) throw new ProofInvalid('not later than what is trusted')
  const timeMs = timeMsOf(header.time)
  if (timeMs <= timeMsOf(trusted.header.time)) throw new ProofInvalid('a later header with an earlier time')
  if (timeMs > now.nowMs + CLOCK_DRIFT_MS) throw new ProofInvalid('a header from the future')
  if (now.trustingMs !== undefined && timeMsOf(trusted.header.time) + now.trustingMs < now.nowMs) {
    throw new ProofInvalid('what is trusted is too old')
  }
  if (header.height === trusted.header.height + 1) {
    if (!sameBytes(header.validatorsHash, trusted.header.nextValidatorsHash)) throw new ProofInvalid('other validators than were announced')
    return true
  }
  if (!sameBytes(validatorsHash(trustedNext), trusted.header.nextValidatorsHash))
    throw new ProofInvalid('other validators than are trusted')
  const byAddress = new Map(trustedNext.map((validator) => [Buffer.from(validator.address).toString('hex'), validator]))
  const voterOf = (index: number): Validator | undefined =>
    byAddress.get(Buffer.from(commit.signatures[index]?.address ?? []).toString('hex'))
  try {
    requirePower(header.chainId, commit, voterOf, powerOf(trustedNext) / 3n)
    return true
  } catch (error) {
    if (error instanceof ProofInvalid && error.message === 'signed by too few') return false
    throw error
  }
}
