import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { HearthError } from '#shared/api/errors.ts'
import type { TxCodec, TxDraft } from '#main/core/ports/tx.ts'

/** Reading what a user signed, as a node does: the envelope is taken apart here, what is in it by the one codec there is. */

/** A signed transaction taken apart. */
export interface ReadTx {
  draft: TxDraft
  signer: string
  /** 64 bytes R||S, or empty in a trial run. */
  signature: Uint8Array
  bodyBytes: Uint8Array
  authInfoBytes: Uint8Array
}

/** Why bytes are no transaction, in the chain's words: codespace `sdk`, code 2. */
export interface UnreadableTx {
  log: string
}

function takeApart(txBytes: Uint8Array): { bodyBytes: Uint8Array; authInfoBytes: Uint8Array; signatures: Uint8Array[] } {
  const reader = new BinaryReader(txBytes)
  const parts: Uint8Array[][] = [[], [], []]
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    const list = parts[field - 1]
    if (list === undefined || wireType !== WireType.LengthDelimited) throw new Error(`errUnknownField "*tx.TxRaw": {TagNum: ${field}}`)
    list.push(Uint8Array.from(reader.bytes()))
  }
  if (reader.pos !== reader.len) throw new Error('unexpected EOF')
  const [[bodyBytes] = [], [authInfoBytes] = [], signatures = []] = parts
  if (bodyBytes === undefined || authInfoBytes === undefined) throw new Error('unexpected EOF')
  return { bodyBytes, authInfoBytes, signatures }
}

/** The document that a signature is made over (onchain facts 2.1). */
function signDocOf(tx: { bodyBytes: Uint8Array; authInfoBytes: Uint8Array }, chainId: string, accountNumber: bigint): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).bytes(tx.bodyBytes)
  writer.tag(2, WireType.LengthDelimited).bytes(tx.authInfoBytes)
  writer.tag(3, WireType.LengthDelimited).string(chainId)
  if (accountNumber > 0n) writer.tag(4, WireType.Varint).uint64(accountNumber.toString())
  return writer.finish()
}

/** @param codec of this chain's addresses: another network's are refused */
export function readTx(txBytes: Uint8Array, codec: TxCodec, chainId: string): ReadTx | UnreadableTx {
  try {
    const { bodyBytes, authInfoBytes, signatures } = takeApart(txBytes)
    const draft = codec.decodeSignDoc(signDocOf({ bodyBytes, authInfoBytes }, chainId, 0n))
    const [signature] = signatures
    if (signature === undefined || signatures.length !== 1) throw new Error('wrong number of signers')
    return { draft, signer: codec.addressOf(draft.pubKeyHex), signature, bodyBytes, authInfoBytes }
  } catch (error) {
    // SEEN: the chain says it twice.
    return { log: `${wordsFor(error)}: tx parse error: tx parse error` }
  }
}

function wordsFor(error: unknown): string {
  const reason = error instanceof HearthError ? (error.detail['reason'] ?? '') : error instanceof Error ? error.message : String(error)
  const unknownType = /^unknown message type (.+)$/.exec(reason)?.[1]
  return unknownType === undefined ? reason : `unable to resolve type URL ${unknownType}`
}

/** Whether the signer's key signed exactly this transaction for this chain and account. */
export function isSignedFor(tx: ReadTx, chainId: string, accountNumber: bigint): boolean {
  if (tx.signature.length !== 64) return false
  try {
    const digest = sha256(signDocOf(tx, chainId, accountNumber))
    return secp256k1.verify(tx.signature, digest, hexToBytes(tx.draft.pubKeyHex), { prehash: false, lowS: true })
  } catch {
    return false
  }
}
