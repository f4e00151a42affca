import { readFileSync } from 'node:fs'
import { ed25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { SignDoc, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { describe, expect, it } from 'vitest'
import { openMorseKeyfile } from '#main/adapters/vault/morse-keyfile.ts'
import type { Message, TxCodec, TxDraft } from '#main/core/ports/tx.ts'
import { codec, CONTEXT, formOf, NOW, openService, OPERATOR, OWNER, ownerDraft, PASSWORD, textOf, VECTOR_KEYS as keys } from './support.ts'

const OWNER_HEX = keys.keys[0]?.privateKeyHex ?? ''
const setup = async (network = 'local', overrides: Partial<TxCodec> = {}) => {
  const vault = await openService({ codecFor: () => ({ ...codec, ...overrides }) })
  const keyId = await vault.importKey(OWNER_HEX, 'owner', network, 'first')
  const openSign = (draft: TxDraft, bytes = codec.signDoc(draft)) =>
    vault.service.handle<'open-sign'>({
      kind: 'open-sign',
      request: { intentId: 'intent-1', keyId, signDocBytes: bytes, context: CONTEXT },
      nowMs: NOW,
    })
  return { vault, keyId, openSign }
}

describe('signing', () => {
  it('shows the sheet, signs the exact bytes with the password, once', async () => {
    const { vault, openSign } = await setup()
    const draft = ownerDraft()
    const { token } = await openSign(draft)
    const shown = await vault.surface(token, 'GET')
    const text = textOf(shown.page)
    expect(text).toContain('Stake 59,505 POKT for a supplier?')
    expect(text).toContain('<button class="btn pri" name="action" value="sign">Sign and stake 59,505 POKT</button>')
    expect(text.indexOf('value="refuse"')).toBeLessThan(text.indexOf('value="sign"'))
    expect(text).toContain(Buffer.from(sha256(codec.signDoc(draft))).toString('hex'))
    expect(text).not.toMatch(/<script|\sstyle=|\son\w+=|javascript:/i)

    const signed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))
    if (signed.outcome?.kind !== 'signed') throw new Error(textOf(signed.page))
    expect(signed.password).toBe('right')
    const raw = TxRaw.decode(signed.outcome.txBytes)
    expect(codec.assemble(codec.signDoc(draft), raw.signatures[0] ?? new Uint8Array(0))).toEqual(signed.outcome.txBytes)
    expect(
      secp256k1.verify(raw.signatures[0] ?? new Uint8Array(64), sha256(codec.signDoc(draft)), Buffer.from(draft.pubKeyHex, 'hex'), {
        prehash: false,
        lowS: true,
      }),
    ).toBe(true)
    const again = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))
    expect(again.outcome).toBeUndefined()
  })

  it('wrong, empty or too early password: a sentence and the sheet again, no signature', async () => {
    const { vault, openSign } = await setup()
    const { token } = await openSign(ownerDraft())
    let { page } = await vault.surface(token, 'GET')
    const post = async (password: string, waitSeconds = 0) => {
      const answer = await vault.surface(token, 'POST', formOf(page, { action: 'sign', password }), { waitSeconds })
      page = answer.page
      expect(answer.outcome).toBeUndefined()
      return { password: answer.password, text: textOf(answer.page) }
    }
    expect(await post('not this one, no')).toMatchObject({
      password: 'wrong',
      text: expect.stringContaining('that is not the vault password'),
    })
    expect(await post('')).toMatchObject({ password: undefined, text: expect.stringContaining('password is needed') })
    // While the wait lasts not even the right one is tried.
    expect(await post(PASSWORD, 8)).toMatchObject({ password: undefined, text: expect.stringContaining('Try again in 8 s') })
    expect(textOf(page)).toContain('Sign and stake')
    expect(textOf(page)).not.toContain(PASSWORD)
  })

  it('"Do not sign" ends it, whatever else the form holds', async () => {
    const { vault, openSign } = await setup()
    const { token } = await openSign(ownerDraft())
    const shown = await vault.surface(token, 'GET')
    const refused = await vault.surface(token, 'POST', formOf(shown.page, { action: 'refuse', password: PASSWORD }))
    expect(refused.outcome).toEqual({ kind: 'refused', intentId: 'intent-1' })
    expect((await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))).outcome).toBeUndefined()
  })

  it.each([
    ['local', 'pocket', false],
    ['local', 'pocket-lego-testnet', false],
    ['local', 'hearth-local-9', true],
    ['mainnet', 'hearth-local-1', false],
    ['mainnet', 'pocket', true],
    ['beta', 'pocket', false],
    ['beta', 'pocket-lego-testnet', true],
    ['practice', 'hearth-local-1', false],
  ])('a key of %s on chain %s: %s', async (network, chainId, allowed) => {
    const { openSign } = await setup(network)
    const opening = openSign(ownerDraft({ chainId }))
    if (allowed) expect((await opening).token).toMatch(/^[\w-]{43}$/)
    else await expect(opening).rejects.toMatchObject({ code: 'key-wrong-network' })
  })

  it('refuses another signer, several messages, foreign bytes and what is no address', async () => {
    const { openSign } = await setup()
    const operatorPubKey = Buffer.from(keys.keys[1]?.pubkeyBase64 ?? '', 'base64').toString('hex')
    const unstake: Message = { kind: 'unstake-supplier', signer: OPERATOR, operatorAddress: OPERATOR }
    await expect(openSign(ownerDraft({ messages: [unstake], pubKeyHex: operatorPubKey }))).rejects.toMatchObject({
      code: 'tx-changed',
      detail: { reason: 'signer' },
    })
    const send: Message = { kind: 'send', fromAddress: OWNER, toAddress: OPERATOR, amountUpokt: 1n }
    await expect(openSign(ownerDraft({ messages: [send, send] }))).rejects.toMatchObject({
      code: 'tx-changed',
      detail: { reason: 'messages' },
    })
    await expect(openSign(ownerDraft(), new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'tx-changed' })
    const lying = await setup('local', {
      decodeSignDoc: () => ownerDraft({ messages: [{ ...send, toAddress: `${OPERATOR}, your owner key` }] }),
    })
    await expect(lying.openSign(ownerDraft())).rejects.toMatchObject({ code: 'tx-changed', detail: { reason: 'address' } })
  })

  it('a text in the bytes cannot become markup', async () => {
    const { vault, openSign } = await setup()
    const { token } = await openSign(ownerDraft({ memo: '</b><form action="https://x"><input name=password>' }))
    const text = textOf((await vault.surface(token, 'GET')).page)
    expect(text.match(/<form/g)).toHaveLength(1)
    expect(text).toContain('&#60;form action=&#34;https://x&#34;&#62;')
  })

  it('an unknown key is said to be one', async () => {
    const { vault } = await setup()
    await expect(
      vault.service.handle<'open-sign'>({
        kind: 'open-sign',
        request: { intentId: 'i', keyId: 'key-none', signDocBytes: codec.signDoc(ownerDraft()), context: CONTEXT },
        nowMs: NOW,
      }),
    ).rejects.toMatchObject({ code: 'key-unknown' })
  })
})

