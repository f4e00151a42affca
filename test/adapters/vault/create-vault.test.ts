import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { createVault, VAULT_FILE } from '#main/adapters/vault/create-vault.ts'
import { forkKeyProcess, type KeyProcess } from '#main/adapters/vault/fork-key-process.ts'
import { KDF_TARGET } from '#main/adapters/vault/vault-format.ts'
import type { Vault } from '#main/core/ports/vault.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { CHEAP, codec, CONTEXT, formOf, ownerDraft, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS as keys } from './support.ts'

const OWNER_HEX = keys.keys[0]?.privateKeyHex ?? ''
const started: KeyProcess[] = []
const vaults: Vault[] = []
afterEach(async () => {
  await Promise.all(vaults.splice(0).map((vault) => vault.stop()))
  started.splice(0)
})

/** A vault with the real key process. */
const setup = async (dataDir?: string) => {
  const folder = dataDir ?? (await temporaryFolder())
  const clock = createTestClock()
  const log = createTestLog()
  const vault = await createVault({
    dataDir: folder,
    clock,
    log,
    kdf: CHEAP,
    spawn: () => {
      const process = forkKeyProcess()
      started.push(process)
      return process
    },
  })
  vaults.push(vault)
  return { vault, clock, log, folder, file: join(folder, 'vault', VAULT_FILE) }
}
const importKey = async (vault: Vault): Promise<string> => {
  const { token } = await vault.openNewKey({ name: 'first', role: 'owner', network: 'local', mode: 'import' })
  const shown = await vault.surface(token, 'GET', new Uint8Array(0))
  const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret: OWNER_HEX }))
  if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
  return done.outcome.key.id
}
const alive = (pid: number | undefined): boolean => pid !== undefined && existsSync(`/proc/${pid}`)

