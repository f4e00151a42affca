import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { AuthInfo, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { HearthError } from '#shared/api/errors.ts'
import type { SignMode, TxDraft } from '#main/core/ports/tx.ts'
import { aminoSignDoc } from './amino.ts'
import { encodeAuthInfo, encodeBody } from './envelope.ts'
import { unsignedJson } from './plain-json.ts'

/** Reading what an outside wallet gave back. Only its signature is ever taken over: the bytes that are sent are Hearth's own. */

const SIGNATURE_LENGTH = 64
/** A signed transaction is a few kilobytes. */
const MAX_TEXT = 200_000

type Problem = 'unreadable' | 'unsigned' | 'changed' | 'other-key' | 'other-chain'

/** A signature with all that its text said about what it stands over. */
interface Answer {
  signature: Uint8Array
  /** undefined = the text does not say. */
  pubKeyHex?: string | undefined
  /** Whether the content that came with it is ours; undefined = none came. */
  sameContent?: boolean
}

function refuse(problem: Problem): never {
  throw new HearthError('signature-invalid', { problem })
}

function signatureOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) refuse('unsigned')
  if (bytes.length !== SIGNATURE_LENGTH) refuse('unreadable')
  return bytes
}

function base64(text: unknown): Uint8Array {
  if (typeof text !== 'string') refuse('unreadable')
  const compact = text.replace(/\s/g, '').replace(/-/g, '+').replace(/_/g, '/')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) refuse('unreadable')
  return Uint8Array.from(Buffer.from(compact, 'base64'))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const same = (a: unknown, b: unknown): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  )
}

/** `pocketd tx sign` prints the whole transaction. */
function fromPocketd(json: Record<string, unknown>, draft: TxDraft): Answer {
  const ours = JSON.parse(unsignedJson(draft)) as { body: unknown; auth_info: { fee: unknown } }
  const { body, auth_info: auth, signatures } = json
  const sameContent = same(body, ours.body) && isRecord(auth) && same(auth['fee'], ours.auth_info.fee)
  const infos = isRecord(auth) && Array.isArray(auth['signer_infos']) ? (auth['signer_infos'] as unknown[]) : []
  const [info] = infos
  const key = isRecord(info) && isRecord(info['public_key']) ? info['public_key']['key'] : undefined
  if (!Array.isArray(signatures) || signatures.length === 0) refuse('unsigned')
  if (signatures.length !== 1) refuse('changed')
  return { signature: signatureOf(base64(signatures[0])), pubKeyHex: key === undefined ? undefined : hexOf(base64(key)), sameContent }
}

/** `{signed, signature: {pub_key, signature}}` of browser wallets, or the inner object alone. */
function fromWallet(json: Record<string, unknown>, draft: TxDraft): Answer {
  const inner = isRecord(json['signature']) ? json['signature'] : json
  const key = isRecord(inner['pub_key']) ? inner['pub_key']['value'] : undefined
  const { signed } = json
  const isAmino = isRecord(signed) && 'msgs' in signed
  return {
    signature: signatureOf(base64(inner['signature'])),
    pubKeyHex: typeof key === 'string' ? hexOf(base64(key)) : undefined,
    ...(isAmino && { sameContent: same(signed, JSON.parse(aminoSignDoc(draft)) as unknown) }),
  }
}

function fromTxRaw(bytes: Uint8Array, draft: TxDraft): Answer {
  let tx: TxRaw
  let auth: AuthInfo
  try {
    tx = TxRaw.decode(bytes)
    auth = AuthInfo.decode(tx.authInfoBytes)
  } catch {
    return refuse('unreadable')
  }
  const [signature, ...more] = tx.signatures
  if (signature === undefined) refuse('unsigned')
  if (more.length > 0) refuse('changed')
  const value = auth.signerInfos[0]?.publicKey?.value
  const ownFee = AuthInfo.decode(encodeAuthInfo(draft)).fee
  return {
    signature: signatureOf(signature),
    pubKeyHex: value && hexOf(PubKey.decode(value).key),
    sameContent:
      hexOf(tx.bodyBytes) === hexOf(encodeBody(draft)) && JSON.stringify(auth.fee, bigintText) === JSON.stringify(ownFee, bigintText),
  }
}

const bigintText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

function readAnswer(text: string, draft: TxDraft): Answer {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > MAX_TEXT) refuse('unreadable')
  if (trimmed.startsWith('{')) {
    let json: unknown
    try {
      json = JSON.parse(trimmed)
    } catch {
      return refuse('unreadable')
    }
    if (!isRecord(json)) return refuse('unreadable')
    const whole = isRecord(json['tx']) ? json['tx'] : json
    if ('body' in whole && 'auth_info' in whole) return fromPocketd(whole, draft)
    return fromWallet(json, draft)
  }
  const compact = trimmed.replace(/\s/g, '')
  const bytes = /^[0-9a-fA-F]+$/.test(compact) && compact.length % 2 === 0 ? hexToBytes(compact.toLowerCase()) : base64(compact)
  return bytes.length === SIGNATURE_LENGTH ? { signature: bytes } : fromTxRaw(bytes, draft)
}

function isSignedBy(signature: Uint8Array, bytes: Uint8Array, pubKeyHex: string): boolean {
  try {
    return secp256k1.verify(signature, sha256(bytes), hexToBytes(pubKeyHex), { prehash: false, lowS: true })
  } catch {
    return false
  }
}

/**
 * @param draft what Hearth prepared @param directBytes its SignDoc
 * @returns the signature and the mode in which it stands over exactly this transaction. Rejects `signature-invalid`.
 */
export function readSignedText(text: string, draft: TxDraft, directBytes: Uint8Array): { signature: Uint8Array; mode: SignMode } {
  const answer = readAnswer(text, draft)
  const { signature } = answer
  // SECURITY: S8 nothing but a signature over our own bytes by our own key is taken from outside.
  if (isSignedBy(signature, directBytes, draft.pubKeyHex)) return { signature, mode: 'direct' }
  if (isSignedBy(signature, Buffer.from(aminoSignDoc(draft), 'utf8'), draft.pubKeyHex)) return { signature, mode: 'amino' }
  if (answer.sameContent === false) return refuse('changed')
  if (answer.pubKeyHex !== undefined && answer.pubKeyHex !== draft.pubKeyHex) return refuse('other-key')
  return refuse(answer.sameContent === true ? 'other-chain' : 'changed')
}
