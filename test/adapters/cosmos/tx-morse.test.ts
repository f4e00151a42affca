import { readFileSync } from 'node:fs'
import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
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

  it('an application: signed and written as the official tool did, and read back from what it encoded', () => {
    const vector = JSON.parse(readFileSync(new URL('application.json', folder), 'utf8')) as {
      shannonPrivateKeyHex: string
      key: { publicKeyHex: string; privateKeyHex: string }
      claim: { shannon_signing_address: string; morse_signature: string }
      txBase64: string
    }
    const [wanted] = TxBody.decode(TxRaw.decode(Uint8Array.from(Buffer.from(vector.txBase64, 'base64'))).bodyBytes).messages
    const pubKeyHex = bytesToHex(secp256k1.getPublicKey(hexToBytes(vector.shannonPrivateKeyHex), true))
    const address = codec.addressOf(pubKeyHex)
    expect(address).toBe(vector.claim.shannon_signing_address)
    const bare = codec.signDoc({
      messages: [
        {
          kind: 'claim-morse-application',
          signer: address,
          toAddress: address,
          morsePubKeyHex: vector.key.publicKeyHex,
          morseSignatureHex: '',
          serviceId: 'anvil',
        },
      ],
      memo: '',
      chainId: 'hearth-local-1',
      accountNumber: 1n,
      sequence: 0n,
      pubKeyHex,
      feeUpokt: 1n,
      gasLimit: 300_000n,
      timeoutHeight: 9,
    })
    const signature = ed25519.sign(codec.morseBytes(bare), hexToBytes(vector.key.privateKeyHex.slice(0, 64)))
    expect(Buffer.from(signature).toString('base64')).toBe(vector.claim.morse_signature)
    const signed = codec.withMorseSignature(bare, signature)
    const [written] = TxBody.decode(SignDoc.decode(signed).bodyBytes).messages
    expect(written).toEqual(wanted)
    expect(claimOf(signed)).toMatchObject({ kind: 'claim-morse-application', serviceId: 'anvil', morseSignatureHex: bytesToHex(signature) })
    // As pocketd prints it, by value.
    const unsigned = JSON.parse(codec.outsideForms(signed).unsignedJson) as { body: { messages: unknown[] } }
    expect(unsigned.body.messages[0]).toEqual({ '@type': '/pocket.migration.MsgClaimMorseApplication', ...vector.claim })
    // Two services, or none, are no claim that the chain takes.
    const body = TxBody.decode(SignDoc.decode(signed).bodyBytes)
    const value = body.messages[0]?.value ?? new Uint8Array(0)
    const service = Uint8Array.from(Buffer.from('22070a05616e76696c', 'hex'))
    const at = Buffer.from(value).indexOf(service)
    expect(at).toBeGreaterThan(0)
    const tampered = (changed: Uint8Array): Uint8Array =>
      SignDoc.encode({
        ...SignDoc.decode(signed),
        bodyBytes: TxBody.encode({ ...body, messages: [{ typeUrl: wanted?.typeUrl ?? '', value: changed }] }).finish(),
      }).finish()
    for (const changed of [
      Buffer.concat([value.slice(0, at), service, value.slice(at)]),
      Buffer.concat([value.slice(0, at), value.slice(at + service.length)]),
    ])
      expect(() => codec.decodeSignDoc(tampered(changed))).toThrow('not exactly one service')
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