describe('the vault', { timeout: 30_000 }, () => {
  it('goes from absent to unlocked to locked, and the keys stay readable in public', async () => {
    const { vault, folder } = await setup()
    expect(await vault.status()).toEqual({ kind: 'absent' })
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({ code: 'vault-absent' })
    await expect(vault.create('password')).rejects.toMatchObject({ code: 'weak-password' })
    expect(await vault.status()).toEqual({ kind: 'absent' })
    await vault.create(PASSWORD)
    expect(await vault.status()).toEqual({ kind: 'unlocked' })
    await expect(vault.create(PASSWORD)).rejects.toMatchObject({ code: 'vault-exists' })
    await importKey(vault)
    const locks: string[] = []
    vault.onLock(() => locks.push('locked'))
    const pid = started.at(-1)?.pid
    expect(alive(pid)).toBe(true)
    await vault.lock()
    expect(alive(pid)).toBe(false)
    expect(locks).toEqual(['locked'])
    expect(await vault.status()).toEqual({ kind: 'locked' })
    expect((await vault.keys()).map((key) => key.address)).toEqual([keys.keys[0]?.address])
    await expect(vault.openNewKey({ name: 'x', role: 'owner', network: 'local', mode: 'make' })).rejects.toMatchObject({
      code: 'vault-locked',
    })

    const next = await setup(folder)
    expect(await next.vault.status()).toEqual({ kind: 'locked' })
    await next.vault.unlock(PASSWORD)
    expect(await next.vault.status()).toEqual({ kind: 'unlocked' })
    expect((await next.vault.keys())[0]?.name).toBe('first')
  })

  it('takes the same letters typed another way for the same password, at the lock and on the sheet', async () => {
    const { vault } = await setup()
    const password = 'grün café fünf Öl'
    await vault.create(password.normalize('NFC'))
    const keyId = await importKey(vault)
    await vault.lock()
    await vault.unlock(password.normalize('NFD'))
    const { token } = await vault.openSign({ intentId: 'i', keyId, signDocBytes: codec.signDoc(ownerDraft()), context: CONTEXT })
    const shown = await vault.surface(token, 'GET', new Uint8Array(0))
    const signed = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: password.normalize('NFD') }))
    expect(signed.outcome).toMatchObject({ kind: 'signed', intentId: 'i' })
  })

  it('uses the full derivation unless told otherwise', () => {
    expect(KDF_TARGET).toEqual({ memoryKiB: 64 * 1024, passes: 3, lanes: 1 })
  })

  it('slows down wrong passwords at the lock and on the sheet with one count', async () => {
    const { vault, clock } = await setup()
    await vault.create(PASSWORD)
    const keyId = await importKey(vault)
    const { token } = await vault.openSign({ intentId: 'i', keyId, signDocBytes: codec.signDoc(ownerDraft()), context: CONTEXT })
    let { page } = await vault.surface(token, 'GET', new Uint8Array(0))
    for (let count = 0; count < 3; count += 1)
      page = (await vault.surface(token, 'POST', formOf(page, { action: 'sign', password: `wrong ${count}` }))).page
    page = (await vault.surface(token, 'POST', formOf(page, { action: 'sign', password: PASSWORD }))).page
    expect(textOf(page)).toContain('too many wrong passwords. Try again in 2 s')
    await vault.lock()
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({ code: 'too-many-tries', detail: { seconds: '2' } })
    await clock.advance(2_000)
    await expect(vault.unlock('wrong again')).rejects.toMatchObject({ code: 'wrong-password' })
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({ code: 'too-many-tries', detail: { seconds: '4' } })
    await clock.advance(4_000)
    await vault.unlock(PASSWORD)
    expect(await vault.status()).toEqual({ kind: 'unlocked' })
    // A wrong try leaves no process behind.
    expect(started.filter((process) => alive(process.pid))).toHaveLength(1)
  })

  it('a crash of the key process locks: listeners hear it, open pages are over, nothing hangs', async () => {
    const { vault } = await setup()
    await vault.create(PASSWORD)
    const { token } = await vault.openNewKey({ name: 'x', role: 'operator', network: 'local', mode: 'make' })
    const heard = new Promise<void>((resolve) => vault.onLock(resolve))
    process.kill(started.at(-1)?.pid ?? 0, 'SIGKILL')
    await heard
    expect(await vault.status()).toEqual({ kind: 'locked' })
    const after = await vault.surface(token, 'GET', new Uint8Array(0))
    expect(after.page.status).toBe(410)
    await vault.unlock(PASSWORD)
    expect((await vault.surface(token, 'GET', new Uint8Array(0))).page.status).toBe(410)
  })

  it('locking in the middle of an unlock wins', async () => {
    const { vault } = await setup()
    await vault.create(PASSWORD)
    await vault.lock()
    const unlocking = vault.unlock(PASSWORD)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
    await vault.lock()
    await expect(unlocking).rejects.toMatchObject({ code: 'vault-locked' })
    expect(await vault.status()).toEqual({ kind: 'locked' })
  })

  it('says that a file is damaged, and never writes over it', async () => {
    const { vault, file } = await setup()
    await vault.create(PASSWORD)
    await vault.lock()
    const good = await readFile(file)
    await writeFile(file, good.subarray(0, 40))
    expect(await vault.status()).toEqual({ kind: 'damaged', detail: 'not-a-vault' })
    await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({ code: 'vault-damaged' })
    await expect(vault.create(PASSWORD)).rejects.toMatchObject({ code: 'vault-exists' })
    expect(await vault.keys()).toEqual([])
    expect(await readFile(file)).toEqual(good.subarray(0, 40))
    await writeFile(file, good)
    await vault.unlock(PASSWORD)
  })

  it('ends the key process with its parent, however that ends', async () => {
    const { folder } = await setup()
    const script = `
      const { createVault } = await import(${JSON.stringify(fileURLToPath(new URL('../../../main/adapters/vault/create-vault.ts', import.meta.url)))})
      const { forkKeyProcess } = await import(${JSON.stringify(fileURLToPath(new URL('../../../main/adapters/vault/fork-key-process.ts', import.meta.url)))})
      const quiet = { info() {}, warn() {}, error: () => '' }
      let pid
      const vault = await createVault({ dataDir: ${JSON.stringify(folder)}, clock: { now: Date.now, sleep: async () => {} }, log: quiet, kdf: ${JSON.stringify(CHEAP)}, spawn: () => { const p = forkKeyProcess(); pid = p.pid; return p } })
      await vault.create(${JSON.stringify(PASSWORD)})
      console.log(pid)
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve(Number(data.toString()))))
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => alive(pid), { timeout: 5_000 }).toBe(false)
  })
})

describe('a kill while the vault is made', { timeout: 30_000 }, () => {
  it.each(['vault.file.created', 'vault.file.written', 'vault.file.synced', 'vault.file.renamed'])(
    'at %s leaves no vault or a whole one',
    async (point) => {
      const folder = await temporaryFolder()
      const script = `
        globalThis.__hearthFaultPoint = (name) => { if (name === ${JSON.stringify(point)}) process.kill(process.pid, 'SIGKILL') }
        const { createVault } = await import(${JSON.stringify(fileURLToPath(new URL('../../../main/adapters/vault/create-vault.ts', import.meta.url)))})
        const quiet = { info() {}, warn() {}, error: () => '' }
        const vault = await createVault({ dataDir: ${JSON.stringify(folder)}, clock: { now: Date.now, sleep: async () => {} }, log: quiet, kdf: ${JSON.stringify(CHEAP)} })
        await vault.create(${JSON.stringify(PASSWORD)})
        console.log('survived')
        await vault.stop()`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      let printed = ''
      child.stdout.on('data', (data: Buffer) => (printed += data.toString()))
      const signal = await new Promise((resolve) => child.on('exit', (_code, by) => resolve(by)))
      expect(signal).toBe('SIGKILL')
      expect(printed).toBe('')
      const { vault } = await setup(folder)
      const status = await vault.status()
      if (point === 'vault.file.renamed') {
        expect(status).toEqual({ kind: 'locked' })
        await vault.unlock(PASSWORD)
      } else {
        expect(status).toEqual({ kind: 'absent' })
        await vault.create(PASSWORD)
      }
      expect(await vault.status()).toEqual({ kind: 'unlocked' })
      expect(await readdir(join(folder, 'vault'))).toEqual([VAULT_FILE])
      expect((await stat(join(folder, 'vault', VAULT_FILE))).mode & 0o777).toBe(0o600)
    },
  )
})
