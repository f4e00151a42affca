import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { DirectSecp256k1Wallet } from '@cosmjs/proto-signing'
import { AuthInfo, SignDoc, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { describe, expect, it } from 'vitest'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import type { TxDraft } from '#main/core/ports/tx.ts'
import { KEYS, SIGNED_BY_HEARTH, vector } from './vectors.ts'

const codec = createTxCodec()

function sign(doc: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return secp256k1.sign(sha256(doc), privateKey, { prehash: false, lowS: true })
}

/** A SignDoc around other body or auth bytes, as an attacker would make it. */
function docOf(name: string, change: { body?: Partial<TxBody>; auth?: (auth: AuthInfo) => void; bodyBytes?: Uint8Array }): Uint8Array {
  const doc = SignDoc.decode(codec.signDoc(vector(name).draft))
  const auth = AuthInfo.decode(doc.authInfoBytes)
  change.auth?.(auth)
  const body = { ...TxBody.decode(doc.bodyBytes), ...change.body }
  return SignDoc.encode({
    ...doc,
    bodyBytes: change.bodyBytes ?? TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(auth).finish(),
  }).finish()
}

function reasonOf(doc: Uint8Array): string {
  try {
    codec.decodeSignDoc(doc)
  } catch (error) {
    const { code, detail } = error as { code: string; detail: Record<string, string> }
    expect(code).toBe('tx-changed')
    return detail['reason'] ?? ''
  }
  throw new Error('the bytes were accepted')
}

describe('vectors made by pocketd', () => {
  it.each(SIGNED_BY_HEARTH)('%s is rebuilt byte for byte, signature and hash included', (name) => {
    const { draft, privateKey, txBytes } = vector(name)
    const doc = codec.signDoc(draft)
    const tx = codec.assemble(doc, sign(doc, privateKey))
    expect(bytesToHex(tx)).toBe(bytesToHex(txBytes))
    expect(codec.hash(tx)).toBe(bytesToHex(sha256(txBytes)).toUpperCase())
  })

  it.each(SIGNED_BY_HEARTH)('%s decodes to what it was made from', (name) => {
    const { draft } = vector(name)
    expect(codec.decodeSignDoc(codec.signDoc(draft))).toEqual(draft)
  })

  it.each(SIGNED_BY_HEARTH)('the trial run of %s has the same body and an empty signature', (name) => {
    const { draft, txBytes } = vector(name)
    const trial = TxRaw.decode(codec.simulationTx(draft))
    const real = TxRaw.decode(txBytes)
    expect(trial.bodyBytes).toEqual(real.bodyBytes)
    expect(trial.authInfoBytes).toEqual(real.authInfoBytes)
    expect(trial.signatures.map((each) => each.length)).toEqual([0])
  })

  it('all twelve are here', () => {
    expect(SIGNED_BY_HEARTH).toHaveLength(12)
    const kinds = new Set(SIGNED_BY_HEARTH.flatMap((name) => vector(name).draft.messages.map((message) => message.kind)))
    expect(kinds.size).toBe(10)
  })

  it.each(SIGNED_BY_HEARTH)('%s as amino JSON is rebuilt byte for byte, signature included', (name) => {
    const { draft, privateKey, aminoTxBytes } = vector(name)
    const doc = codec.signDoc(draft)
    const tx = codec.assemble(doc, sign(Buffer.from(codec.outsideForms(doc).aminoJson, 'utf8'), privateKey), 'amino')
    expect(bytesToHex(tx)).toBe(bytesToHex(aminoTxBytes))
  })

  it.each(SIGNED_BY_HEARTH)('%s is printed as pocketd prints it unsigned', (name) => {
    const { draft, unsigned } = vector(name)
    expect(JSON.parse(codec.outsideForms(codec.signDoc(draft)).unsignedJson)).toEqual(unsigned)
  })

  it('a message that Hearth does not know is refused', () => {
    const doc = docOf('send', { body: { messages: [{ typeUrl: '/cosmos.authz.v1beta1.MsgExec', value: new Uint8Array(0) }] } })
    expect(reasonOf(doc)).toContain('unknown message type /cosmos.authz.v1beta1.MsgExec')
  })
})

describe('values beyond the vectors', () => {
  it('keeps memo, timeout height, several messages, no fee and the largest numbers', () => {
    const { draft } = vector('send')
    const [message] = draft.messages
    if (message?.kind !== 'send') throw new Error('not a send')
    const wide: TxDraft = {
      ...draft,
      messages: [message, { ...message, amountUpokt: 10n ** 64n }],
      memo: 'Grüße, 日本 👋',
      feeUpokt: 0n,
      timeoutHeight: Number.MAX_SAFE_INTEGER,
      accountNumber: 2n ** 64n - 1n,
      sequence: 2n ** 63n,
      gasLimit: 2n ** 64n - 1n,
    }
    expect(codec.decodeSignDoc(codec.signDoc(wide))).toEqual(wide)
  })

  it('keeps a timeout in time, and stands outside the row of sequences when it is unordered', () => {
    const { draft } = vector('send')
    const timed: TxDraft = { ...draft, timeoutAtMs: 1_795_350_896_789 }
    expect(codec.decodeSignDoc(codec.signDoc(timed))).toEqual(timed)
    const unordered: TxDraft = { ...timed, unordered: true, sequence: 0n }
    expect(codec.decodeSignDoc(codec.signDoc(unordered))).toEqual(unordered)
    const body = TxBody.decode(SignDoc.decode(codec.signDoc(unordered)).bodyBytes)
    expect(body.unordered).toBe(true)
    expect(body.timeoutTimestamp).toEqual({ seconds: 1_795_350_896n, nanos: 789_000_000 })
    expect(() => codec.signDoc({ ...unordered, sequence: 3n })).toThrow('sequence 0')
    expect(() => codec.signDoc({ ...draft, unordered: true, sequence: 0n })).toThrow('a timeout')
    expect(() => codec.signDoc({ ...draft, timeoutAtMs: 0 })).toThrow('out of range')
    expect(() => codec.signDoc({ ...draft, timeoutAtMs: 1.5 })).toThrow('out of range')
  })

  it('writes the limit of an application, and tells nothing from none any more', () => {
    const { draft } = vector('stake-application')
    const [message] = draft.messages
    if (message?.kind !== 'stake-application') throw new Error('not an application')
    for (const spendLimitUpokt of [0n, 2_000_000n]) {
      const limited: TxDraft = { ...draft, messages: [{ ...message, spendLimitUpokt }] }
      const doc = codec.signDoc(limited)
      expect(codec.decodeSignDoc(doc)).toEqual(limited)
      expect(codec.outsideForms(doc).aminoJson).toContain(`"per_session_spend_limit":{"amount":"${spendLimitUpokt}","denom":"upokt"}`)
    }
  })

  it('does not build what the chain could never accept', () => {
    const { draft } = vector('stake-supplier-full')
    const other = vector('stake-application').draft.pubKeyHex
    expect(() => codec.signDoc({ ...draft, pubKeyHex: other })).toThrow('another signer')
    expect(() => codec.signDoc({ ...draft, messages: [] })).toThrow('no message')
    expect(() => codec.signDoc({ ...draft, feeUpokt: -1n })).toThrow('negative')
    expect(() => codec.signDoc({ ...draft, sequence: 2n ** 64n })).toThrow('out of range')
    expect(() => codec.signDoc({ ...draft, memo: '\ud800' })).toThrow('well-formed')
    expect(() => codec.signDoc({ ...draft, timeoutHeight: 1.5 })).toThrow('out of range')
  })

  it('refuses a signature of another length', () => {
    const doc = codec.signDoc(vector('send').draft)
    expect(() => codec.assemble(doc, new Uint8Array(65))).toThrow('64 bytes')
  })
})

describe('strict reading', () => {
  const other = vector('stake-application')

  it('refuses everything in the envelope that the draft cannot say', () => {
    const any = { typeUrl: '/x.y.Z', value: new Uint8Array([1]) }
    const firstSigner = (auth: AuthInfo) => {
      const [info] = auth.signerInfos
      if (info === undefined) throw new Error('no signer')
      return info
    }
    expect(reasonOf(docOf('send', { body: { unordered: true } }))).toContain('unordered')
    const until = (seconds: bigint, nanos: number) => docOf('send', { body: { timeoutTimestamp: { seconds, nanos } } })
    expect(reasonOf(until(1n, 1))).toContain('timeout is out of range')
    expect(reasonOf(until(-1n, 0))).toContain('timeout is out of range')
    expect(reasonOf(until(1n, 2_000_000_000))).not.toBe('')
    expect(reasonOf(docOf('send', { body: { extensionOptions: [any] } }))).toContain('extension')
    expect(reasonOf(docOf('send', { body: { nonCriticalExtensionOptions: [any] } }))).toContain('extension')
    expect(reasonOf(docOf('send', { body: { messages: [] } }))).toContain('no message')
    expect(reasonOf(docOf('send', { auth: (auth) => (auth.tip = { amount: [], tipper: '' }) }))).toContain('tip')
    expect(reasonOf(docOf('send', { auth: (auth) => (auth.fee = undefined) }))).toContain('no fee')
    const fee = (change: object) => docOf('send', { auth: (auth) => Object.assign(auth.fee ?? {}, change) })
    const somebody = KEYS[2]?.address ?? ''
    expect(reasonOf(fee({ payer: somebody }))).toContain('another account pays')
    expect(reasonOf(fee({ granter: somebody }))).toContain('another account pays')
    expect(reasonOf(fee({ amount: [{ denom: 'mact', amount: '2' }] }))).toContain('mact')
    expect(reasonOf(fee({ amount: [{ denom: 'upokt', amount: '-2' }] }))).toContain('whole number')
    expect(reasonOf(fee({ amount: [{ denom: 'upokt', amount: '02' }] }))).toContain('whole number')
    const two = { denom: 'upokt', amount: '2' }
    expect(reasonOf(fee({ amount: [two, two] }))).toContain('more than one fee')
    expect(reasonOf(docOf('send', { auth: (auth) => auth.signerInfos.push(firstSigner(auth)) }))).toContain('one signer')
    expect(reasonOf(docOf('send', { auth: (auth) => (auth.signerInfos = []) }))).toContain('one signer')
    for (const mode of [0, 2, 3, 127]) {
      expect(reasonOf(docOf('send', { auth: (auth) => (firstSigner(auth).modeInfo = { single: { mode } }) }))).toContain('sign mode')
    }
    expect(reasonOf(docOf('send', { auth: (auth) => (firstSigner(auth).modeInfo = { multi: { modeInfos: [] } }) }))).toContain('sign mode')
    expect(reasonOf(docOf('send', { auth: (auth) => (firstSigner(auth).publicKey = undefined) }))).toContain('kind of key')
  })

  it('refuses a message that another account would have to sign', () => {
    const doc = docOf('stake-application', {
      body: { messages: TxBody.decode(SignDoc.decode(codec.signDoc(vector('send').draft)).bodyBytes).messages },
    })
    expect(reasonOf(doc)).toContain('another signer')
  })

  it('refuses unknown fields at any depth, repeated fields, other orders and other spellings', () => {
    const body = TxBody.decode(SignDoc.decode(codec.signDoc(other.draft)).bodyBytes)
    const [message] = body.messages
    if (message === undefined) throw new Error('no message')
    const withValue = (value: Uint8Array) => docOf('stake-application', { body: { messages: [{ ...message, value }] } })
    const appended = (...extra: number[]) => Uint8Array.from([...message.value, ...extra])
    // An empty coin where the limit of a session would stand, and a field that there is not.
    expect(reasonOf(withValue(appended(0x22, 0x00)))).toContain('denomination')
    expect(reasonOf(withValue(appended(0x2a, 0x00)))).toContain('unknown field 5')
    expect(reasonOf(withValue(appended(0x0a, 0x00)))).not.toBe('')
    expect(reasonOf(withValue(appended(0x0d, 0, 0, 0, 0)))).toContain('another type')
    // A second service with an unknown field inside.
    expect(reasonOf(withValue(appended(0x1a, 0x05, 0x0a, 0x01, 0x61, 0x10, 0x01)))).toContain('unknown field 2')

    const doc = codec.signDoc(other.draft)
    const { bodyBytes, authInfoBytes, chainId } = SignDoc.decode(doc)
    const more = 'the bytes hold more than what can be shown'
    expect(reasonOf(Uint8Array.from([...doc, 0x28, 0x01]))).toBe(more)
    expect(reasonOf(Uint8Array.from([...doc, 0x20, 0x07]))).toBe(more)
    expect(reasonOf(Uint8Array.from([...doc.slice(0, -1), 0x87, 0x00]))).toBe(more)
    expect(reasonOf(docOf('stake-application', { bodyBytes: Uint8Array.from([...bodyBytes, 0x18, 0x00]) }))).toBe(more)
    const swapped = SignDoc.encode({ bodyBytes: new Uint8Array(0), authInfoBytes, chainId, accountNumber: 7n }).finish()
    const late = SignDoc.encode({ bodyBytes, authInfoBytes: new Uint8Array(0), chainId: '', accountNumber: 0n }).finish()
    expect(reasonOf(Uint8Array.from([...swapped, ...late]))).toBe(more)
    expect(reasonOf(doc.slice(0, -3))).not.toBe('')
    expect(reasonOf(new Uint8Array(0))).not.toBe('')
  })

  it('refuses text that is not UTF-8, in the envelope and in a message', () => {
    const memo = docOf('send', { body: { memo: 'ab' } })
    const at = Buffer.from(memo).indexOf('ab')
    memo.set([0xc0, 0xaf], at)
    expect(reasonOf(memo)).not.toBe('')
    const surrogate = docOf('send', { body: { memo: 'abc' } })
    surrogate.set([0xed, 0xa0, 0x80], Buffer.from(surrogate).indexOf('abc'))
    expect(reasonOf(surrogate)).not.toBe('')
    const url = codec.signDoc(vector('stake-supplier-full').draft)
    url.set([0xff], Buffer.from(url).indexOf('relay.example'))
    expect(reasonOf(url)).not.toBe('')
  })

  it('refuses a recipient whose checksum is wrong', () => {
    const doc = codec.signDoc(vector('send').draft)
    const at = Buffer.from(doc).indexOf('sln9cg')
    doc.set(Buffer.from('sln9cq'), at)
    expect(reasonOf(doc)).toContain('recipient is not an address')
  })

  it.each(SIGNED_BY_HEARTH)('no flipped byte of %s goes unseen', (name) => {
    const { draft } = vector(name)
    const doc = codec.signDoc(draft)
    const original = JSON.stringify(codec.decodeSignDoc(doc), bigintText)
    let refused = 0
    let changed = 0
    for (let index = 0; index < doc.length; index += 1) {
      for (const flip of [0x01, 0x02, 0x04, 0x10, 0x20, 0x80, 0xff]) {
        const bent = Uint8Array.from(doc)
        bent[index] = (bent[index] ?? 0) ^ flip
        let seen: string
        try {
          seen = JSON.stringify(codec.decodeSignDoc(bent), bigintText)
        } catch (error) {
          expect((error as { code: string }).code).toBe('tx-changed')
          refused += 1
          continue
        }
        if (seen === original) throw new Error(`byte ${index} xor ${flip} changed nothing that can be seen`)
        changed += 1
      }
    }
    expect(refused).toBeGreaterThan(doc.length)
    expect(changed).toBeGreaterThan(0)
  })
})

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

describe('addresses', () => {
  it('are those of the vectors and of an independent library', async () => {
    for (const key of KEYS) {
      expect(codec.addressOf(Buffer.from(key.pubkeyBase64, 'base64').toString('hex'))).toBe(key.address)
      const wallet = await DirectSecp256k1Wallet.fromKey(Buffer.from(key.privateKeyHex, 'hex'), 'pokt')
      expect((await wallet.getAccounts())[0]?.address).toBe(key.address)
      expect(codec.isAddress(key.address)).toBe(true)
      expect(codec.isAddress(key.valoper)).toBe(false)
    }
  })

  it('have one spelling: a letter more before a final p keeps the checksum of bech32 right, and is refused', () => {
    let ending = ''
    while (!ending.endsWith('p')) {
      ending = codec.addressOf(bytesToHex(secp256k1.getPublicKey(secp256k1.utils.randomSecretKey(), true)))
    }
    expect(codec.isAddress(ending)).toBe(true)
    expect(codec.isAddress(`${ending.slice(0, -1)}qp`)).toBe(false)
  })

  it('know module accounts and refuse what is not exactly one', () => {
    const good = 'pokt1j40dzzmn6cn9kxku7a5tjnud6hv37vesr5ccaa'
    expect(codec.isAddress(good)).toBe(true)
    for (let index = 0; index < good.length; index += 1) {
      const wrong = good.slice(0, index) + (good[index] === 'q' ? 'p' : 'q') + good.slice(index + 1)
      expect(codec.isAddress(wrong)).toBe(false)
    }
    for (const bad of [
      '',
      'pokt1',
      good.toUpperCase(),
      ` ${good}`,
      `${good}q`,
      good.slice(0, -1),
      'cosmos1j40dzzmn6cn9kxku7a5tjnud6hv37ves0ks5g0',
    ]) {
      expect(codec.isAddress(bad)).toBe(false)
    }
    expect(() => codec.addressOf('04'.padEnd(130, '1'))).toThrow('compressed')
  })
})
