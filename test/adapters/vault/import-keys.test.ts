import { pbkdf2Sync } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Slip10, Slip10Curve, stringToPath } from '@cosmjs/crypto'
import { describe, expect, it } from 'vitest'
import { pubKeyHexOf } from '#main/adapters/vault/signatures.ts'
import { closeArmor, openArmor } from '#main/adapters/vault/cosmos-armor.ts'
import type { PublicKeyInfo, SurfacePage } from '#main/core/ports/vault.ts'
import { parseVault } from '#main/adapters/vault/vault-format.ts'
import { bytes, codec, formOf, NOW, openService, temporaryFolder, textOf, type TestService, VECTOR_KEYS } from './support.ts'

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url))
const keys = VECTOR_KEYS.keys.map((key) => ({ ...key, armor: (key as unknown as { armor: string }).armor }))
const { armorPassphrase } = VECTOR_KEYS as unknown as { armorPassphrase: string }
const [owner, operator, other] = keys
if (!owner || !operator || !other) throw new Error('three keys expected')
const morse = JSON.parse(await readFile(fixture('morse/keys.json'), 'utf8')) as {
  passphrase: string
  keys: Record<'account' | 'node', { morseAddress: string; publicKeyHex: string; keyfile: Record<string, string> }>
}
/** Passphrase with which the fixture of backend `file` was made by pocketd. */
const KEYRING_PASSPHRASE = 'folder-pass-1'

const openImport = async (vault: TestService, network = 'local', name = 'brought') =>
  (
    await vault.service.handle<'open-new-key'>({
      kind: 'open-new-key',
      request: { name, role: 'operator', network, mode: 'import' },
      nowMs: NOW,
    })
  ).token
/** What the page says above its form. */
const notice = (page: SurfacePage): string =>
  (/<p class="notice" role="alert">([^<]*)<\/p>/.exec(textOf(page))?.[1] ?? '').replaceAll('&#39;', "'").replaceAll('&#34;', '"')
const bring = async (fields: Record<string, string>, network = 'local') => {
  const vault = await openService()
  const token = await openImport(vault, network)
  const shown = await vault.surface(token, 'GET')
  const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', ...fields }))
  const key: PublicKeyInfo | undefined = done.outcome?.kind === 'key-made' ? done.outcome.key : undefined
  return { vault, token, done, key, said: notice(done.page), stored: () => parseVault(vault.file()).keys }
}

