import { readFileSync } from 'node:fs'
import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { AuthInfo, SignDoc, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { describe, expect, it } from 'vitest'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import type { MorseClaim } from '#main/core/ports/tx.ts'

const codec = createTxCodec()
const folder = new URL('../../fixtures/morse/', import.meta.url)
const keys = (JSON.parse(readFileSync(new URL('keys.json', folder), 'utf8')) as { keys: Record<string, { privateKeyHex: string }> }).keys
const seed = (name: string): Uint8Array => hexToBytes(keys[name]?.privateKeyHex.slice(0, 64) ?? '')

/** A claim that was on the real chain, in the SignDoc that Hearth would make of it (its timeout is finer than Hearth's). */
function recorded(height: number): { doc: Uint8Array; message: Uint8Array } {
  const block = JSON.parse(readFileSync(new URL(`blocks/${height}.block.json`, folder), 'utf8')) as {
    result: { block: { data: { txs: string[] } } }
  }
  const tx = TxRaw.decode(Uint8Array.from(Buffer.from(block.result.block.data.txs[0] ?? '', 'base64')))
  const body = TxBody.decode(tx.bodyBytes)
  const bodyBytes = TxBody.encode({ ...body, timeoutTimestamp: undefined }).finish()
  const auth = AuthInfo.decode(tx.authInfoBytes)
  const doc = SignDoc.encode({ bodyBytes, authInfoBytes: AuthInfo.encode(auth).finish(), chainId: 'c', accountNumber: 1n }).finish()
  return { doc, message: body.messages[0]?.value ?? new Uint8Array(0) }
}
const claimOf = (doc: Uint8Array): MorseClaim => codec.decodeSignDoc(doc).messages[0] as MorseClaim

describe('claims of the old network, as they were on a real chain', () => {
  it.each([
    [26, 'account'],
    [98, 'output'],
    [48, 'output'],
    [52, 'output'],
    [74, 'node'],
    [102, 'node'],
  ])('block %i: read, written again and signed as the official tool did', (height, signer) => {
    const { doc, message } = recorded(height)
    const claim = claimOf(doc)
    const bare = codec.signDoc({ ...codec.decodeSignDoc(doc), messages: [{ ...claim, morseSignatureHex: '' }] })
    const signature = ed25519.sign(codec.morseBytes(bare), seed(signer))
    expect(bytesToHex(signature)).toBe(claim.morseSignatureHex)
    const signed = codec.withMorseSignature(bare, signature)
    expect(bytesToHex(signed)).toBe(bytesToHex(doc))
    expect(TxBody.decode(SignDoc.decode(signed).bodyBytes).messages[0]?.value).toEqual(message)
  })

  it('hold what the official tool put in', () => {
    expect(claimOf(recorded(26).doc)).toEqual({
      kind: 'claim-morse-account',
      signer: 'pokt1m04m362gkamfg597f3k288emv58qmqs5lvfz6y',
      toAddress: 'pokt1m04m362gkamfg597f3k288emv58qmqs5lvfz6y',
      morsePubKeyHex: keys['account'] && bytesToHex(ed25519.getPublicKey(seed('account'))),
      morseSignatureHex: claimOf(recorded(26).doc).morseSignatureHex,
    })
    expect(claimOf(recorded(52).doc)).toMatchObject({ signerIsOutput: true, morseNodeAddress: '1325B850C2871916EAE203F0EFC3C8987F64E5E3' })
    expect(claimOf(recorded(102).doc)).toMatchObject({ signerIsOutput: false })
  })

  it('refuse a signature or key of another length, a node address in another spelling, and a doc without a claim', () => {
    const { doc } = recorded(102)
    const draft = codec.decodeSignDoc(doc)
    const claim = claimOf(doc)
    expect(() => codec.withMorseSignature(doc, new Uint8Array(63))).toThrow('64 bytes')
    expect(() => codec.signDoc({ ...draft, messages: [{ ...claim, morsePubKeyHex: 'aa' }] })).toThrow('32 bytes')
    const lower = { ...claim, morseNodeAddress: 'a'.repeat(40) } as MorseClaim
    expect(() => codec.decodeSignDoc(codec.signDoc({ ...draft, messages: [lower] }))).toThrow('Morse node address')
    const send = codec.signDoc({
      ...draft,
      messages: [{ kind: 'send', fromAddress: claim.signer, toAddress: claim.signer, amountUpokt: 1n }],
    })
    expect(() => codec.morseBytes(send)).toThrow('no Morse claim')
  })
})
