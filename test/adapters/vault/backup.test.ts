import { randomInt } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeBackup, openBackup, readBackup } from '#main/adapters/vault/backup-file.ts'
import { createVault, VAULT_FILE } from '#main/adapters/vault/create-vault.ts'
import { sealKey } from '#main/adapters/vault/sealing.ts'
import { FORMAT_VERSION, type StoredPublicKey, type VaultBody } from '#main/adapters/vault/vault-format.ts'
import type { SurfaceOutcome, Vault, VaultPage } from '#main/core/ports/vault.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { bytes, CHEAP, formOf, openService, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS as keys } from './support.ts'

const OWN = 'another passphrase entirely'

/** A vault with the real key process. */
const realVault = async (dataDir?: string) => {
  const folder = dataDir ?? (await temporaryFolder())
  const log = createTestLog()
  const vault = await createVault({ dataDir: folder, clock: createTestClock(), log, kdf: CHEAP })
  onTestFinished(() => vault.stop())
  return { vault, folder, log, file: join(folder, 'vault', VAULT_FILE) }
}
const withKeys = async () => {
  const made = await realVault()
  await made.vault.create(PASSWORD)
  await importKey(made.vault, 'owner', keys.mnemonic, 'first')
  await importKey(made.vault, 'operator', keys.keys[1]?.privateKeyHex ?? '', 'op <1>')
  await made.vault.addWatch({ name: 'cold', role: 'owner', network: 'local', address: keys.keys[2]?.address ?? '' })
  return made
}
const importKey = async (vault: Vault, role: 'owner' | 'operator', secret: string, name: string): Promise<void> => {
  const { token } = await vault.openNewKey({ name, role, network: 'local', mode: 'import' })
  const shown = await vault.surface(token, 'GET', new Uint8Array(0))
  const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret }))
  if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
}
const walk = async (vault: Vault, page: VaultPage, fields: Record<string, string>) => {
  const { token } = await vault.openPage(page)
  const shown = await vault.surface(token, 'GET', new Uint8Array(0))
  const done = await vault.surface(token, 'POST', formOf(shown.page, fields))
  return { shown: textOf(shown.page), text: textOf(done.page), outcome: done.outcome }
}
const backUp = async (vault: Vault, fields: Record<string, string> = {}, folder?: string) => {
  const { outcome, text } = await walk(vault, { kind: 'backup', folder }, { action: 'write', password: PASSWORD, ...fields })
  if (outcome?.kind !== 'backup-made') throw new Error(text)
  return outcome
}
const drill = (vault: Vault, path: string, passphrase: string) => walk(vault, { kind: 'drill', path }, { action: 'drill', passphrase })
const addresses = async (vault: Vault) => (await vault.keys()).map(({ kind, name, address }) => [kind, name, address])

