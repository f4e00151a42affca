import { describe, expect, it } from 'vitest'
import { KEY_PATH, privateKeyOfWords } from '#main/adapters/vault/private-keys.ts'
import { pubKeyHexOf } from '#main/adapters/vault/signatures.ts'
import { TICKET_MS } from '#main/adapters/vault/tickets.ts'
import { parseVault } from '#main/adapters/vault/vault-format.ts'
import { askedOn, bytes, codec, formOf, NOW, openService, textOf, wordsOn, type TestService, VECTOR_KEYS as keys } from './support.ts'

const open = async (vault: TestService, mode: 'make' | 'import', more: { name?: string; role?: 'owner' | 'operator' } = {}) =>
  vault.service.handle<'open-new-key'>({
    kind: 'open-new-key',
    request: { name: more.name ?? 'op <1>', role: more.role ?? 'operator', network: 'local', mode },
    nowMs: NOW,
  })
const answers = (positions: number[], words: string[]): Record<string, string> =>
  Object.fromEntries(positions.map((position, index) => [`word${index}`, ` ${(words[position] ?? '').toUpperCase()} `]))
const stored = (vault: TestService): number => parseVault(vault.file()).keys.length

describe('making a key', () => {
  it('shows 24 words, asks three back, and only then keeps the key that the words give', async () => {
    const vault = await openService()
    const { token, expiresAtMs } = await open(vault, 'make')
    expect(expiresAtMs).toBe(NOW + TICKET_MS)
    const first = await vault.surface(token, 'GET')
    const words = wordsOn(first.page)
    expect(words).toHaveLength(24)
    expect(textOf(first.page)).not.toMatch(/<script|\sstyle=|\son\w+=|javascript:/i)
    expect(textOf(first.page)).toContain('op &#60;1&#62;')
    expect(textOf(first.page)).toContain('Local chain, play money')

    const ask = await vault.surface(token, 'POST', formOf(first.page, { action: 'written' }))
    const positions = askedOn(ask.page)
    expect(positions).toHaveLength(3)
    expect([...positions].sort((a, b) => a - b)).toEqual(positions)
    for (const word of new Set(words)) expect(textOf(ask.page)).not.toContain(`<b>${word}</b>`)
    expect(stored(vault)).toBe(0)

    const done = await vault.surface(token, 'POST', formOf(ask.page, { action: 'check', ...answers(positions, words) }))
    const privateKey = await privateKeyOfWords(words)
    const pubKeyHex = pubKeyHexOf(privateKey)
    expect(done.outcome).toEqual({
      kind: 'key-made',
      key: {
        id: expect.stringMatching(/^key-[0-9a-f]{16}$/),
        role: 'operator',
        name: 'op <1>',
        network: 'local',
        address: codec.addressOf(pubKeyHex),
        pubKeyHex,
        kind: 'key',
        origin: 'made',
        hdPath: KEY_PATH,
        hasWords: true,
        createdAtMs: NOW,
        wordsConfirmedAtMs: NOW,
      },
    })
    expect(stored(vault)).toBe(1)
    // Used up: the end is shown again, nothing happens a second time.
    const again = await vault.surface(token, 'POST', formOf(ask.page, { action: 'check', ...answers(positions, words) }))
    expect(again.outcome).toBeUndefined()
    expect(textOf(again.page)).toContain('is in the vault')
    expect(stored(vault)).toBe(1)
  })

  it('wrong words: the same question with a sentence, other places, and a way back to the words', async () => {
    const vault = await openService()
    const { token } = await open(vault, 'make')
    const first = await vault.surface(token, 'GET')
    const words = wordsOn(first.page)
    let page = (await vault.surface(token, 'POST', formOf(first.page, { action: 'written' }))).page
    const asked = new Set<string>()
    for (let tries = 0; tries < 8; tries += 1) {
      const positions = askedOn(page)
      asked.add(positions.join())
      const wrong = await vault.surface(token, 'POST', formOf(page, { action: 'check', ...answers(positions, words), word1: 'zoo zoo' }))
      expect(wrong.outcome).toBeUndefined()
      expect(textOf(wrong.page)).toContain(`Word ${(positions[1] ?? 0) + 1} is not what was shown`)
      expect(askedOn(wrong.page)).toEqual(positions)
      page = (await vault.surface(token, 'POST', formOf(wrong.page, { action: 'back' }))).page
      expect(wordsOn(page)).toEqual(words)
      page = (await vault.surface(token, 'POST', formOf(page, { action: 'written' }))).page
    }
    expect(asked.size).toBeGreaterThan(1)
    expect(stored(vault)).toBe(0)
  })

  it('leaves nothing when it is given up or runs out', async () => {
    const vault = await openService()
    const first = await open(vault, 'make')
    const shown = await vault.surface(first.token, 'GET')
    const given = await vault.surface(first.token, 'POST', formOf(shown.page, { action: 'cancel' }))
    expect(given.outcome).toMatchObject({ kind: 'key-cancelled' })

    const second = await open(vault, 'make')
    const late = await vault.surface(second.token, 'GET', undefined, { nowMs: NOW + TICKET_MS })
    expect(late.page.status).toBe(410)
    expect(wordsOn(late.page)).toEqual([])
    expect((await vault.surface(second.token, 'GET')).page.status).toBe(410)
    expect(vault.saves).toHaveLength(1)
  })

  it('says so when the file cannot be written, keeps nothing, and can be tried again', async () => {
    const vault = await openService()
    const { token } = await open(vault, 'make')
    const first = await vault.surface(token, 'GET')
    const words = wordsOn(first.page)
    const ask = await vault.surface(token, 'POST', formOf(first.page, { action: 'written' }))
    vault.failNextSave()
    const failed = await vault.surface(token, 'POST', formOf(ask.page, { action: 'check', ...answers(askedOn(ask.page), words) }))
    expect(failed.outcome).toBeUndefined()
    expect(textOf(failed.page)).toContain('could not be written')
    const done = await vault.surface(token, 'POST', formOf(failed.page, { action: 'check', ...answers(askedOn(failed.page), words) }))
    expect(done.outcome?.kind).toBe('key-made')
  })
})

