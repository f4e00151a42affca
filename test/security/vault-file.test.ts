import { createHash, randomInt } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createVault, VAULT_FILE } from '#main/adapters/vault/create-vault.ts'
import { createRehearsalKeys } from '#main/adapters/vault/rehearsal-keys.ts'
import { createTestClock, createTestLog } from '../fakes/clock.ts'
import { CHEAP, openService, PASSWORD, temporaryFolder, VECTOR_KEYS } from '../adapters/vault/support.ts'
import { makeKey, openRealVault } from './real-vault.ts'

describe('S19 files', () => {
  it('are 0600 in a 0700 folder, also when they were open to others before', async () => {
    const dataDir = await temporaryFolder()
    await mkdir(join(dataDir, 'vault'), { mode: 0o755 })
    await writeFile(join(dataDir, 'vault', 'vault.hearth.part'), 'half', { mode: 0o644 })
    const options = { dataDir, clock: createTestClock(), log: createTestLog(), kdf: CHEAP }
    const vault = await createVault(options)
    onTestFinished(() => vault.stop())
    await vault.create(PASSWORD)
    await (await createRehearsalKeys(options)).ensure('hearth-local-1', 'application')
    const modes = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        await Promise.all(
          (await readdir(join(dataDir, 'vault'))).map(async (name) => [
            name,
            ((await stat(join(dataDir, 'vault', name))).mode & 0o777).toString(8),
          ]),
        ),
      ) as Record<string, string>
    expect(await modes()).toEqual({ 'rehearsal.json': '600', [VAULT_FILE]: '600' })
    expect((await stat(join(dataDir, 'vault'))).mode & 0o777).toBe(0o700)
    await chmod(join(dataDir, 'vault', VAULT_FILE), 0o644)
    await chmod(join(dataDir, 'vault'), 0o755)
    await createVault(options)
    expect(await modes()).toEqual({ 'rehearsal.json': '600', [VAULT_FILE]: '600' })
    expect((await stat(join(dataDir, 'vault'))).mode & 0o777).toBe(0o700)
  })
})

describe('a vault file that was touched', () => {
  it('any changed bit is damage, never a wrong password and never an open vault', async () => {
    const { vault, file } = await openRealVault()
    await makeKey(vault)
    await vault.lock()
    const good = await readFile(file)
    const places = new Set<number>()
    while (places.size < 200) places.add(randomInt(good.length))
    const ends = new Map<string, number>()
    for (const at of places) {
      const bad = Buffer.from(good)
      bad[at] = (bad[at] ?? 0) ^ (1 << randomInt(8))
      await writeFile(file, bad)
      const code = await vault.unlock(PASSWORD).then(
        () => `opened with byte ${at} changed`,
        (error: { code?: string }) => error.code ?? 'other',
      )
      ends.set(code, (ends.get(code) ?? 0) + 1)
    }
    expect([...ends]).toEqual([['vault-damaged', 200]])
    await writeFile(file, good)
    await expect(vault.unlock('not the password')).rejects.toMatchObject({ code: 'wrong-password' })
    await vault.unlock(PASSWORD)
  })

  it('changed by somebody who mends the checksum, it still does not open', async () => {
    const vault = await openService()
    await vault.importKey(VECTOR_KEYS.keys[2]?.privateKeyHex ?? '')
    const good = Buffer.from(vault.file())
    const head = good.indexOf(0x0a) + 1
    const ends = new Set<string>()
    for (let count = 0; count < 60; count += 1) {
      const rest = Buffer.from(good.subarray(head))
      const at = randomInt(rest.length)
      rest[at] = (rest[at] ?? 0) ^ (1 << randomInt(7))
      const file = Buffer.concat([Buffer.from(`hearth-vault ${createHash('sha256').update(rest).digest('hex')}\n`), rest])
      const code = await vault.service.handle<'unlock'>({ kind: 'unlock', password: Buffer.from(PASSWORD), file, target: CHEAP }).then(
        () => `opened with byte ${at} changed`,
        (error: { code?: string }) => error.code ?? 'other',
      )
      ends.add(code)
    }
    // The salt and the wrapped key have only the password to answer for them, so there it reads as a wrong one.
    expect([...ends].filter((code) => code !== 'vault-damaged' && code !== 'wrong-password')).toEqual([])
    expect(ends.has('vault-damaged')).toBe(true)
  })
})