describe('what can be brought in', { timeout: 30_000 }, () => {
  it.each(keys)('words with the account and index of $path', async ({ path, address }) => {
    const [, , , account = '', , index = ''] = path.split('/')
    const { key } = await bring({ secret: VECTOR_KEYS.mnemonic, account: account.replace("'", ''), index })
    expect(key).toMatchObject({ address, origin: 'words', hdPath: path, hasWords: true, kind: 'key' })
  })
  it('words with a passphrase of their own: another key, kept without the words that would not give it back', async () => {
    // The seed as BIP39 has it, by a function of its own (test vector of the standard: "abandon … about" with TREZOR).
    const secret = `${'abandon '.repeat(11)}about`
    const seed = pbkdf2Sync(secret, 'mnemonicTREZOR', 2048, 64, 'sha512')
    expect(seed.toString('hex').slice(0, 32)).toBe('c55257c360c07c72029aebc1b53c05ed')
    const derived = Slip10.derivePath(Slip10Curve.Secp256k1, seed, stringToPath("m/44'/118'/0'/0/0"))
    const address = codec.addressOf(pubKeyHexOf(derived.privkey))
    const { key, stored, vault } = await bring({ secret, wordsPassphrase: 'TREZOR' })
    expect(key).toMatchObject({ address, origin: 'words', hasWords: false, hdPath: "m/44'/118'/0'/0/0" })
    expect(stored()).toHaveLength(1)
    expect(Buffer.from(vault.file()).toString('latin1')).not.toContain('TREZOR')
    const plain = await bring({ secret })
    expect(plain.key?.hasWords).toBe(true)
    expect(plain.key?.address).not.toBe(address)
    // A letter that is written in two ways is one letter.
    const [composed, apart] = [await bring({ secret, wordsPassphrase: '\u00e9' }), await bring({ secret, wordsPassphrase: 'e\u0301' })]
    expect(composed.key?.address).toBe(apart.key?.address)
  })
  it('a private key in hex, which has no words', async () => {
    const { key } = await bring({ secret: operator.privateKeyHex })
    expect(key).toMatchObject({ address: operator.address, origin: 'hex', hasWords: false })
    expect(key?.hdPath).toBeUndefined()
  })
  it.each(keys)('the armor that pocketd exported of $name', async ({ armor, address }) => {
    expect((await bring({ secret: armor, passphrase: armorPassphrase })).key).toMatchObject({ address, origin: 'armor', hasWords: false })
  })
  it('an armor of older tools, closed with bcrypt', async () => {
    const secret = await readFile(fixture('keyring/bcrypt.armor'), 'utf8')
    expect((await bring({ secret, passphrase: 'old-pass-1' })).key?.address).toBe(operator.address)
  })
  it('an armor whose lines a mail program changed', async () => {
    const secret = ` ${owner.armor.replaceAll('\n', ' \r\n  ')}`
    expect((await bring({ secret, passphrase: armorPassphrase })).key?.address).toBe(owner.address)
  })
  it('what Hearth closes itself', async () => {
    const armor = await closeArmor(Buffer.from(other.privateKeyHex, 'hex'), 'a passphrase', new Uint8Array(16).fill(3))
    expect(Buffer.from(await openArmor(armor, 'a passphrase')).toString('hex')).toBe(other.privateKeyHex)
  })
  it('a Morse key file, as a key of a kind of its own', async () => {
    const { account } = morse.keys
    const { key, stored } = await bring({ secret: JSON.stringify(account.keyfile, null, 2), passphrase: ` ${morse.passphrase}\n` })
    expect(key).toMatchObject({ kind: 'morse', role: 'morse', address: account.morseAddress, pubKeyHex: account.publicKeyHex })
    expect(stored()).toHaveLength(1)
  })
  it('the only key of a keyring folder, by its own path or the one above it', async () => {
    for (const folder of ['keyring/keyring-file', 'keyring/keyring-file/']) {
      const { key } = await bring({ folder: fixture(folder), passphrase: KEYRING_PASSPHRASE })
      expect(key).toMatchObject({ address: operator.address, origin: 'keyring' })
    }
    expect((await bring({ folder: fixture('keyring'), passphrase: KEYRING_PASSPHRASE })).key?.address).toBe(operator.address)
  })
  it('one of several keys of a keyring folder, which the page asks for', async () => {
    const { vault, token, done, stored } = await bring({ folder: fixture('keyring/keyring-test') })
    expect(done.outcome).toBeUndefined()
    expect(textOf(done.page)).toContain('<b>op</b>')
    const none = await vault.surface(token, 'POST', formOf(done.page, { action: 'choose' }))
    expect(notice(none.page)).toBe('Choose one of the keys first.')
    const chosen = await vault.surface(token, 'POST', formOf(none.page, { action: 'choose', choice: '1' }))
    expect(chosen.outcome).toMatchObject({ kind: 'key-made', key: { address: owner.address, name: 'brought' } })
    expect(stored()).toHaveLength(1)
  })
  it('the key of a folder that has the address asked for', async () => {
    const { key } = await bring({ folder: fixture('keyring/keyring-test'), expected: owner.address })
    expect(key?.address).toBe(owner.address)
  })
  it('a key of Practice, under the prefix of Practice', async () => {
    const { key } = await bring({ secret: owner.privateKeyHex }, 'practice')
    expect(key?.address).toMatch(/^practice1[a-z0-9]{38}$/)
    expect(key?.pubKeyHex).toBe((await bring({ secret: owner.privateKeyHex })).key?.pubKeyHex)
  })
})

