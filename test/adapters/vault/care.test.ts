import { describe, expect, it } from 'vitest'
import { openArmor } from '#main/adapters/vault/cosmos-armor.ts'
import { parseVault } from '#main/adapters/vault/vault-format.ts'
import {
  askedOn,
  bytes,
  CHEAP,
  formOf,
  NOW,
  openService,
  PASSWORD,
  textOf,
  wordsOn,
  type TestService,
  VECTOR_KEYS as keys,
} from './support.ts'

const OPERATOR_HEX = keys.keys[1]?.privateKeyHex ?? ''
const OPERATOR = keys.keys[1]?.address ?? ''
const words = keys.mnemonic.split(' ')
const later = NOW + 60_000
const answers = (positions: number[]): Record<string, string> =>
  Object.fromEntries(positions.map((position, index) => [`word${index}`, words[position] ?? '']))
const stored = (vault: TestService) => parseVault(vault.file()).keys

/** The secret as it stands on the page. */
const secretOn = (html: string): string => (/<pre class="secret">([^<]*)<\/pre>/.exec(html)?.[1] ?? '').replaceAll('&#39;', "'")

describe('showing a secret', () => {
  it('shows words, hex or an armor after the password, once for each page, and keeps none of it', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(keys.mnemonic, 'owner')
    const show = async (fields: Record<string, string>) => {
      const { token, shown } = await vault.openPage({ kind: 'export', keyId })
      expect(wordsOn(shown.page)).toEqual([])
      const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'show', password: PASSWORD, ...fields }))
      return { token, done }
    }
    const first = await show({ form: 'words' })
    expect(wordsOn(first.done.page)).toEqual(words)
    expect(first.done).toMatchObject({ password: 'right', outcome: { kind: 'key-exported', form: 'words', key: { id: keyId } } })
    expect(textOf(first.done.page)).toContain('m/44&#39;/118&#39;/0&#39;/0/0')
    const closed = await vault.surface(first.token, 'POST', formOf(first.done.page, { action: 'done' }))
    expect(closed.outcome).toEqual({ kind: 'left' })
    expect(textOf((await vault.surface(first.token, 'GET')).page)).not.toContain('class="words"')

    expect(secretOn(textOf((await show({ form: 'hex' })).done.page))).toBe(keys.keys[0]?.privateKeyHex)
    const armor = secretOn(textOf((await show({ form: 'armor', passphrase: 'eight or more', again: 'eight or more' })).done.page))
    expect(Buffer.from(await openArmor(armor, 'eight or more')).toString('hex')).toBe(keys.keys[0]?.privateKeyHex)
  })
  it('shows nothing without the password, and Enter leaves', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(keys.mnemonic, 'owner')
    const { token, shown } = await vault.openPage({ kind: 'export', keyId })
    expect(textOf(shown.page).indexOf('value="cancel"')).toBeLessThan(textOf(shown.page).indexOf('value="show"'))
    let { page } = shown
    const tries: [Record<string, string>, string][] = [
      [{ form: 'hex' }, 'the vault password is needed'],
      [{ form: 'hex', password: 'not this one' }, 'not the vault password'],
      [{ form: 'armor', password: PASSWORD, passphrase: 'short', again: 'short' }, 'at least 8 characters'],
      [{ form: 'armor', password: PASSWORD, passphrase: 'long enough 1', again: 'long enough 2' }, 'differ'],
      [{ form: 'everything', password: PASSWORD }, 'choose one of the forms'],
      [{ password: PASSWORD }, 'choose one of the forms'],
    ]
    for (const [fields, sentence] of tries) {
      const done = await vault.surface(token, 'POST', formOf(page, { action: 'show', ...fields }))
      expect(textOf(done.page)).toContain(sentence)
      expect(done.outcome).toBeUndefined()
      expect(textOf(done.page)).not.toContain(keys.keys[0]?.privateKeyHex ?? '')
      page = done.page
    }
    const waiting = await vault.surface(token, 'POST', formOf(page, { action: 'show', form: 'hex', password: PASSWORD }), {
      waitSeconds: 7,
    })
    expect(textOf(waiting.page)).toContain('Try again in 7 s')
    expect((await vault.surface(token, 'POST', formOf(waiting.page, { action: 'cancel' }))).outcome).toEqual({ kind: 'left' })
  })
  it('offers no words of a key that came without them', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(OPERATOR_HEX)
    const { token, shown } = await vault.openPage({ kind: 'export', keyId })
    expect(textOf(shown.page)).not.toContain('value="words"')
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'show', form: 'words', password: PASSWORD }))
    expect(textOf(done.page)).toContain('choose one of the forms')
  })
})

