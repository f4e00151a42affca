import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { serializeSignDoc, type StdSignDoc } from '@cosmjs/amino'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { describe, expect, it } from 'vitest'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import type { TxDraft } from '#main/core/ports/tx.ts'
import { KEYS, SIGNED_BY_HEARTH, vector } from './vectors.ts'

const codec = createTxCodec()
const sign = (bytes: Uint8Array, key: Uint8Array): Uint8Array => secp256k1.sign(sha256(bytes), key, { prehash: false, lowS: true })
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const otherKey = hexToBytes(KEYS[2]?.privateKeyHex ?? '')

/** The file that `pocketd tx sign` writes. */
function pocketdFile(draft: TxDraft, signature: Uint8Array, change: { pubKeyHex?: string; memo?: string } = {}): string {
  const json = JSON.parse(codec.outsideForms(codec.signDoc(draft)).unsignedJson) as {
    body: { memo: string }
    auth_info: { signer_infos: unknown[] }
    signatures: string[]
  }
  json.auth_info.signer_infos = [
    {
      public_key: {
        '@type': '/cosmos.crypto.secp256k1.PubKey',
        key: Buffer.from(change.pubKeyHex ?? draft.pubKeyHex, 'hex').toString('base64'),
      },
      mode_info: { single: { mode: 'SIGN_MODE_DIRECT' } },
      sequence: draft.sequence.toString(),
    },
  ]
  if (change.memo !== undefined) json.body.memo = change.memo
  json.signatures = [base64(signature)]
  return JSON.stringify(json)
}

function problemOf(text: string, draft: TxDraft): string {
  try {
    codec.readSigned(codec.signDoc(draft), text)
  } catch (error) {
    const { code, detail } = error as { code: string; detail: Record<string, string> }
    expect(code).toBe('signature-invalid')
    return detail['problem'] ?? ''
  }
  throw new Error('was accepted')
}

describe('a signature from outside', () => {
  it.each(SIGNED_BY_HEARTH)('%s: each form gives the transaction of pocketd, in both modes', (name) => {
    const { draft, privateKey, txBytes, aminoTxBytes } = vector(name)
    const doc = codec.signDoc(draft)
    const { aminoJson, directBase64 } = codec.outsideForms(doc)
    const direct = sign(Buffer.from(directBase64, 'base64'), privateKey)
    const amino = sign(Buffer.from(aminoJson, 'utf8'), privateKey)
    const wallet = (signed: unknown, signature: Uint8Array): string =>
      JSON.stringify({
        signed,
        signature: {
          pub_key: { type: 'tendermint/PubKeySecp256k1', value: base64(hexToBytes(draft.pubKeyHex)) },
          signature: base64(signature),
        },
      })
    for (const text of [base64(direct), bytesToHex(direct), base64(txBytes), bytesToHex(txBytes), pocketdFile(draft, direct)])
      expect(bytesToHex(codec.readSigned(doc, text))).toBe(bytesToHex(txBytes))
    for (const text of [base64(amino), base64(aminoTxBytes), wallet(JSON.parse(aminoJson), amino), ` ${bytesToHex(amino)}\n`])
      expect(bytesToHex(codec.readSigned(doc, text))).toBe(bytesToHex(aminoTxBytes))
  })

  it('over other content is refused as that', () => {
    const { draft, privateKey } = vector('send')
    const other: TxDraft = { ...draft, memo: 'and a note' }
    const signature = sign(codec.signDoc(other), privateKey)
    expect(problemOf(base64(codec.assemble(codec.signDoc(other), signature)), draft)).toBe('changed')
    expect(problemOf(pocketdFile(draft, signature, { memo: 'and a note' }), draft)).toBe('changed')
    const dearer: TxDraft = { ...draft, feeUpokt: 3n }
    expect(problemOf(base64(codec.assemble(codec.signDoc(dearer), sign(codec.signDoc(dearer), privateKey))), draft)).toBe('changed')
    const signed = JSON.parse(codec.outsideForms(codec.signDoc(other)).aminoJson) as unknown
    expect(problemOf(JSON.stringify({ signed, signature: { signature: base64(signature) } }), draft)).toBe('changed')
  })

  it('by another key is refused as that', () => {
    const { draft } = vector('send')
    const signature = sign(codec.signDoc(draft), otherKey)
    const pubKeyHex = bytesToHex(secp256k1.getPublicKey(otherKey, true))
    expect(problemOf(pocketdFile(draft, signature, { pubKeyHex }), draft)).toBe('other-key')
    expect(problemOf(bytesToHex(signature), draft)).toBe('changed')
  })

  it('for another chain, account number or sequence is refused as that', () => {
    const { draft, privateKey } = vector('send')
    for (const change of [{ chainId: 'pocket' }, { accountNumber: 8n }]) {
      const other = codec.signDoc({ ...draft, ...change })
      expect(problemOf(base64(codec.assemble(other, sign(other, privateKey))), draft)).toBe('other-chain')
    }
    const late = codec.signDoc({ ...draft, sequence: 9n })
    expect(problemOf(pocketdFile(draft, sign(late, privateKey)), draft)).toBe('other-chain')
  })

  it('that is none is refused', () => {
    const { draft, txBytes } = vector('send')
    const unsigned = codec.outsideForms(codec.signDoc(draft)).unsignedJson
    expect(problemOf(unsigned, draft)).toBe('unsigned')
    expect(problemOf(base64(codec.simulationTx(draft)), draft)).toBe('unsigned')
    for (const text of [
      '',
      '   ',
      '{',
      '[]',
      '{"a":1}',
      'hello',
      '<html>',
      base64(new Uint8Array(65)),
      bytesToHex(txBytes.slice(0, 40)),
      'A'.repeat(300_000),
    ])
      expect(problemOf(text, draft)).toBe('unreadable')
    const twice = TxRaw.encode({ ...TxRaw.decode(txBytes), signatures: [new Uint8Array(64), new Uint8Array(64)] }).finish()
    expect(problemOf(base64(twice), draft)).toBe('changed')
  })

  it('with a high S, which the chain would refuse, is refused here', () => {
    const { draft, privateKey } = vector('send')
    const low = sign(codec.signDoc(draft), privateKey)
    const n = secp256k1.Point.Fn.ORDER
    const high = n - BigInt(`0x${bytesToHex(low.slice(32))}`)
    expect(problemOf(bytesToHex(low.slice(0, 32)) + high.toString(16).padStart(64, '0'), draft)).toBe('changed')
  })
})

describe('amino JSON', () => {
  it('is ordered as the library of the field orders it', () => {
    for (const name of SIGNED_BY_HEARTH) {
      const { aminoJson } = codec.outsideForms(codec.signDoc(vector(name).draft))
      expect(Buffer.from(serializeSignDoc(JSON.parse(aminoJson) as StdSignDoc)).toString('utf8')).toBe(aminoJson)
    }
  })

  it('escapes what Go escapes, and names timeouts as the chain does', () => {
    const { draft } = vector('send')
    const { aminoJson } = codec.outsideForms(
      codec.signDoc({
        ...draft,
        sequence: 0n,
        memo: '<a> & b\u2028\u2029é',
        timeoutHeight: 12,
        unordered: true,
        timeoutAtMs: 1_795_350_896_700,
      }),
    )
    expect(aminoJson).toContain('"memo":"\\u003ca\\u003e \\u0026 b\\u2028\\u2029é"')
    expect(aminoJson).toContain('"sequence":"0","timeout_height":"12","timeout_timestamp":"2026-11-22T12:34:56.7Z","unordered":true}')
  })
})
