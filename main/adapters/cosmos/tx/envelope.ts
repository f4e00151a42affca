import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { SignMode as Modes } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { AuthInfo, SignDoc, TxBody } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { DecodedTx, SignMode, TxDraft } from '#main/core/ports/tx.ts'
import { isPubKeyHex } from './address.ts'
import { DENOM, parseAmount } from './fields.ts'
import { decodeMessage, encodeMessage } from './messages.ts'

/** Body and auth info of a transaction: what stands around its messages (onchain facts 2.1). */

const PUB_KEY_URL = '/cosmos.crypto.secp256k1.PubKey'
const MAX_UINT64 = 2n ** 64n - 1n
const MODES: Record<SignMode, Modes> = { direct: Modes.SIGN_MODE_DIRECT, amino: Modes.SIGN_MODE_LEGACY_AMINO_JSON }
/** Last second of the year 9999, beyond which the chain's own time type ends. */
const LAST_TIMEOUT_MS = 253_402_300_799_999

export function uint64(value: bigint, name: string): bigint {
  if (value < 0n || value > MAX_UINT64) throw new Error(`${name} is out of range`)
  return value
}

export function wellFormed(value: string, name: string): string {
  if (!value.isWellFormed()) throw new Error(`${name} is not well-formed text`)
  return value
}

export function encodeBody(draft: TxDraft): Uint8Array {
  const { timeoutAtMs, unordered = false } = draft
  if (!Number.isSafeInteger(draft.timeoutHeight) || draft.timeoutHeight < 0) throw new Error('the timeout height is out of range')
  if (timeoutAtMs !== undefined && !(Number.isSafeInteger(timeoutAtMs) && timeoutAtMs > 0 && timeoutAtMs <= LAST_TIMEOUT_MS))
    throw new Error('the timeout is out of range')
  if (unordered && (timeoutAtMs === undefined || draft.sequence !== 0n))
    throw new Error('an unordered transaction has a timeout and sequence 0')
  return TxBody.encode(
    TxBody.fromPartial({
      messages: draft.messages.map(encodeMessage),
      memo: wellFormed(draft.memo, 'the memo'),
      timeoutHeight: BigInt(draft.timeoutHeight),
      unordered,
      ...(timeoutAtMs !== undefined && {
        timeoutTimestamp: { seconds: BigInt(Math.floor(timeoutAtMs / 1000)), nanos: (timeoutAtMs % 1000) * 1_000_000 },
      }),
    }),
  ).finish()
}

export function encodeAuthInfo(draft: TxDraft, mode: SignMode = 'direct'): Uint8Array {
  if (draft.feeUpokt < 0n) throw new Error('the fee is negative')
  const key = PubKey.encode({ key: hexToBytes(draft.pubKeyHex) }).finish()
  return AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [
        {
          publicKey: { typeUrl: PUB_KEY_URL, value: key },
          modeInfo: { single: { mode: MODES[mode] } },
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
  if (info.modeInfo?.multi !== undefined || info.modeInfo?.single?.mode !== Modes.SIGN_MODE_DIRECT)
    throw new Error('a sign mode other than direct')
  if (info.publicKey?.typeUrl !== PUB_KEY_URL) throw new Error('another kind of key')
  const pubKeyHex = bytesToHex(PubKey.decode(info.publicKey.value).key)
  if (!isPubKeyHex(pubKeyHex)) throw new Error('not a compressed key')
  return { pubKeyHex, sequence: info.sequence }
}

function decodeTimeout(timestamp: TxBody['timeoutTimestamp']): number | undefined {
  if (timestamp === undefined) return undefined
  const { seconds, nanos } = timestamp
  // Hearth shows and makes milliseconds: a finer time would be signed unseen.
  if (seconds < 0n || seconds > BigInt(Math.floor(LAST_TIMEOUT_MS / 1000)) || nanos < 0 || nanos % 1_000_000 !== 0)
    throw new Error('the timeout is out of range')
  return Number(seconds) * 1000 + nanos / 1_000_000
}

/** @throws a plain error that says what cannot be shown. The caller compares the result with the bytes: that is what nothing gets past. */
export function readSignDoc(signDocBytes: Uint8Array): DecodedTx {
  const doc = SignDoc.decode(signDocBytes)
  const body = TxBody.decode(doc.bodyBytes)
  const auth = AuthInfo.decode(doc.authInfoBytes)
  // What follows names the usual cases, so that the refusal says why.
  if (body.extensionOptions.length + body.nonCriticalExtensionOptions.length > 0) throw new Error('extension options')
  if (auth.tip !== undefined) throw new Error('a tip')
  if (body.timeoutHeight > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('the timeout height is out of range')
  const timeoutAtMs = decodeTimeout(body.timeoutTimestamp)
  return {
    messages: body.messages.map((message) => decodeMessage(message.typeUrl, message.value)),
    memo: body.memo,
    chainId: doc.chainId,
    accountNumber: doc.accountNumber,
    ...decodeSigner(auth.signerInfos),
    ...decodeFee(auth.fee),
    timeoutHeight: Number(body.timeoutHeight),
    ...(timeoutAtMs !== undefined && { timeoutAtMs }),
    ...(body.unordered && { unordered: true }),
  }
}
