import { z } from 'zod'
import { smallInteger, upperHex32 } from '../schemas.ts'
import type { BlockId, ChainTime, Commit, CommitSignature, Header, Validator } from './header.ts'
import { sha256 } from './merkle.ts'

/** What CometBFT says about headers, commits, validators and proofs, as bytes (onchain facts 3.3). */

const hex = z
  .string()
  .regex(/^([0-9A-Fa-f]{2})*$/)
  .max(128)
  .transform((text) => new Uint8Array(Buffer.from(text, 'hex')))

const bytes = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))

/** RFC 3339 to the nanosecond. Kept whole: it is part of what is hashed and signed. */
const time = z
  .string()
  .max(40)
  .transform((text, context): ChainTime => {
    const [, second, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? []
    const ms = second === undefined ? NaN : Date.parse(`${second}Z`)
    if (!Number.isFinite(ms)) {
      context.addIssue('not a time')
      return z.NEVER
    }
    return { seconds: BigInt(ms / 1_000), nanos: Number(fraction.padEnd(9, '0')) }
  })

const int64 = z.union([z.string().regex(/^\d{1,19}$/), z.number().int().nonnegative()]).transform(BigInt)

const blockId = z
  .looseObject({ hash: hex, parts: z.looseObject({ total: z.number().int().nonnegative(), hash: hex }) })
  .transform((id): BlockId => ({ hash: id.hash, parts: { total: id.parts.total, hash: id.parts.hash } }))

const wireHeader = z
  .looseObject({
    version: z.looseObject({ block: int64.default(0n), app: int64.default(0n) }),
    chain_id: z.string().max(60),
    height: smallInteger,
    time,
    last_block_id: blockId,
    last_commit_hash: hex,
    data_hash: hex,
    validators_hash: hex,
    next_validators_hash: hex,
    consensus_hash: hex,
    app_hash: hex,
    last_results_hash: hex,
    evidence_hash: hex,
    proposer_address: hex,
  })
  .transform((header): Header => ({
    version: { block: header.version.block, app: header.version.app },
    chainId: header.chain_id,
    height: header.height,
    time: header.time,
    lastBlockId: header.last_block_id,
    lastCommitHash: header.last_commit_hash,
    dataHash: header.data_hash,
    validatorsHash: header.validators_hash,
    nextValidatorsHash: header.next_validators_hash,
    consensusHash: header.consensus_hash,
    appHash: header.app_hash,
    lastResultsHash: header.last_results_hash,
    evidenceHash: header.evidence_hash,
    proposerAddress: header.proposer_address,
  }))

/** `result` of `block`. */
export const blockResult = z.looseObject({
  block_id: z.looseObject({ hash: upperHex32 }),
  block: z.looseObject({
    header: wireHeader,
    data: z.looseObject({
      // No look at their letters: their hash must be what the header says.
      txs: z
        .array(z.string())
        .nullish()
        .transform((txs) => txs ?? []),
    }),
  }),
})

const FOR_BLOCK = 2
const NO_TIME: ChainTime = { seconds: 0n, nanos: 0 }

const commitSignature = z
  .looseObject({
    block_id_flag: z.number().int(),
    validator_address: hex,
    timestamp: time.catch(NO_TIME),
    signature: bytes.nullish().transform((signature) => signature ?? new Uint8Array()),
  })
  .transform((vote): CommitSignature => ({
    forBlock: vote.block_id_flag === FOR_BLOCK,
    address: vote.validator_address,
    time: vote.timestamp,
    signature: vote.signature,
  }))

/** CometBFT's own limit of validators. */
const MAX_VALIDATORS = 10_000

const wireCommit = z
  .looseObject({
    height: smallInteger,
    round: z.number().int().nonnegative(),
    block_id: blockId,
    signatures: z.array(commitSignature).max(MAX_VALIDATORS),
  })
  .transform((commit): Commit => ({ height: commit.height, round: commit.round, blockId: commit.block_id, signatures: commit.signatures }))

/** `result` of `commit`. */
export const commitResult = z.looseObject({ signed_header: z.looseObject({ header: wireHeader, commit: wireCommit }) })

const ED25519 = 'tendermint/PubKeyEd25519'

/** `result` of `validators`, a page. Other kinds of keys are refused: Pocket's genesis allows ed25519 alone. */
export const validatorsResult = z.looseObject({
  total: smallInteger,
  validators: z
    .array(
      z
        .looseObject({ pub_key: z.looseObject({ type: z.literal(ED25519), value: bytes }), voting_power: int64 })
        .transform((validator): Validator => ({
          key: validator.pub_key.value,
          address: sha256(validator.pub_key.value).slice(0, 20),
          power: validator.voting_power,
        })),
    )
    .max(MAX_VALIDATORS),
})

/** `result` of `abci_query` with a proof. */
export const proofResult = z.looseObject({
  response: z.looseObject({
    code: z
      .number()
      .int()
      .nullish()
      .transform((code) => code ?? 0),
    log: z
      .string()
      .nullish()
      .transform((text) => text ?? ''),
    value: bytes.nullish().transform((value) => value ?? new Uint8Array()),
    height: smallInteger,
    proofOps: z.looseObject({ ops: z.array(z.looseObject({ type: z.string(), data: bytes })) }).nullish(),
  }),
})