describe('what is wrong has a sentence of its own, and nothing is kept', { timeout: 30_000 }, () => {
  const armor = owner.armor
  const cases: [string, Record<string, string>, string][] = [
    ['nothing', {}, 'Nothing was typed'],
    ['a word that is none', { secret: VECTOR_KEYS.mnemonic.replace(/art$/, 'artt') }, 'Word 24, "artt", is not in the list'],
    ['too few words', { secret: 'abandon abandon' }, 'These are 2 words'],
    ['words in another order', { secret: VECTOR_KEYS.mnemonic.replace(/art$/, 'zoo') }, 'together they do not fit'],
    ['an account that is none', { secret: VECTOR_KEYS.mnemonic, account: '-1' }, 'Account and index are whole numbers'],
    ['hex that is too short', { secret: operator.privateKeyHex.slice(1) }, 'these are 63'],
    ['hex that is no key', { secret: 'f'.repeat(64) }, 'not a possible private key'],
    ['an armor without its passphrase', { secret: armor }, 'closed with a passphrase of its own'],
    ['an armor with another passphrase', { secret: armor, passphrase: 'wrong-one' }, 'not the passphrase of this file'],
    [
      'an armor with a changed letter',
      { secret: armor.replace('MASBvk', 'MASBvj'), passphrase: armorPassphrase },
      'its checksum does not fit',
    ],
    [
      'an armor that was cut',
      { secret: armor.slice(0, -40), passphrase: armorPassphrase },
      'first or the last line of the armor is missing',
    ],
    ['an armor of another kind of key', { secret: armor.replace('secp256k1', 'ed25519'), passphrase: 'x' }, 'another kind of key'],
    [
      'an armor closed in another way',
      { secret: armor.replace('argon2', 'scrypt'), passphrase: 'x' },
      'in a way that Hearth does not know',
    ],
    [
      'an armor with a bad salt',
      { secret: armor.replace('salt: E7', 'salt: ZZ'), passphrase: 'x' },
      'the salt of the armor cannot be read',
    ],
    ['a passphrase of words beside a key in hex', { secret: operator.privateKeyHex, wordsPassphrase: 'x' }, 'and no words'],
    ['a Morse file with another passphrase', { secret: JSON.stringify(morse.keys.node.keyfile), passphrase: 'no' }, 'not the passphrase'],
    ['a Morse file without a field', { secret: '{"kdf":"scrypt","salt":"00"}' }, 'a field of the Morse file is missing'],
    ['a folder that is not there', { folder: '/nonexistent/keyring-file' }, 'There is nothing to read there'],
    ['a folder by half a path', { folder: 'keyring-file' }, 'write the whole path'],
    ['a folder without keys', { folder: fixture('morse') }, 'There is no key in this folder'],
    ['a folder without its passphrase', { folder: fixture('keyring/keyring-file') }, 'closed with a passphrase of its own'],
    ['a folder with another passphrase', { folder: fixture('keyring/keyring-file'), passphrase: 'other-one' }, 'not the passphrase'],
    ['both a key and a folder', { secret: operator.privateKeyHex, folder: fixture('keyring') }, 'both a key and a folder'],
    [
      'an expected address of another network',
      { secret: owner.privateKeyHex, expected: 'cosmos1r5v5srda7xfth3hn2s26txvrcrntldju5qz7vn' },
      'ought to begin with pokt1',
    ],
    ['another address than expected', { secret: owner.privateKeyHex, expected: operator.address }, `of another address, ${owner.address}`],
  ]
  it.each(cases)('%s', async (_what, fields, sentence) => {
    const { done, said, vault } = await bring(fields)
    expect(said).toContain(sentence)
    expect(done.outcome).toBeUndefined()
    expect(parseVault(vault.file()).keys).toEqual([])
    // A passphrase never comes back on a page.
    if (fields['passphrase'] !== undefined) expect(textOf(done.page)).not.toContain(`value="${fields['passphrase']}"`)
  })
  it('keeps what was typed, so that only the mistake has to be mended', async () => {
    const { done } = await bring({ secret: 'abandon artt', account: '4', expected: owner.address })
    expect(textOf(done.page)).toContain('abandon artt</textarea>')
    expect(textOf(done.page)).toContain('name="account" inputmode="numeric" placeholder="0" value="4"')
    expect(textOf(done.page)).toContain('<details open>')
  })
  it('a key file in a keyring folder that is damaged', async () => {
    const folder = join(await temporaryFolder(), 'keyring-test')
    await mkdir(folder)
    const from = fixture('keyring/keyring-test')
    for (const name of await readdir(from)) await writeFile(join(folder, name), await readFile(join(from, name)))
    const good = await readFile(join(folder, 'op.info'), 'utf8')
    const parts = good.split('.')
    const spoilt: [string, string][] = [
      [parts.slice(0, 4).join('.'), 'is no keyring item'],
      [['e30', ...parts.slice(1)].join('.'), 'no keyring item that pocketd writes'],
      [[...parts.slice(0, 3), `AAAA${parts[3]?.slice(4)}`, parts[4]].join('.'), 'though the passphrase fits'],
      [
        [
          Buffer.from('{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":999999999,"p2s":"aaaaaaaaaaaa"}').toString('base64url'),
          ...parts.slice(1),
        ].join('.'),
        'no keyring item that pocketd writes',
      ],
    ]
    for (const [text, sentence] of spoilt) {
      await writeFile(join(folder, 'op.info'), text)
      expect((await bring({ folder })).said).toContain(sentence)
    }
  })
})