describe('a backup file', { timeout: 60_000 }, () => {
  it('is a new file of 0600 that says nothing but its day, and opens with the vault password', async () => {
    const { vault, folder } = await withKeys()
    const made = await backUp(vault)
    expect(made.path).toMatch(/^.*\/backups\/hearth-keys-2023-11-14-2213-[0-9a-f]{4}\.hearth-backup$/)
    expect(made.keys).toHaveLength(3)
    expect((await stat(made.path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'backups'))).mode & 0o777).toBe(0o700)
    const text = await readFile(made.path, 'utf8')
    expect(text).toMatch(/^hearth-backup [0-9a-f]{64}\n/)
    for (const secret of ['pokt1', 'first', 'owner', 'op ', 'local', keys.keys[1]?.privateKeyHex ?? '?']) expect(text).not.toContain(secret)
    const other = await backUp(vault)
    expect(other.path).not.toBe(made.path)
    expect(await readdir(join(folder, 'backups'))).toHaveLength(2)
  })
  it('takes away the half of one that a power cut left behind, and no other file', async () => {
    const { vault, folder } = await withKeys()
    const stick = join(folder, 'stick')
    await mkdir(stick)
    const old = new Date(Date.UTC(2020, 0))
    for (const name of ['hearth-keys-2020-01-01-0000-ab12.hearth-backup.part', 'other.part', 'hearth-keys-2020.hearth-backup']) {
      await writeFile(join(stick, name), '')
      await utimes(join(stick, name), old, old)
    }
    // Somebody else's, being written at this moment.
    const now = 'hearth-keys-2020-01-01-0001-ab12.hearth-backup.part'
    await writeFile(join(stick, now), '')
    await backUp(vault, {}, stick)
    const left = (await readdir(stick)).filter((name) => !name.startsWith('hearth-keys-2023')).sort()
    expect(left).toEqual([now, 'hearth-keys-2020.hearth-backup', 'other.part'])
  })
  it('goes where it is told, and says why it cannot', async () => {
    const { vault, folder } = await withKeys()
    const stick = join(folder, 'stick')
    await mkdir(stick)
    expect((await backUp(vault, {}, stick)).path.startsWith(`${stick}/`)).toBe(true)
    for (const [wanted, reason] of [
      ['relative', 'not-absolute'],
      [join(folder, 'absent'), 'missing'],
      [join(folder, 'vault', VAULT_FILE), 'missing'],
    ] as const)
      await expect(vault.openPage({ kind: 'backup', folder: wanted })).rejects.toMatchObject({ code: 'folder-invalid', detail: { reason } })
    const { token } = await vault.openPage({ kind: 'backup', folder: stick })
    const shown = await vault.surface(token, 'GET', new Uint8Array(0))
    await writeFile(join(folder, 'moved'), '')
    await (await import('node:fs/promises')).rm(stick, { recursive: true })
    const failed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'write', password: PASSWORD }))
    expect(textOf(failed.page)).toContain('Nothing was written: that folder takes no file')
  })
  it('needs the vault password, and a passphrase of its own typed twice and good', async () => {
    const { vault, folder } = await withKeys()
    const refused = async (fields: Record<string, string>) =>
      (await walk(vault, { kind: 'backup', folder: undefined }, { action: 'write', ...fields })).text
    expect(await refused({})).toContain('the vault password is needed')
    expect(await refused({ password: 'not this' })).toContain('not the vault password')
    expect(await refused({ password: PASSWORD, passphrase: OWN, again: `${OWN}.` })).toContain('differ')
    expect(await refused({ password: PASSWORD, passphrase: 'short', again: 'short' })).toContain('easy to guess')
    expect(await readdir(join(folder, 'backups'))).toEqual([])
  })
  it('with a passphrase of its own opens with that and not with the vault password', async () => {
    const { vault } = await withKeys()
    const { path } = await backUp(vault, { passphrase: OWN, again: OWN })
    const file = new Uint8Array(await readFile(path))
    await expect(openBackup(file, bytes(PASSWORD))).rejects.toMatchObject({ code: 'wrong-password' })
    expect((await openBackup(file, bytes(OWN))).content.keys).toHaveLength(3)
  })
  it('any changed bit is damage, and none opens', async () => {
    const { vault } = await withKeys()
    const { path } = await backUp(vault)
    const good = await readFile(path)
    for (let count = 0; count < 200; count += 1) {
      const bad = Buffer.from(good)
      const at = randomInt(bad.length)
      bad[at] = (bad[at] ?? 0) ^ (1 << randomInt(8))
      expect(() => readBackup(bad), `byte ${at}`).toThrowError(expect.objectContaining({ code: 'backup-damaged' }))
    }
    for (const bad of [
      new Uint8Array(0),
      good.subarray(0, -1),
      bytes('hearth-backup'),
      new Uint8Array(await readFile(join(path, '..', '..', 'vault', VAULT_FILE))),
    ])
      expect(() => readBackup(bad)).toThrowError(expect.objectContaining({ code: 'backup-damaged' }))
  })
})

describe('a drill', { timeout: 60_000 }, () => {
  it('restores into a temporary place, compares, and leaves nothing behind', async () => {
    const { vault, folder, file } = await withKeys()
    const { path, madeAtMs } = await backUp(vault)
    await importKey(vault, 'operator', keys.keys[2]?.privateKeyHex ?? '', 'made later')
    const before = await readFile(file)
    const { outcome, text } = await drill(vault, path, PASSWORD)
    expect(outcome).toMatchObject({ kind: 'drill-passed', path, madeAtMs })
    const passed = outcome as Extract<SurfaceOutcome, { kind: 'drill-passed' }>
    expect(passed.keys.map((key) => key.name)).toEqual(['first', 'op <1>'])
    expect(passed.missing.map((key) => key.name)).toEqual(['made later'])
    expect(text).toContain('The backup restores')
    expect(await readFile(file)).toEqual(before)
    expect((await readdir(join(folder, 'vault'))).sort()).toEqual([VAULT_FILE])
  })
  it('asks again on a wrong passphrase, also one of before a change of the password', async () => {
    const { vault } = await withKeys()
    const { path } = await backUp(vault)
    await vault.changePassword(PASSWORD, OWN)
    expect((await drill(vault, path, OWN)).text).toContain('that does not open this file')
    expect((await drill(vault, path, PASSWORD)).outcome?.kind).toBe('drill-passed')
    await expect(vault.openPage({ kind: 'drill', path: `${path}x` })).rejects.toMatchObject({ code: 'backup-missing' })
    await writeFile(`${path}x`, 'something else')
    await expect(vault.openPage({ kind: 'drill', path: `${path}x` })).rejects.toMatchObject({ code: 'backup-damaged' })
  })
  it('fails when what comes back from the disk is not what was written', async () => {
    const service = await openService()
    await service.importKey(keys.keys[1]?.privateKeyHex ?? '')
    const { token, shown } = await service.openPage({ kind: 'backup', folder: '/somewhere' })
    await service.surface(token, 'POST', formOf(shown.page, { action: 'write', password: PASSWORD }))
    const file = service.others[0]?.file ?? new Uint8Array(0)
    const lossy = await openService({
      save: (saved, target) =>
        Promise.resolve({ ok: true, path: '', bytes: target.kind === 'drill' ? saved.slice(0, -9) : new Uint8Array(0) }),
    })
    const page = await lossy.openPage({ kind: 'drill', file, path: '/b' })
    const done = await lossy.surface(page.token, 'POST', formOf(page.shown.page, { action: 'drill', passphrase: PASSWORD }))
    expect(done.outcome).toMatchObject({ kind: 'drill-failed', path: '/b', reason: 'checksum' })
  })
})

