import { chmod, chown, copyFile, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createVault } from '#main/adapters/vault/create-vault.ts'
import { placeOf } from '#main/adapters/vault/place.ts'
import { createUnlockKeyFile, CREDENTIAL_NAME } from '#main/adapters/vault/unlock-key-file.ts'
import { UNLOCK_KEY_FILE } from '#main/adapters/vault/vault-file.ts'
import type { SecondWrap } from '#main/core/ports/vault.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { CHEAP, PASSWORD, temporaryFolder } from './support.ts'

const life = async (dataDir: string, more: { keychain?: SecondWrap; credentialsDir?: string } = {}) => {
  const vault = await createVault({ dataDir, clock: createTestClock(), log: createTestLog(), kdf: CHEAP, ...more })
  onTestFinished(() => vault.stop())
  return vault
}
/** A vault that opens by a key file, ended. */
const prepared = async () => {
  const dataDir = await temporaryFolder()
  const vault = await life(dataDir)
  await vault.create(PASSWORD)
  await vault.setUnlockMode('file', PASSWORD)
  await vault.stop()
  return { dataDir, keyFile: join(dataDir, 'vault', UNLOCK_KEY_FILE) }
}
const fakeKeychain = () => {
  let kept: Uint8Array | undefined
  const wrap: SecondWrap = {
    problem: () => Promise.resolve(undefined),
    store: (secret) => Promise.resolve(void (kept = Uint8Array.from(secret))),
    load: () => Promise.resolve(kept && Uint8Array.from(kept)),
    remove: () => Promise.resolve(void (kept = undefined)),
  }
  return { wrap, kept: () => kept }
}