describe('an address without its key', () => {
  const watch = (vault: TestService, address: string, network = 'local') =>
    vault.service.handle<'add-watch'>({ kind: 'add-watch', wish: { name: 'cold wallet', role: 'owner', network, address }, nowMs: NOW })

  it('is kept with the others, gives nothing away, and survives a lock', async () => {
    const vault = await openService()
    const { key } = await watch(vault, owner.address)
    expect(key).toMatchObject({ kind: 'watch', role: 'owner', pubKeyHex: '', hasWords: false })
    await vault.importKey(operator.privateKeyHex)
    const fresh = await openService()
    const { keys: read } = await fresh.service.handle<'unlock'>({
      kind: 'unlock',
      password: bytes('violet tractor seldom ink'),
      file: vault.file(),
      target: { memoryKiB: 19 * 1024, passes: 2, lanes: 1 },
    })
    expect(read.map(({ kind, address }) => [kind, address])).toEqual([
      ['watch', owner.address],
      ['key', operator.address],
    ])
    await expect(vault.openPage({ kind: 'export', keyId: key.id })).rejects.toMatchObject({ code: 'key-watch-only' })
    await expect(vault.openPage({ kind: 'prove', keyId: key.id })).rejects.toMatchObject({ code: 'key-watch-only' })
  })
  it('gives way to the key itself', async () => {
    const vault = await openService()
    await watch(vault, owner.address)
    await vault.importKey(owner.privateKeyHex, 'owner')
    expect(parseVault(vault.file()).keys.map(({ kind, address }) => ({ kind, address }))).toEqual([{ kind: 'key', address: owner.address }])
  })
  it('is refused with a wrong letter, another prefix, an unknown network, or when it is there already', async () => {
    const vault = await openService()
    await expect(watch(vault, owner.address.replace('r5', 'r6'))).rejects.toMatchObject({ code: 'address-invalid' })
    await expect(watch(vault, owner.address, 'practice')).rejects.toMatchObject({ code: 'address-invalid', detail: { prefix: 'practice' } })
    await expect(watch(vault, owner.address, 'toString')).rejects.toMatchObject({ code: 'key-wrong-network' })
    await vault.importKey(owner.privateKeyHex, 'owner', 'local', 'mine')
    await expect(watch(vault, owner.address)).rejects.toMatchObject({ code: 'key-exists', detail: { name: 'mine' } })
  })
})

describe('a key of one network', { timeout: 30_000 }, () => {
  // SECURITY: S22
  it.each([
    ['local', 'mainnet'],
    ['mainnet', 'local'],
    ['beta', 'mainnet'],
    ['mainnet', 'practice'],
  ])('that is in the vault for %s is not taken for %s, and nothing is kept', async (first, second) => {
    const { vault, key } = await bring({ secret: operator.privateKeyHex }, first)
    expect(key?.network).toBe(first)
    const token = await openImport(vault, second, 'again')
    const shown = await vault.surface(token, 'GET')
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret: operator.privateKeyHex }))
    expect(done.outcome).toBeUndefined()
    expect(notice(done.page)).toContain('A key that is used on one network is not used on another')
    expect(parseVault(vault.file()).keys).toHaveLength(1)
  })

  it('is taken for another where it was only watched', async () => {
    const vault = await openService()
    const watch = { name: 'seen', role: 'operator' as const, network: 'local', address: operator.address }
    await vault.service.handle({ kind: 'add-watch', wish: watch, nowMs: NOW })
    const token = await openImport(vault, 'mainnet')
    const shown = await vault.surface(token, 'GET')
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret: operator.privateKeyHex }))
    expect(done.outcome?.kind).toBe('key-made')
  })
})