describe('a restore', { timeout: 60_000 }, () => {
  it('makes a vault with every key where there was none, under the password of the file', async () => {
    const from = await withKeys()
    const { path } = await backUp(from.vault)
    const to = await realVault()
    const { outcome } = await walk(to.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(outcome?.kind).toBe('restored')
    expect(await to.vault.status()).toEqual({ kind: 'unlocked' })
    expect(await addresses(to.vault)).toEqual(await addresses(from.vault))
    await to.vault.lock()
    await to.vault.unlock(PASSWORD)
    // Another data key: the two files have nothing in common.
    expect((await readFile(to.file, 'utf8')).split('"wrap"')[1]).not.toBe((await readFile(from.file, 'utf8')).split('"wrap"')[1])
  })
  it('under a new password when one is typed, and not under the old one', async () => {
    const from = await withKeys()
    const { path } = await backUp(from.vault)
    const to = await realVault()
    const fields = { action: 'restore', passphrase: PASSWORD }
    expect((await walk(to.vault, { kind: 'restore', path }, { ...fields, password: OWN, again: 'x' })).text).toContain('differ')
    await walk(to.vault, { kind: 'restore', path }, { ...fields, password: OWN, again: OWN })
    await to.vault.lock()
    await expect(to.vault.unlock(PASSWORD)).rejects.toMatchObject({ code: 'wrong-password' })
    await to.vault.unlock(OWN)
  })
  it('puts a damaged vault aside and never throws it away', async () => {
    const from = await withKeys()
    const { path } = await backUp(from.vault)
    await from.vault.stop()
    await writeFile(from.file, 'half a vau')
    const again = await realVault(from.folder)
    expect((await again.vault.status()).kind).toBe('damaged')
    await walk(again.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(await again.vault.status()).toEqual({ kind: 'unlocked' })
    const aside = (await readdir(join(from.folder, 'vault'))).find((name) => name.includes('.damaged-'))
    expect(await readFile(join(from.folder, 'vault', aside ?? ''), 'utf8')).toBe('half a vau')
  })
  it('leaves nothing when it is left, and is refused beside a locked vault', async () => {
    const from = await withKeys()
    const { path } = await backUp(from.vault)
    const to = await realVault()
    expect((await walk(to.vault, { kind: 'restore', path }, { action: 'cancel' })).outcome).toEqual({ kind: 'left' })
    expect((await walk(to.vault, { kind: 'restore', path }, { action: 'restore', passphrase: 'no' })).text).toContain(
      'does not open this file',
    )
    expect(await to.vault.status()).toEqual({ kind: 'absent' })
    await from.vault.lock()
    await expect(from.vault.openPage({ kind: 'restore', path })).rejects.toMatchObject({ code: 'vault-locked' })
  })
  it('adds to an open vault what is missing, and changes nothing that is there', async () => {
    const from = await withKeys()
    const { path } = await backUp(from.vault)
    const to = await realVault()
    await to.vault.create(OWN)
    await importKey(to.vault, 'owner', keys.mnemonic, 'my own name')
    await to.vault.addWatch({ name: 'watched', role: 'operator', network: 'local', address: keys.keys[1]?.address ?? '' })
    const { outcome } = await walk(to.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(outcome?.kind === 'restored' && outcome.keys.map((key) => key.name)).toEqual(['op <1>', 'cold'])
    expect((await addresses(to.vault)).map(([kind, name]) => [kind, name])).toEqual([
      ['key', 'my own name'],
      ['key', 'op <1>'],
      ['watch', 'cold'],
    ])
    await to.vault.lock()
    await to.vault.unlock(OWN)
    expect((await walk(to.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })).text).toContain('here already')
  })
  it('says so when the vault file cannot be written', async () => {
    const from = await withKeys()
    const { path } = await backUp(from.vault)
    const to = await realVault()
    // Root writes through modes: a folder in the place of the file stops it.
    await mkdir(join(to.folder, 'vault', `${VAULT_FILE}.part`))
    await chmod(join(to.folder, 'vault'), 0o700)
    const { text } = await walk(to.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(text).toContain('could not be written')
    expect(await to.vault.status()).toEqual({ kind: 'absent' })
  })
})

describe('one key for two networks', { timeout: 60_000 }, () => {
  const secret = keys.keys[1]?.privateKeyHex ?? ''
  const pubKeyHex = Buffer.from(keys.keys[1]?.pubkeyBase64 ?? '', 'base64').toString('hex')
  const importFor = async (vault: Vault, network: string, name: string): Promise<void> => {
    const { token } = await vault.openNewKey({ name, role: 'operator', network, mode: 'import' })
    const shown = await vault.surface(token, 'GET', new Uint8Array(0))
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret }))
    if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
  }
  const held = async (vault: Vault) => (await vault.keys()).map(({ network, name }) => [network, name])

  it('is not brought by a restore beside the one that is here, which stays and is named', async () => {
    const from = await realVault()
    await from.vault.create(PASSWORD)
    await importFor(from.vault, 'mainnet', 'for money')
    const { path } = await backUp(from.vault)
    const to = await realVault()
    await to.vault.create(OWN)
    await importFor(to.vault, 'local', 'for play')
    const restored = await walk(to.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(restored.outcome).toMatchObject({ kind: 'restored', keys: [], leftOut: [{ name: 'for money', network: 'mainnet' }] })
    for (const said of [
      'No key of the file was added',
      'for money',
      'Not brought for Mainnet',
      '“for play” for Local chain',
      'delete it here first',
    ])
      expect(restored.text).toContain(said)
    expect(await held(to.vault)).toEqual([['local', 'for play']])
  })

  it('both in a file: stays for real money alone, in a new vault and in an open one, and the vault opens again', async () => {
    // As an older Hearth could write it.
    const dataKey = new Uint8Array(32).fill(7)
    const key = (id: string, network: string, name: string): StoredPublicKey => ({
      id,
      kind: 'key',
      role: 'operator',
      name,
      network,
      address: keys.keys[1]?.address ?? '',
      pubKeyHex,
      origin: 'hex',
      hdPath: null,
      hasWords: false,
      createdAtMs: 1,
      wordsConfirmedAtMs: 1,
    })
    const both = [key('k1', 'local', 'for play'), key('k2', 'mainnet', 'for money'), key('k3', 'practice', 'for practice')]
    const rows = both.map((each) => sealKey(dataKey, { privateKey: Uint8Array.from(Buffer.from(secret, 'hex')), entropy: undefined }, each))
    const body = { version: FORMAT_VERSION, createdAtMs: 1, keys: both, rows } as unknown as VaultBody
    const folder = await temporaryFolder()
    const path = join(folder, 'hearth-keys.hearth-backup')
    await writeFile(path, await makeBackup({ dataKey, body }, bytes(PASSWORD), CHEAP, 1))

    const fresh = await realVault()
    const made = await walk(fresh.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(made.outcome).toMatchObject({
      kind: 'restored',
      keys: [{ name: 'for money' }],
      leftOut: [{ name: 'for play' }, { name: 'for practice' }],
    })
    expect(made.text).toContain('The same key for two networks')
    expect(made.text).not.toContain('delete it here first')
    await fresh.vault.lock()
    await fresh.vault.unlock(PASSWORD)
    expect(await held(fresh.vault)).toEqual([['mainnet', 'for money']])

    const open = await realVault()
    await open.vault.create(OWN)
    const added = await walk(open.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(added.outcome).toMatchObject({ keys: [{ name: 'for money' }], leftOut: [{ name: 'for play' }, { name: 'for practice' }] })
    expect(await held(open.vault)).toEqual([['mainnet', 'for money']])
    const again = await walk(open.vault, { kind: 'restore', path }, { action: 'restore', passphrase: PASSWORD })
    expect(again.outcome).toMatchObject({ keys: [] })
  })
})
