import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createVault } from '#main/adapters/vault/create-vault.ts'
import type { Vault } from '#main/core/ports/vault.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { CHEAP, formOf, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS } from './support.ts'

const SECRET = VECTOR_KEYS.keys[0]?.privateKeyHex ?? ''
const none = new Uint8Array(0)

/** With the real key process. */
async function setup(ticketMs?: number) {
  const folder = await temporaryFolder()
  const clock = createTestClock()
  const more = ticketMs === undefined ? {} : { ticketMs: () => Promise.resolve(ticketMs) }
  const vault = await createVault({ dataDir: folder, clock, log: createTestLog(), kdf: CHEAP, ...more })
  onTestFinished(() => vault.stop())
  return { vault, clock, folder }
}
async function post(vault: Vault, token: string, fields: Record<string, string>) {
  const shown = await vault.surface(token, 'GET', none)
  return vault.surface(token, 'POST', formOf(shown.page, fields))
}
async function withKey(vault: Vault): Promise<string> {
  await vault.create(PASSWORD)
  const { token } = await vault.openNewKey({ name: 'first', role: 'owner', network: 'local', mode: 'import' })
  const done = await post(vault, token, { action: 'import', secret: SECRET })
  if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
  return done.outcome.key.address
}

describe('a backup that goes through a browser', { timeout: 60_000 }, () => {
  it('is taken from one machine, brought to another, and restores the key there', async () => {
    const here = await setup()
    const address = await withKey(here.vault)
    const { token } = await here.vault.openPage({ kind: 'backup', folder: undefined })
    const written = await post(here.vault, token, { action: 'write', password: PASSWORD })
    if (written.outcome?.kind !== 'backup-made') throw new Error(textOf(written.page))
    const file = await here.vault.backupFile(written.outcome.path)
    // SECURITY: S18 what travels is sealed.
    expect(Buffer.from(file).toString('latin1')).not.toContain(address)

    const there = await setup()
    const path = await there.vault.keepBackup(file)
    expect(path.startsWith(join(there.folder, 'backups', 'brought-'))).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const restore = await there.vault.openPage({ kind: 'restore', path })
    const done = await post(there.vault, restore.token, { action: 'restore', passphrase: PASSWORD })
    expect(done.outcome).toMatchObject({ kind: 'restored', keys: [{ address }] })
  })

  it('is refused when it is none, and no more than a few are kept', async () => {
    const { vault, folder, clock } = await setup()
    for (const junk of [none, new Uint8Array([0]), new TextEncoder().encode('{"hearth":1}')])
      expect((await rejection(vault.keepBackup(junk))).code).toBe('backup-damaged')
    expect((await rejection(vault.backupFile('/etc/passwd'))).code).toBe('backup-damaged')
    expect((await rejection(vault.backupFile('relative'))).code).toBe('backup-missing')
    await withKey(vault)
    const { token } = await vault.openPage({ kind: 'backup', folder: undefined })
    const written = await post(vault, token, { action: 'write', password: PASSWORD })
    if (written.outcome?.kind !== 'backup-made') throw new Error(textOf(written.page))
    const { path } = written.outcome
    const file = await vault.backupFile(path)
    const paths: string[] = []
    for (let times = 0; times < 11; times += 1) {
      await clock.advance(1_000)
      paths.push(await vault.keepBackup(file))
    }
    const left = await readdir(join(folder, 'backups'))
    expect(left.filter((name) => name.startsWith('brought-')).sort()).toEqual(paths.slice(-8).map((each) => each.split('/').at(-1)))
    // Those that were written here stay, whatever comes.
    expect(left).toContain(path.split('/').at(-1))
  })

  it('a sheet waits as long as the user chose', async () => {
    const { vault, clock } = await setup(4 * 60_000)
    await vault.create(PASSWORD)
    const { token, expiresAtMs } = await vault.openNewKey({ name: 'a', role: 'owner', network: 'local', mode: 'make' })
    expect(expiresAtMs - clock.now()).toBe(4 * 60_000)
    await clock.advance(3 * 60_000)
    // Each step gives it the same time again.
    expect((await post(vault, token, { action: 'written' })).page.status).toBe(200)
    await clock.advance(3 * 60_000)
    expect((await vault.surface(token, 'GET', none)).page.status).toBe(200)
    await clock.advance(2 * 60_000)
    expect((await vault.surface(token, 'GET', none)).page.status).toBe(410)
  })

  it('an unlock that is called off leaves the vault locked, and opens with the next try', async () => {
    const { vault } = await setup()
    await vault.create(PASSWORD)
    await vault.lock()
    const under = vault.unlock(PASSWORD).then(
      () => 'opened',
      (error: unknown) => (error as { code: string }).code,
    )
    await new Promise((resolve) => setImmediate(resolve))
    await vault.lock()
    expect(await under).toBe('vault-locked')
    expect(await vault.status()).toEqual({ kind: 'locked' })
    await vault.unlock(PASSWORD)
    expect(await vault.status()).toEqual({ kind: 'unlocked' })
  })
})
