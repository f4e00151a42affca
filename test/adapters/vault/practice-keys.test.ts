import { describe, expect, it } from 'vitest'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createRehearsalKeys } from '#main/adapters/vault/rehearsal-keys.ts'
import type { TxDraft } from '#main/core/ports/tx.ts'
import { createTestClock } from '../../fakes/clock.ts'
import { codec, CONTEXT, formOf, NOW, openService, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS as keys } from './support.ts'

const HEX = keys.keys[0]?.privateKeyHex ?? ''
const pubKeyHex = Buffer.from(keys.keys[0]?.pubkeyBase64 ?? '', 'base64').toString('hex')
const practice = createTxCodec('practice')
const MINE = practice.addressOf(pubKeyHex)
const POKT = codec.addressOf(pubKeyHex)

const send = (from: string, to: string, chainId: string): TxDraft => ({
  messages: [{ kind: 'send', fromAddress: from, toAddress: to, amountUpokt: 1_000_000n }],
  memo: '',
  chainId,
  accountNumber: 1n,
  sequence: 0n,
  pubKeyHex,
  feeUpokt: 1n,
  gasLimit: 100_000n,
  timeoutHeight: 9,
})
const setup = async (network: string) => {
  const vault = await openService()
  const keyId = await vault.importKey(HEX, 'owner', network, 'mine')
  const openSign = (signDocBytes: Uint8Array) =>
    vault.service.handle<'open-sign'>({ kind: 'open-sign', request: { intentId: 'i', keyId, signDocBytes, context: CONTEXT }, nowMs: NOW })
  return { vault, openSign }
}

describe('a key of Practice', () => {
  it('signs for a Practice chain, and the sheet shows its addresses in full', async () => {
    const { vault, openSign } = await setup('practice')
    const bytes = practice.signDoc(send(MINE, MINE, 'hearth-practice-1'))
    const { token } = await openSign(bytes)
    const shown = await vault.surface(token, 'GET')
    const text = textOf(shown.page)
    expect(text).toContain('Practice, play money')
    expect(text).toContain('<b>prac tice</b>')
    expect(text).toContain('your owner key')
    expect(text.replace(/<[^>]+>| /g, '')).toContain(MINE)
    const signed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: PASSWORD }))
    if (signed.outcome?.kind !== 'signed') throw new Error(textOf(signed.page))
    expect(practice.hash(signed.outcome.txBytes)).toMatch(/^[0-9A-F]{64}$/)
  })
  it('signs for no other chain, and nothing that names an address of another network', async () => {
    const { openSign } = await setup('practice')
    for (const chainId of ['pocket', 'hearth-local-1', 'pocket-lego-testnet'])
      await expect(openSign(practice.signDoc(send(MINE, MINE, chainId)))).rejects.toMatchObject({ code: 'key-wrong-network' })
    await expect(openSign(codec.signDoc(send(POKT, POKT, 'hearth-practice-1')))).rejects.toMatchObject({ code: 'tx-changed' })
    await expect(openSign(codec.signDoc(send(POKT, POKT, 'pocket')))).rejects.toMatchObject({ code: 'tx-changed' })
  })
  it('is another key than the same words give elsewhere: that one signs nothing of Practice', async () => {
    const { openSign } = await setup('local')
    await expect(openSign(practice.signDoc(send(MINE, MINE, 'hearth-practice-1')))).rejects.toMatchObject({ code: 'tx-changed' })
    await expect(openSign(codec.signDoc(send(POKT, POKT, 'hearth-practice-1')))).rejects.toMatchObject({ code: 'key-wrong-network' })
  })
})

describe('play-money identities of Practice', () => {
  it('have addresses of Practice and sign for Practice alone', async () => {
    const rehearsal = await createRehearsalKeys({ dataDir: await temporaryFolder(), clock: createTestClock() })
    const { address, pubKeyHex: own } = await rehearsal.ensure('hearth-practice-1', 'application')
    expect(address).toBe(practice.addressOf(own))
    const doc = (chainId: string) => practice.signDoc({ ...send(address, address, chainId), pubKeyHex: own })
    expect(await rehearsal.sign('hearth-practice-1', 'application', doc('hearth-practice-1'))).toHaveLength(64)
    await expect(rehearsal.sign('hearth-practice-1', 'application', doc('pocket'))).rejects.toMatchObject({ code: 'key-wrong-network' })
    await expect(rehearsal.sign('hearth-local-1', 'application', doc('hearth-practice-1'))).rejects.toMatchObject({ code: 'key-unknown' })
    expect((await rehearsal.ensure('hearth-local-1', 'application')).address).toMatch(/^pokt1/)
  })
})