describe('after a restart, with nobody there', { timeout: 60_000 }, () => {
  it('the vault opens by its key file, and goes on opening by the password', async () => {
    const { dataDir, keyFile } = await prepared()
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    const vault = await life(dataDir)
    expect(await vault.status()).toEqual({ kind: 'locked' })
    expect(await vault.unlockMode()).toBe('file')
    await vault.unlockUnattended()
    expect(await vault.status()).toEqual({ kind: 'unlocked' })
    await vault.changePassword(PASSWORD, 'quite another set of words')
    await vault.stop()
    const next = await life(dataDir)
    await next.unlockUnattended()
    await next.lock()
    await next.unlock('quite another set of words')
  })
  it('by a credential of systemd, with the file gone', async () => {
    const { dataDir, keyFile } = await prepared()
    const credentialsDir = join(dataDir, 'credentials')
    await mkdir(credentialsDir)
    await rename(keyFile, join(credentialsDir, CREDENTIAL_NAME))
    // As systemd hands it over: owned by root, open to the service by an access list.
    await chmod(join(credentialsDir, CREDENTIAL_NAME), 0o440)
    await expect((await life(dataDir)).unlockUnattended()).rejects.toMatchObject({ code: 'unlock-secret-missing' })
    const vault = await life(dataDir, { credentialsDir })
    await vault.unlockUnattended()
    expect(await vault.status()).toEqual({ kind: 'unlocked' })
  })
  it('by the keychain of the shell, and by nothing when that has lost it', async () => {
    const dataDir = await temporaryFolder()
    const { wrap, kept } = fakeKeychain()
    const vault = await life(dataDir, { keychain: wrap })
    await vault.create(PASSWORD)
    await vault.setUnlockMode('keychain', PASSWORD)
    expect(kept()).toHaveLength(32)
    await vault.stop()
    const again = await life(dataDir, { keychain: wrap })
    await again.unlockUnattended()
    await again.stop()
    await expect((await life(dataDir)).unlockUnattended()).rejects.toMatchObject({ code: 'unlock-secret-missing' })
    await wrap.store(new Uint8Array(32).fill(1))
    const other = await life(dataDir, { keychain: wrap })
    await expect(other.unlockUnattended()).rejects.toMatchObject({ code: 'unlock-secret-wrong' })
    expect(await other.status()).toEqual({ kind: 'locked' })
  })
  it('asks when that is the choice; a choice takes the one before away', async () => {
    const { dataDir, keyFile } = await prepared()
    const { wrap, kept } = fakeKeychain()
    const vault = await life(dataDir, { keychain: wrap })
    await vault.unlock(PASSWORD)
    const before = await readFile(keyFile)
    await expect(vault.setUnlockMode('ask', 'not this one')).rejects.toMatchObject({ code: 'wrong-password' })
    expect(await readFile(keyFile)).toEqual(before)
    await vault.setUnlockMode('keychain', PASSWORD)
    await expect(stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' })
    await vault.setUnlockMode('ask', PASSWORD)
    expect(kept()).toBeUndefined()
    await vault.lock()
    await expect(vault.unlockUnattended()).rejects.toMatchObject({ code: 'unlock-not-set' })
  })
  it('says which ways are there', async () => {
    const dataDir = await temporaryFolder()
    const vault = await life(dataDir)
    expect(await vault.unlockOffers()).toEqual({ keychain: 'no-keychain', file: undefined })
    await vault.create(PASSWORD)
    await expect(vault.setUnlockMode('keychain', PASSWORD)).rejects.toMatchObject({
      code: 'unlock-unavailable',
      detail: { reason: 'no-keychain' },
    })
    await expect((await life(await temporaryFolder())).unlockUnattended()).rejects.toMatchObject({ code: 'vault-absent' })
  })
  it('counts wrong passwords of every request alike, also over a restart', async () => {
    const { dataDir } = await prepared()
    const vault = await life(dataDir)
    await vault.unlock(PASSWORD)
    for (const attempt of [
      () => vault.setUnlockMode('ask', 'wrong 1'),
      () => vault.changePassword('wrong 2', 'quite another set of words'),
      () => vault.unlock('wrong 3'),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'wrong-password' })
    await vault.stop()
    const next = await life(dataDir)
    await expect(next.unlock(PASSWORD)).rejects.toMatchObject({ code: 'too-many-tries', detail: { seconds: '2' } })
    // What opens without a password is not held up by somebody who guesses.
    await next.unlockUnattended()
  })
})

describe('a key file that is refused', { timeout: 60_000 }, () => {
  const refusedFor = (reason: string) => ({ code: 'unlock-file-refused', detail: expect.objectContaining({ reason }) as unknown })

  it('is one that others could read or change', async () => {
    const { dataDir, keyFile } = await prepared()
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o666]) {
      await chmod(keyFile, mode)
      // Other files in the folder are tightened at the start; this one is judged as it lay there.
      const vault = await life(dataDir)
      await expect(vault.unlockUnattended()).rejects.toMatchObject({
        code: 'unlock-file-refused',
        detail: { reason: 'mode', path: keyFile, mode: mode.toString(8).padStart(4, '0') },
      })
      expect(await vault.status()).toEqual({ kind: 'locked' })
      await chmod(keyFile, 0o600)
    }
  })
  it('belongs to somebody else, is a link, a folder, or damaged', async () => {
    const { dataDir, keyFile } = await prepared()
    const folder = join(dataDir, 'vault')
    const load = (uid = process.getuid?.() ?? 0) => createUnlockKeyFile({ folder, uid }).load()
    expect(await load()).toHaveLength(32)
    const good = await readFile(keyFile)
    await expect(load((process.getuid?.() ?? 0) + 1)).rejects.toMatchObject(refusedFor('owner'))
    if (process.getuid?.() === 0) {
      await chown(keyFile, 12_345, 12_345)
      await expect(load()).rejects.toMatchObject(refusedFor('owner'))
    }
    await rm(keyFile)
    await writeFile(join(dataDir, 'elsewhere'), good, { mode: 0o600 })
    await symlink(join(dataDir, 'elsewhere'), keyFile)
    await expect(load()).rejects.toMatchObject(refusedFor('link'))
    await rm(keyFile)
    await mkdir(keyFile)
    await expect(load()).rejects.toMatchObject(refusedFor('no-file'))
    await rm(keyFile, { recursive: true })
    for (const at of [0, 20, 40, 90]) {
      const bad = Buffer.from(good)
      bad[at] = bad[at] === 0x61 ? 0x62 : 0x61
      await writeFile(keyFile, bad, { mode: 0o600 })
      await expect(load()).rejects.toMatchObject(refusedFor('damaged'))
    }
    await rm(keyFile)
    expect(await load()).toBeUndefined()
  })
  it('as a credential may be readable by the group that systemd gave it to, and never changeable', async () => {
    const { dataDir, keyFile } = await prepared()
    const credentialsDir = join(dataDir, 'credentials')
    const credential = join(credentialsDir, CREDENTIAL_NAME)
    await mkdir(credentialsDir)
    await copyFile(keyFile, credential)
    await rm(keyFile)
    const load = () => createUnlockKeyFile({ folder: join(dataDir, 'vault'), credentialsDir, uid: process.getuid?.() }).load()
    for (const [mode, fine] of [
      [0o400, true],
      [0o440, true],
      [0o444, false],
      [0o460, false],
    ] as const) {
      await chmod(credential, mode)
      if (fine) expect(await load()).toHaveLength(32)
      else await expect(load()).rejects.toMatchObject(refusedFor('mode'))
    }
  })
})

describe('the place of a vault', () => {
  it('stays the same, and is another on another machine, in another folder, or in a copy', async () => {
    const dataDir = await temporaryFolder()
    const ids = [join(dataDir, 'machine-a'), join(dataDir, 'machine-b')]
    await writeFile(ids[0] ?? '', `${'a'.repeat(32)}\n`)
    await writeFile(ids[1] ?? '', `${'b'.repeat(32)}\n`)
    const first = await placeOf(dataDir, ids.slice(0, 1))
    expect(await placeOf(dataDir, ids.slice(0, 1))).toBe(first)
    expect(await placeOf(dataDir, ids.slice(1))).not.toBe(first)
    const other = await temporaryFolder()
    expect(await placeOf(other, ids.slice(0, 1))).not.toBe(first)
    // Without a number of the machine: moved away and back as a copy under the same name.
    const alone = join(dataDir, 'data')
    await mkdir(alone)
    const before = await placeOf(alone, [join(dataDir, 'none')])
    expect(await placeOf(alone, [join(dataDir, 'none')])).toBe(before)
    await rename(alone, `${alone}-old`)
    await mkdir(alone)
    expect(await placeOf(alone, [join(dataDir, 'none')])).not.toBe(before)
  })
})