describe('the rules of every page', () => {
  it('a post counts once: an old nonce, none, or a form that cannot be read does nothing', async () => {
    const vault = await openService()
    const { token } = await open(vault, 'make')
    const first = await vault.surface(token, 'GET')
    const newer = await vault.surface(token, 'GET')
    const stale = await vault.surface(token, 'POST', formOf(first.page, { action: 'cancel' }))
    expect(stale.outcome).toBeUndefined()
    expect(textOf(stale.page)).toContain('nothing was done')
    expect(wordsOn(stale.page)).toEqual(wordsOn(newer.page))
    expect((await vault.surface(token, 'POST', bytes('action=cancel'))).outcome).toBeUndefined()
    const shown = await vault.surface(token, 'GET')
    const twice = bytes(`${Buffer.from(formOf(shown.page, { action: 'written' })).toString()}&action=cancel`)
    expect((await vault.surface(token, 'POST', twice)).page.status).toBe(400)
    expect((await vault.surface(token, 'POST', Uint8Array.of(0x61, 0x3d, 0xff, 0xfe))).page.status).toBe(400)
  })
  it('zeroes the form that it was given', async () => {
    const vault = await openService()
    const { token } = await open(vault, 'import')
    const shown = await vault.surface(token, 'GET')
    const body = formOf(shown.page, { action: 'import', secret: keys.mnemonic })
    await vault.surface(token, 'POST', body)
    expect(body.every((byte) => byte === 0)).toBe(true)
  })
  it('an unknown, closed or guessed token shows the same page', async () => {
    const vault = await openService()
    const { token } = await open(vault, 'make')
    await vault.service.handle<'close-ticket'>({ kind: 'close-ticket', token })
    const closed = await vault.surface(token, 'GET')
    const guessed = await vault.surface(`${token.slice(0, -1)}A`, 'GET')
    expect(closed.page.status).toBe(410)
    expect(guessed.page).toEqual(closed.page)
  })
})

describe('bringing a key', () => {
  it('takes words and hex, and says what is wrong while keeping what was typed', async () => {
    const vault = await openService()
    const { token } = await open(vault, 'import', { role: 'owner', name: 'first' })
    const shown = await vault.surface(token, 'GET')
    const wrong = await vault.surface(
      token,
      'POST',
      formOf(shown.page, { action: 'import', secret: keys.mnemonic.replace(/art$/, 'artt') }),
    )
    expect(textOf(wrong.page)).toContain('Word 24, &#34;artt&#34;, is not in the list. Did you mean &#34;art&#34;?')
    expect(textOf(wrong.page)).toContain('abandon artt</textarea>')
    const done = await vault.surface(token, 'POST', formOf(wrong.page, { action: 'import', secret: keys.mnemonic }))
    expect(done.outcome).toMatchObject({
      kind: 'key-made',
      key: { address: keys.keys[0]?.address, role: 'owner', wordsConfirmedAtMs: NOW },
    })

    const second = await open(vault, 'import')
    const page = (await vault.surface(second.token, 'GET')).page
    const twice = await vault.surface(second.token, 'POST', formOf(page, { action: 'import', secret: keys.keys[0]?.privateKeyHex ?? '' }))
    expect(twice.outcome).toBeUndefined()
    expect(textOf(twice.page)).toContain('in the vault already, as your owner key “first”')
    expect(stored(vault)).toBe(1)
  })
  it('is refused for a network that Hearth does not know', async () => {
    const vault = await openService()
    await expect(
      vault.service.handle<'open-new-key'>({
        kind: 'open-new-key',
        request: { name: 'a', role: 'owner', network: 'constructor', mode: 'make' },
        nowMs: NOW,
      }),
    ).rejects.toMatchObject({ code: 'key-wrong-network' })
  })
})