describe('Hearth’s own words', () => {
  it('stand apart from what the bytes say, worst first, and cannot bring markup or a direction of their own', async () => {
    const { vault, keyId } = await setup()
    const { token } = await vault.service.handle<'open-sign'>({
      kind: 'open-sign',
      request: {
        intentId: 'intent-1',
        keyId,
        signDocBytes: codec.signDoc(ownerDraft()),
        context: {
          ...CONTEXT,
          dangers: [
            { key: 'operator-runway', level: 'info', facts: { address: '<b>x</b>\u202E', upokt: '5', days: '' } },
            { key: 'owner-elsewhere', level: 'bad', facts: { ownerAddress: OPERATOR } },
          ],
        },
      },
      nowMs: NOW,
    })
    const text = textOf((await vault.surface(token, 'GET')).page)
    expect(text).toContain('Hearth’s own words')
    expect(text.indexOf('class="bad"')).toBeLessThan(text.indexOf('class="info"'))
    expect(text).toContain(`${OPERATOR}, is no address of this vault`)
    expect(text).toContain('&#60;b&#62;x&#60;/b&#62;⟨U+202E⟩')
    expect(text).not.toContain('<b>x</b>')
  })
  it('are left out when there are none', async () => {
    const { vault, openSign } = await setup()
    const { token } = await openSign(ownerDraft())
    expect(textOf((await vault.surface(token, 'GET')).page)).not.toContain('Hearth’s own words')
  })
})

