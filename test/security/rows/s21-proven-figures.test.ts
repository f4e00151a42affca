import { ed25519 } from '@noble/curves/ed25519.js'
import { expect, test } from 'vitest'
import { headerHash, validatorsHash, voteBytes, type Commit, type Header, type Validator } from '#main/adapters/cosmos/light/header.ts'
import { sha256 } from '#main/adapters/cosmos/light/merkle.ts'
import { ProofInvalid } from '#main/adapters/cosmos/light/proof-invalid.ts'
import { verifyCommit, type SignedHeader } from '#main/adapters/cosmos/light/verify.ts'

const CHAIN = 'row-21'
const none = new Uint8Array()
/** Nine validators of the same power. */
const secrets = Array.from({ length: 9 }, (_, index) => sha256(Uint8Array.of(index + 1)))
const validators: Validator[] = secrets.map((secret) => {
  const key = ed25519.getPublicKey(secret)
  return { key, address: sha256(key).slice(0, 20), power: 10n }
})
const header: Header = {
  version: { block: 11n, app: 0n },
  chainId: CHAIN,
  height: 7,
  time: { seconds: 1_800_000_000n, nanos: 1 },
  lastBlockId: { hash: none, parts: { total: 0, hash: none } },
  lastCommitHash: none,
  dataHash: none,
  validatorsHash: validatorsHash(validators),
  nextValidatorsHash: validatorsHash(validators),
  consensusHash: none,
  appHash: sha256(Uint8Array.of(7)),
  lastResultsHash: none,
  evidenceHash: none,
  proposerAddress: none,
}

/** @param voters how many sign @param signs what the others put in their place */
function signed(voters: number, signs: (bytes: Uint8Array, secret: Uint8Array) => Uint8Array = () => none): SignedHeader {
  const hash = headerHash(header)
  const commit: Commit = { height: header.height, round: 0, blockId: { hash, parts: { total: 1, hash } }, signatures: [] }
  commit.signatures = validators.map(({ address }, index) => {
    const bytes = voteBytes(CHAIN, commit, header.time)
    const secret = secrets[index] ?? none
    const votes = index < voters
    const signature = votes ? ed25519.sign(bytes, secret) : signs(bytes, secret)
    return { forBlock: votes || signature.length > 0, address, time: header.time, signature }
  })
  return { header, commit }
}

test('S21: a header counts when more than two thirds of the power signed it, and not with exactly two thirds', () => {
  expect(verifyCommit(CHAIN, signed(7), validators)).toEqual(headerHash(header))
  for (const voters of [0, 3, 4, 6]) expect(() => verifyCommit(CHAIN, signed(voters), validators)).toThrow(ProofInvalid)
})

test('S21: votes that are no signatures, of another chain or another header make up for none', () => {
  const forged = [
    signed(6, () => new Uint8Array(64)),
    signed(6, (bytes) => ed25519.sign(bytes, sha256(Uint8Array.of(99)))),
    signed(6, (_bytes, secret) => ed25519.sign(sha256(none), secret)),
  ]
  for (const one of forged) expect(() => verifyCommit(CHAIN, one, validators)).toThrow(ProofInvalid)
  expect(() => verifyCommit('row-22', signed(9), validators)).toThrow(ProofInvalid)
  const other: SignedHeader = { ...signed(9), header: { ...header, appHash: sha256(Uint8Array.of(8)) } }
  expect(() => verifyCommit(CHAIN, other, validators)).toThrow(ProofInvalid)
})
