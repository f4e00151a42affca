import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { AuthInfo, SignDoc, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { DecodedTx, Message, TxCodec, TxDraft } from '#main/core/ports/tx.ts'
import { addressOf, isAddress, isPubKeyHex } from './address.ts'
import { addressesOf, decodeMessage, DENOM, encodeMessage, parseAmount, signerOf } from './messages.ts'

const PUB_KEY_URL = '/cosmos.crypto.secp256k1.PubKey'
const SIGNATURE_LENGTH = 64
const MAX_UINT64 = 2n ** 64n - 1n

function uint64(value: bigint, name: string): bigint {
  if (value < 0n || value > MAX_UINT64) throw new Error(`${name} is out of range`)
  return value
}

function wellFormed(value: string, name: string): string {
  if (!value.isWellFormed()) throw new Error(`${name} is not well-formed text`)
  return value
}

function encodeBody(draft: TxDraft): Uint8Array {
  if (!Number.isSafeInteger(draft.timeoutHeight) || draft.timeoutHeight < 0) throw new Error('the timeout height is out of range')
  return TxBody.encode(
    TxBody.fromPartial({
      messages: draft.messages.map(encodeMessage),
      memo: wellFormed(draft.memo, 'the memo'),
      timeoutHeight: BigInt(draft.timeoutHeight),
    }),
  ).finish()
}

function encodeAuthInfo(draft: TxDraft): Uint8Array {
  if (draft.feeUpokt < 0n) throw new Error('the fee is negative')
  const key = PubKey.encode({ key: hexToBytes(draft.pubKeyHex) }).finish()
  return AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [
        {
          publicKey: { typeUrl: PUB_KEY_URL, value: key },
          modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
          sequence: uint64(draft.sequence, 'the sequence'),
        },
      ],
      fee: {
        // The chain refuses a coin of zero: no fee is an empty list.
        amount: draft.feeUpokt === 0n ? [] : [{ denom: DENOM, amount: draft.feeUpokt.toString() }],
        gasLimit: uint64(draft.gasLimit, 'the gas limit'),
      },
    }),
  ).finish()
}

function decodeFee(fee: AuthInfo['fee']): { feeUpokt: bigint; gasLimit: bigint } {
  if (fee === undefined) throw new Error('no fee')
  if (fee.amount.length > 1) throw new Error('more than one fee')
  if (fee.payer !== '' || fee.granter !== '') throw new Error('another account pays the fee')
  const [coin] = fee.amount
  if (coin === undefined) return { feeUpokt: 0n, gasLimit: fee.gasLimit }
  if (coin.denom !== DENOM) throw new Error(`fee in denomination ${coin.denom}`)
  return { feeUpokt: parseAmount(coin.amount), gasLimit: fee.gasLimit }
}

function decodeSigner(infos: AuthInfo['signerInfos']): { pubKeyHex: string; sequence: bigint } {
  const [info] = infos
  if (info === undefined || infos.length !== 1) throw new Error('not exactly one signer')
  if (info.modeInfo?.multi !== undefined || info.modeInfo?.single?.mode !== SignMode.SIGN_MODE_DIRECT)
    throw new Error('a sign mode other than direct')
  if (info.publicKey?.typeUrl !== PUB_KEY_URL) throw new Error('another kind of key')
  const pubKeyHex = bytesToHex(PubKey.decode(info.publicKey.value).key)
  if (!isPubKeyHex(pubKeyHex)) throw new Error('not a compressed key')
  return { pubKeyHex, sequence: info.sequence }
}

function readSignDoc(signDocBytes: Uint8Array): DecodedTx {
  const doc = SignDoc.decode(signDocBytes)
  const body = TxBody.decode(doc.bodyBytes)
  const auth = AuthInfo.decode(doc.authInfoBytes)
  // What follows names the usual cases, so that the refusal says why. The comparison in `decodeSignDoc` is what nothing gets past.
  if (body.unordered || body.timeoutTimestamp !== undefined) throw new Error('an unordered transaction')
  if (body.extensionOptions.length + body.nonCriticalExtensionOptions.length > 0) throw new Error('extension options')
  if (auth.tip !== undefined) throw new Error('a tip')
  if (body.timeoutHeight > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('the timeout height is out of range')
  return {
    messages: body.messages.map((message) => decodeMessage(message.typeUrl, message.value)),
    memo: body.memo,
    chainId: doc.chainId,
    accountNumber: doc.accountNumber,
    ...decodeSigner(auth.signerInfos),
    ...decodeFee(auth.fee),
    timeoutHeight: Number(body.timeoutHeight),
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Hash under which the chain files a transaction: upper-case hex SHA-256 of its `TxRaw` bytes (onchain facts 3.1). */
export function txHash(txBytes: Uint8Array): string {
  return bytesToHex(sha256(txBytes)).toUpperCase()
}

/**
 * Transactions in direct mode (onchain facts 2.1 and 2.3). Pure and without I/O, so that the key process can read with the same code what it is about to sign.
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

  function assemble(signDocBytes: Uint8Array, signature: Uint8Array): Uint8Array {
    if (signature.length !== SIGNATURE_LENGTH) throw new Error('a signature has 64 bytes')
    decodeSignDoc(signDocBytes)
    const { bodyBytes, authInfoBytes } = SignDoc.decode(signDocBytes)
    return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish()
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
    hash: txHash,
    isAddress: (text) => isAddress(text, [prefix]),
    addressOf: (pubKeyHex) => addressOf(pubKeyHex, prefix),
  }
}
