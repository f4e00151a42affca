import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { SignDoc, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { DecodedTx, Message, MorseClaim, SignMode, TxCodec, TxDraft } from '#main/core/ports/tx.ts'
import { addressOf, isAddress } from './address.ts'
import { aminoSignDoc } from './amino.ts'
import { encodeAuthInfo, encodeBody, readSignDoc, uint64, wellFormed } from './envelope.ts'
import { addressesOf, encodeMessage, signerOf } from './messages.ts'
import { unsignedJson } from './plain-json.ts'
import { readSignedText } from './signed-text.ts'

const SIGNATURE_LENGTH = 64

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Hash under which the chain files a transaction: upper-case hex SHA-256 of its `TxRaw` bytes (onchain facts 3.1). */
export function txHash(txBytes: Uint8Array): string {
  return bytesToHex(sha256(txBytes)).toUpperCase()
}

function isMorseClaim(message: Message | undefined): message is MorseClaim {
  return message !== undefined && 'morseSignatureHex' in message
}

/**
 * Transactions in direct and amino mode (onchain facts 2.1, 2.3 and 2.6). Pure and without I/O, so that the key process can read with the same code what it is about to sign.
 * A draft that the chain could never accept (foreign signer, share over 100 percent, negative amount) throws a plain error.
 * @param prefix of every address that may stand in a transaction: a doc with an address of another kind of network is neither made nor read
 */
export function createTxCodec(prefix: AddressPrefix = 'pokt'): TxCodec {
  /** A message that another account has to sign would need a second signature, which Hearth never makes. */
  function checkSigners(draft: TxDraft): void {
    if (draft.messages.length === 0) throw new Error('no message')
    const signer = addressOf(draft.pubKeyHex, prefix)
    for (const message of draft.messages) if (signerOf(message) !== signer) throw new Error('a message asks for another signer')
  }

  /** What a person typed may be no address at all, which the chain says better; one of the other network is never let through. */
  function checkNetwork(messages: Message[]): void {
    const other: AddressPrefix = prefix === 'pokt' ? 'practice' : 'pokt'
    for (const address of messages.flatMap(addressesOf))
      if (isAddress(address, [other])) throw new Error(`an address of another network: ${address.slice(0, 20)}`)
  }

  function signDoc(draft: TxDraft): Uint8Array {
    checkSigners(draft)
    checkNetwork(draft.messages)
    return SignDoc.encode({
      bodyBytes: encodeBody(draft),
      authInfoBytes: encodeAuthInfo(draft),
      chainId: wellFormed(draft.chainId, 'the chain id'),
      accountNumber: uint64(draft.accountNumber, 'the account number'),
    }).finish()
  }

  function decodeSignDoc(signDocBytes: Uint8Array): DecodedTx {
    try {
      const decoded = readSignDoc(signDocBytes)
      // What is shown is what is signed: the decoded values alone must give these very bytes, so no field, order or spelling can hide in them.
      if (!sameBytes(signDoc(decoded), signDocBytes)) throw new Error('the bytes hold more than what can be shown')
      return decoded
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new HearthError('tx-changed', { reason: reason.slice(0, 300) }, { cause: error })
    }
  }

  function assemble(signDocBytes: Uint8Array, signature: Uint8Array, mode: SignMode = 'direct'): Uint8Array {
    if (signature.length !== SIGNATURE_LENGTH) throw new Error('a signature has 64 bytes')
    const draft = decodeSignDoc(signDocBytes)
    return TxRaw.encode({ bodyBytes: encodeBody(draft), authInfoBytes: encodeAuthInfo(draft, mode), signatures: [signature] }).finish()
  }

  function readSigned(signDocBytes: Uint8Array, text: string): Uint8Array {
    const { signature, mode } = readSignedText(text, decodeSignDoc(signDocBytes), signDocBytes)
    return assemble(signDocBytes, signature, mode)
  }

  function morseClaimOf(draft: TxDraft): MorseClaim {
    const [claim] = draft.messages
    if (!isMorseClaim(claim) || draft.messages.length !== 1) throw new HearthError('tx-changed', { reason: 'no Morse claim' })
    return claim
  }

  function withMorseSignature(signDocBytes: Uint8Array, signature: Uint8Array): Uint8Array {
    const draft = decodeSignDoc(signDocBytes)
    return signDoc({ ...draft, messages: [{ ...morseClaimOf(draft), morseSignatureHex: bytesToHex(signature) }] })
  }

  function simulationTx(draft: TxDraft): Uint8Array {
    checkSigners(draft)
    checkNetwork(draft.messages)
    return TxRaw.encode({ bodyBytes: encodeBody(draft), authInfoBytes: encodeAuthInfo(draft), signatures: [new Uint8Array(0)] }).finish()
  }

  return {
    signDoc,
    decodeSignDoc,
    assemble,
    simulationTx,
    outsideForms(signDocBytes) {
      const draft = decodeSignDoc(signDocBytes)
      return {
        unsignedJson: unsignedJson(draft),
        directBase64: Buffer.from(signDocBytes).toString('base64'),
        aminoJson: aminoSignDoc(draft),
      }
    },
    readSigned,
    morseBytes: (signDocBytes) => encodeMessage({ ...morseClaimOf(decodeSignDoc(signDocBytes)), morseSignatureHex: '' }).value,
    withMorseSignature,
    hash: txHash,
    isAddress: (text) => isAddress(text, [prefix]),
    addressOf: (pubKeyHex) => addressOf(pubKeyHex, prefix),
  }
}
