import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { merkleRoot } from './merkle.ts'

/** Headers, validator sets and votes as CometBFT 0.38 hashes and signs them. All of it is protobuf, so that every byte is determined. */

export interface BlockId {
  hash: Uint8Array
  parts: { total: number; hash: Uint8Array }
}

/** UTC to the nanosecond. */
export interface ChainTime {
  seconds: bigint
  nanos: number
}

export interface Header {
  version: { block: bigint; app: bigint }
  chainId: string
  height: number
  time: ChainTime
  lastBlockId: BlockId
  lastCommitHash: Uint8Array
  dataHash: Uint8Array
  validatorsHash: Uint8Array
  nextValidatorsHash: Uint8Array
  consensusHash: Uint8Array
  appHash: Uint8Array
  lastResultsHash: Uint8Array
  evidenceHash: Uint8Array
  proposerAddress: Uint8Array
}

export interface Validator {
  /** First 20 bytes of the SHA-256 of the key. */
  address: Uint8Array
  /** Ed25519, 32 bytes. */
  key: Uint8Array
  power: bigint
}

export interface CommitSignature {
  /** Other votes (absent, for nothing) do not count for the block. */
  forBlock: boolean
  address: Uint8Array
  time: ChainTime
  signature: Uint8Array
}

export interface Commit {
  height: number
  round: number
  blockId: BlockId
  signatures: CommitSignature[]
}

const PRECOMMIT = 2

function partsBytes(parts: BlockId['parts']): Uint8Array {
  const out = new BinaryWriter()
  if (parts.total !== 0) out.uint32(8).uint32(parts.total)
  if (parts.hash.length > 0) out.uint32(18).bytes(parts.hash)
  return out.finish()
}

/** Same bytes for a header's `last_block_id` and inside a vote. The parts are written even when they are empty. */
function blockIdBytes(id: BlockId): Uint8Array {
  const out = new BinaryWriter()
  if (id.hash.length > 0) out.uint32(10).bytes(id.hash)
  return out.uint32(18).bytes(partsBytes(id.parts)).finish()
}

function timeBytes(time: ChainTime): Uint8Array {
  const out = new BinaryWriter()
  if (time.seconds !== 0n) out.uint32(8).int64(time.seconds)
  if (time.nanos !== 0) out.uint32(16).int32(time.nanos)
  return out.finish()
}

const bytesValue = (bytes: Uint8Array): Uint8Array => (bytes.length === 0 ? bytes : new BinaryWriter().uint32(10).bytes(bytes).finish())

/** Hash of a header: 32 bytes, what the block is called by. */
export function headerHash(header: Header): Uint8Array {
  const version = new BinaryWriter()
  if (header.version.block !== 0n) version.uint32(8).uint64(header.version.block)
  if (header.version.app !== 0n) version.uint32(16).uint64(header.version.app)
  const chainId = new BinaryWriter()
  if (header.chainId !== '') chainId.uint32(10).string(header.chainId)
  return merkleRoot([
    version.finish(),
    chainId.finish(),
    new BinaryWriter().uint32(8).int64(header.height).finish(),
    timeBytes(header.time),
    blockIdBytes(header.lastBlockId),
    bytesValue(header.lastCommitHash),
    bytesValue(header.dataHash),
    bytesValue(header.validatorsHash),
    bytesValue(header.nextValidatorsHash),
    bytesValue(header.consensusHash),
    bytesValue(header.appHash),
    bytesValue(header.lastResultsHash),
    bytesValue(header.evidenceHash),
    bytesValue(header.proposerAddress),
  ])
}

/** Hash of a validator set in the chain's own order. */
export function validatorsHash(validators: Validator[]): Uint8Array {
  return merkleRoot(
    validators.map(({ key, power }) => {
      const publicKey = new BinaryWriter().uint32(10).bytes(key).finish()
      const out = new BinaryWriter().uint32(10).bytes(publicKey)
      if (power !== 0n) out.uint32(16).int64(power)
      return out.finish()
    }),
  )
}

/** The bytes that a validator signs when it commits to a block. */
export function voteBytes(chainId: string, commit: Commit, time: ChainTime): Uint8Array {
  const vote = new BinaryWriter().uint32(8).int32(PRECOMMIT)
  if (commit.height !== 0) vote.uint32(17).sfixed64(commit.height)
  if (commit.round !== 0) vote.uint32(25).sfixed64(commit.round)
  vote.uint32(34).bytes(blockIdBytes(commit.blockId))
  vote.uint32(42).bytes(timeBytes(time))
  if (chainId !== '') vote.uint32(50).string(chainId)
  return new BinaryWriter().bytes(vote.finish()).finish()
}

export function timeMsOf(time: ChainTime): number {
  return Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1e6)
}

/** A hash as the chain prints it: upper-case hex. */
export function hashText(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex').toUpperCase()
}