describe('a claim of the old network', () => {
  const morse = JSON.parse(readFileSync(new URL('../../fixtures/morse/keys.json', import.meta.url), 'utf8')) as {
    passphrase: string
    keys: Record<'account' | 'node', { publicKeyHex: string; keyfile: Record<string, string> }>
  }
  const claim = (morsePubKeyHex: string, morseSignatureHex = ''): Message => ({
    kind: 'claim-morse-account',
    signer: OWNER,
    toAddress: OWNER,
    morsePubKeyHex,
    morseSignatureHex,
  })
  const withMorse = async () => {
    const { vault, keyId } = await setup()
    const { token } = await vault.service.handle<'open-new-key'>({
      kind: 'open-new-key',
      request: { name: 'old', role: 'owner', network: 'local', mode: 'import' },
      nowMs: NOW,
    })
    const shown = await vault.surface(token, 'GET')
    const brought = await vault.surface(
      token,
      'POST',
      formOf(shown.page, { action: 'import', secret: JSON.stringify(morse.keys.account.keyfile), passphrase: morse.passphrase }),
    )
    if (brought.outcome?.kind !== 'key-made') throw new Error(textOf(brought.page))
    const morseKeyId = brought.outcome.key.id
    const open = (message: Message, more: { morseKeyId?: string } = { morseKeyId }) =>
      vault.service.handle<'open-sign'>({
        kind: 'open-sign',
        request: {
          intentId: 'intent-1',
          keyId,
          signDocBytes: codec.signDoc(ownerDraft({ messages: [message] })),
          context: CONTEXT,
          ...more,
        },
        nowMs: NOW,
      })
    return { vault, open, morseKeyId }
  }
  it('is signed by the Morse key first, inside the message, and then by the account', async () => {
    const { vault, open } = await withMorse()
    const message = claim(morse.keys.account.publicKeyHex)
    const { token } = await open(message)
    const shown = await vault.surface(token, 'GET')
    expect(textOf(shown.page)).toContain('Take over an account of the old network?')
    const signed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))
    if (signed.outcome?.kind !== 'signed') throw new Error(textOf(signed.page))
    const raw = TxRaw.decode(signed.outcome.txBytes)
    const bare = codec.signDoc(ownerDraft({ messages: [message] }))
    const doc = SignDoc.encode({ ...SignDoc.decode(bare), bodyBytes: raw.bodyBytes }).finish()
    const [inside] = codec.decodeSignDoc(doc).messages
    const signature = inside?.kind === 'claim-morse-account' ? inside.morseSignatureHex : ''
    expect(ed25519.verify(Buffer.from(signature, 'hex'), codec.morseBytes(bare), Buffer.from(morse.keys.account.publicKeyHex, 'hex'))).toBe(
      true,
    )
    expect(codec.withMorseSignature(bare, Buffer.from(signature, 'hex'))).toEqual(doc)
    expect(
      secp256k1.verify(raw.signatures[0] ?? new Uint8Array(64), sha256(doc), Buffer.from(ownerDraft().pubKeyHex, 'hex'), {
        prehash: false,
        lowS: true,
      }),
    ).toBe(true)
  })
  it('of a node says what is taken over before it is signed, and shows no key of its own', async () => {
    const { vault, open } = await withMorse()
    const message: Message = {
      kind: 'claim-morse-supplier',
      signer: OWNER,
      ownerAddress: OWNER,
      operatorAddress: OWNER,
      morseNodeAddress: 'A'.repeat(40),
      morsePubKeyHex: morse.keys.account.publicKeyHex,
      morseSignatureHex: '',
      signerIsOutput: true,
      services: [
        {
          serviceId: 'anvil',
          endpoints: [{ url: 'https://relay.example.org', rpcType: 'JSON_RPC' }],
          revShare: [{ address: OWNER, percent: 100 }],
        },
      ],
    }
    const { token } = await open(message)
    const shown = await vault.surface(token, 'GET')
    for (const words of [
      'A'.repeat(40),
      'https://relay.example.org',
      OWNER,
      morse.keys.account.publicKeyHex,
      'The vault signs with it first',
    ])
      expect(textOf(shown.page)).toContain(words)
    const signed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))
    if (signed.outcome?.kind !== 'signed') throw new Error(textOf(signed.page))
    const bare = codec.signDoc(ownerDraft({ messages: [message] }))
    const doc = SignDoc.encode({ ...SignDoc.decode(bare), bodyBytes: TxRaw.decode(signed.outcome.txBytes).bodyBytes }).finish()
    const [inside] = codec.decodeSignDoc(doc).messages
    const signature = inside?.kind === 'claim-morse-supplier' ? inside.morseSignatureHex : ''
    const publicKey = Buffer.from(morse.keys.account.publicKeyHex, 'hex')
    expect(ed25519.verify(Buffer.from(signature, 'hex'), codec.morseBytes(bare), publicKey)).toBe(true)
    // SECURITY: S18 the seed is in nothing that leaves the key process.
    const seed = Buffer.from(openMorseKeyfile(JSON.stringify(morse.keys.account.keyfile), morse.passphrase)).toString('hex')
    for (const text of [textOf(shown.page), textOf(signed.page), Buffer.from(signed.outcome.txBytes).toString('hex')])
      expect(text).not.toContain(seed)
  })
  it('of an application says who becomes it, for which service, and is signed by both keys', async () => {
    const { vault, open } = await withMorse()
    const message: Message = {
      kind: 'claim-morse-application',
      signer: OWNER,
      toAddress: OWNER,
      morsePubKeyHex: morse.keys.account.publicKeyHex,
      morseSignatureHex: '',
      serviceId: 'anvil',
    }
    const { token } = await open(message)
    const shown = await vault.surface(token, 'GET')
    for (const words of ['Take over an application of the old network?', 'anvil', OWNER, morse.keys.account.publicKeyHex])
      expect(textOf(shown.page)).toContain(words)
    const signed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))
    if (signed.outcome?.kind !== 'signed') throw new Error(textOf(signed.page))
    const bare = codec.signDoc(ownerDraft({ messages: [message] }))
    const doc = SignDoc.encode({ ...SignDoc.decode(bare), bodyBytes: TxRaw.decode(signed.outcome.txBytes).bodyBytes }).finish()
    const [inside] = codec.decodeSignDoc(doc).messages
    const signature = inside?.kind === 'claim-morse-application' ? inside.morseSignatureHex : ''
    expect(ed25519.verify(Buffer.from(signature, 'hex'), codec.morseBytes(bare), Buffer.from(morse.keys.account.publicKeyHex, 'hex'))).toBe(
      true,
    )
  })
  it('is refused for another Morse key, without one, with a signature brought along, and for anything that is no claim', async () => {
    const { open, morseKeyId } = await withMorse()
    const own = morse.keys.account.publicKeyHex
    await expect(open(claim(morse.keys.node.publicKeyHex))).rejects.toMatchObject({ code: 'tx-changed' })
    await expect(open(claim(own), {})).rejects.toMatchObject({ code: 'tx-changed' })
    await expect(open(claim(own, 'ab'.repeat(64)))).rejects.toMatchObject({ code: 'tx-changed' })
    const send: Message = { kind: 'send', fromAddress: OWNER, toAddress: OPERATOR, amountUpokt: 1n }
    await expect(open(send, { morseKeyId })).rejects.toMatchObject({ code: 'tx-changed' })
  })
})