describe('proving the copy', () => {
  it('asks for three words as often as one likes, and notes the day', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(keys.mnemonic, 'owner')
    const { token, shown } = await vault.openPage({ kind: 'prove', keyId })
    const positions = askedOn(shown.page)
    expect(positions).toHaveLength(3)
    const wrong = await vault.surface(token, 'POST', formOf(shown.page, { action: 'check', ...answers(positions), word0: 'zoo' }))
    expect(textOf(wrong.page)).toContain(`Word ${(positions[0] ?? 0) + 1} is not what was shown`)
    expect(stored(vault)[0]?.wordsConfirmedAtMs).toBe(NOW)
    const done = await vault.surface(token, 'POST', formOf(wrong.page, { action: 'check', ...answers(positions) }), { nowMs: later })
    expect(done.outcome).toMatchObject({ kind: 'key-proven', key: { id: keyId, wordsConfirmedAtMs: later } })
    expect(stored(vault)[0]?.wordsConfirmedAtMs).toBe(later)
    expect((await vault.openPage({ kind: 'prove', keyId })).shown.page.status).toBe(200)
    // The key still is what it was.
    const fresh = await openService()
    const opened = await fresh.service.handle<'unlock'>({ kind: 'unlock', password: bytes(PASSWORD), file: vault.file(), target: CHEAP })
    expect(opened.keys[0]?.address).toBe(keys.keys[0]?.address)
  })
  it('takes the whole copy of a key without words, and no other key', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(OPERATOR_HEX)
    const { token, shown } = await vault.openPage({ kind: 'prove', keyId })
    const other = await vault.surface(token, 'POST', formOf(shown.page, { action: 'check', secret: keys.keys[2]?.privateKeyHex ?? '' }))
    expect(textOf(other.page)).toContain('but not this one')
    const spoilt = await vault.surface(token, 'POST', formOf(other.page, { action: 'check', secret: 'abandon' }))
    expect(textOf(spoilt.page)).toContain('These are 1 words')
    const done = await vault.surface(token, 'POST', formOf(spoilt.page, { action: 'check', secret: keys.mnemonic, index: '1' }), {
      nowMs: later,
    })
    expect(done.outcome).toMatchObject({ kind: 'key-proven', key: { wordsConfirmedAtMs: later, hasWords: false } })
  })
  it('says so when the day cannot be written', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(OPERATOR_HEX)
    const { token, shown } = await vault.openPage({ kind: 'prove', keyId })
    vault.failNextSave()
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'check', secret: OPERATOR_HEX }))
    expect(textOf(done.page)).toContain('could not be written')
    expect(done.outcome).toBeUndefined()
  })
})

describe('deleting a key', () => {
  const openDelete = (vault: TestService, keyId: string, more: { drilledAtMs?: number; inUse?: boolean } = {}) =>
    vault.openPage({ kind: 'delete', keyId, drilledAtMs: more.drilledAtMs, inUse: more.inUse ?? false })

  it('needs the whole typed address and the password when no backup is proven', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(OPERATOR_HEX)
    await vault.importKey(keys.mnemonic, 'owner')
    const { token, shown } = await openDelete(vault, keyId)
    expect(textOf(shown.page)).toContain('No backup with this key was proven')
    expect(textOf(shown.page).indexOf('value="cancel"')).toBeLessThan(textOf(shown.page).indexOf('value="delete"'))
    let { page } = shown
    for (const [fields, sentence] of [
      [{ password: PASSWORD }, 'not the whole address'],
      [{ password: PASSWORD, address: OPERATOR.slice(0, -1) }, 'not the whole address'],
      [{ password: 'wrong one', address: OPERATOR }, 'not the vault password'],
      [{ address: OPERATOR }, 'the vault password is needed'],
    ] as const) {
      const refused = await vault.surface(token, 'POST', formOf(page, { action: 'delete', ...fields }))
      expect(textOf(refused.page)).toContain(sentence)
      expect(stored(vault)).toHaveLength(2)
      page = refused.page
    }
    const done = await vault.surface(token, 'POST', formOf(page, { action: 'delete', password: PASSWORD, address: ` ${OPERATOR} ` }))
    expect(done.outcome).toMatchObject({ kind: 'key-removed', key: { id: keyId } })
    expect(stored(vault).map((key) => key.role)).toEqual(['owner'])
    expect(Buffer.from(vault.file()).toString()).not.toContain(keyId)
  })
  it('needs the password alone when a drill proved its backup, unless the supplier uses it', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(OPERATOR_HEX)
    expect(textOf((await openDelete(vault, keyId, { drilledAtMs: NOW, inUse: true })).shown.page)).toContain('name="address"')
    const { token, shown } = await openDelete(vault, keyId, { drilledAtMs: NOW })
    expect(textOf(shown.page)).not.toContain('name="address"')
    expect(textOf(shown.page)).toContain('2023-11-14')
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'delete', password: PASSWORD }))
    expect(done.outcome?.kind).toBe('key-removed')
    expect(stored(vault)).toEqual([])
  })
  it('leaves the key when the file cannot be written', async () => {
    const vault = await openService()
    const keyId = await vault.importKey(OPERATOR_HEX)
    const { token, shown } = await openDelete(vault, keyId, { drilledAtMs: NOW })
    vault.failNextSave()
    const failed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'delete', password: PASSWORD }))
    expect(textOf(failed.page)).toContain('could not be written')
    const again = await vault.surface(token, 'POST', formOf(failed.page, { action: 'delete', password: PASSWORD }))
    expect(again.outcome?.kind).toBe('key-removed')
  })
})
