import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openRow, unwrapDataKey } from '#main/adapters/vault/sealing.ts'
import { parseVault, readVault } from '#main/adapters/vault/vault-format.ts'
import { bytes, CHEAP, openService, PASSWORD, type TestService, VECTOR_KEYS as keys } from './support.ts'

const never = (): never => {
  throw new Error('a row expected')
}
const NEXT = 'quite another set of words'
const change = (vault: TestService, current: string, next: string) =>
  vault.service.handle<'change-password'>({ kind: 'change-password', current: bytes(current), next: bytes(next), target: CHEAP })
const unlock = async (file: Uint8Array, password: string) => {
  const fresh = await openService()
  return {
    fresh,
    result: fresh.service.handle<'unlock'>({ kind: 'unlock', password: bytes(password), file: Uint8Array.from(file), target: CHEAP }),
  }
}

describe('changing the password', () => {
  it('opens with the new one alone, with the same keys, and nothing of the old file fits the new one', async () => {
    const vault = await openService()
    await vault.importKey(keys.mnemonic, 'owner')
    await vault.importKey(keys.keys[1]?.privateKeyHex ?? '')
    const before = vault.file()
    await change(vault, PASSWORD, NEXT)
    const after = vault.file()
    await expect((await unlock(after, PASSWORD)).result).rejects.toMatchObject({ code: 'wrong-password' })
    const { keys: list } = await (await unlock(after, NEXT)).result
    expect(list.map((key) => key.address)).toEqual([keys.keys[0]?.address, keys.keys[1]?.address])
    // A new data key: rows of the old file do not open in the new one.
    const [old, fresh] = [parseVault(before), parseVault(after)]
    const oldDataKey = await unwrapDataKey(old, bytes(PASSWORD))
    expect(openRow(oldDataKey, old.rows[0] ?? never()).privateKey).toHaveLength(32)
    expect(() => openRow(oldDataKey, fresh.rows[0] ?? never())).toThrowError(expect.objectContaining({ code: 'vault-damaged' }))
    // The old file still opens with the old password, as a backup of it would.
    expect((await (await unlock(before, PASSWORD)).result).keys).toHaveLength(2)
    // And what is open goes on.
    await vault.importKey(keys.keys[2]?.privateKeyHex ?? '')
    expect((await (await unlock(vault.file(), NEXT)).result).keys).toHaveLength(3)
  })
  it('changes nothing on a wrong password or when the file cannot be written', async () => {
    const vault = await openService()
    await vault.importKey(keys.mnemonic, 'owner')
    const before = vault.file()
    await expect(change(vault, 'not this one', NEXT)).rejects.toMatchObject({ code: 'wrong-password' })
    vault.failNextSave()
    await expect(change(vault, PASSWORD, NEXT)).rejects.toMatchObject({ code: 'not-written' })
    expect(vault.file()).toBe(before)
    await vault.importKey(keys.keys[1]?.privateKeyHex ?? '')
    expect((await (await unlock(vault.file(), PASSWORD)).result).keys).toHaveLength(2)
  })
  it('zeroes both passwords', async () => {
    const vault = await openService()
    const [current, next] = [bytes(PASSWORD), bytes(NEXT)]
    await vault.service.handle<'change-password'>({ kind: 'change-password', current, next, target: CHEAP })
    expect([...current, ...next].every((byte) => byte === 0)).toBe(true)
  })
})

describe('the second way in', () => {
  const secret = (): Uint8Array => new Uint8Array(32).fill(7)
  const set = (vault: TestService, password = PASSWORD) =>
    vault.service.handle<'set-second'>({ kind: 'set-second', password: bytes(password), second: { kind: 'file', secret: secret() } })
  const unlockSecond = async (file: Uint8Array, given: Uint8Array) => {
    const fresh = await openService()
    return fresh.service.handle<'unlock-second'>({ kind: 'unlock-second', secret: given, file })
  }

  it('opens with its secret and with no other, and survives a new password and new keys', async () => {
    const vault = await openService()
    await vault.importKey(keys.mnemonic, 'owner')
    await expect(set(vault, 'wrong one')).rejects.toMatchObject({ code: 'wrong-password' })
    await expect(unlockSecond(vault.file(), secret())).rejects.toMatchObject({ code: 'unlock-secret-wrong' })
    await set(vault)
    expect((await unlockSecond(vault.file(), secret())).keys).toHaveLength(1)
    await expect(unlockSecond(vault.file(), new Uint8Array(32).fill(8))).rejects.toMatchObject({ code: 'unlock-secret-wrong' })
    await change(vault, PASSWORD, NEXT)
    await vault.importKey(keys.keys[1]?.privateKeyHex ?? '')
    expect((await unlockSecond(vault.file(), secret())).keys).toHaveLength(2)
    expect((await (await unlock(vault.file(), NEXT)).result).keys).toHaveLength(2)
  })
  it('is gone when it is taken away, and is in no backup', async () => {
    const vault = await openService()
    await set(vault)
    const withSecond = vault.file()
    await vault.service.handle<'set-second'>({ kind: 'set-second', password: bytes(PASSWORD), second: undefined })
    await expect(unlockSecond(vault.file(), secret())).rejects.toMatchObject({ code: 'unlock-secret-wrong' })
    expect(parseVault(vault.file())).toMatchObject({ second: null, rows: [] })
    expect(parseVault(withSecond).rows.map((row) => row.kind)).toEqual(['second'])
  })
})

describe('a vault file of version 1', () => {
  const file = async (): Promise<Uint8Array> =>
    new Uint8Array(await readFile(fileURLToPath(new URL('../../fixtures/vault/version-1.hearth', import.meta.url))))

  it('opens, tells a wrong password, and is written anew as the present version', async () => {
    expect(readVault(await file()).version).toBe(1)
    await expect((await unlock(await file(), 'not this one')).result).rejects.toMatchObject({ code: 'wrong-password' })
    const { fresh, result } = await unlock(await file(), PASSWORD)
    const opened = await result
    expect(opened.wasOlder).toBe(true)
    expect(opened.keys.map(({ name, address, origin, hasWords }) => ({ name, address, origin, hasWords }))).toEqual([
      { name: 'first', address: keys.keys[0]?.address, origin: 'before', hasWords: false },
      { name: 'op1', address: keys.keys[1]?.address, origin: 'before', hasWords: false },
    ])
    expect(parseVault(fresh.file()).version).toBe(2)
    const again = await (await unlock(fresh.file(), PASSWORD)).result
    expect(again).toMatchObject({ wasOlder: false, keys: opened.keys })
  })
  it('stays as it is when it cannot be written anew, and still opens', async () => {
    const fresh = await openService()
    fresh.failNextSave()
    const saved = fresh.saves.length
    const target = { kind: 'unlock' as const, password: bytes(PASSWORD), file: await file(), target: CHEAP }
    expect((await fresh.service.handle<'unlock'>(target)).keys).toHaveLength(2)
    expect(fresh.saves).toHaveLength(saved)
  })
  it('is as strict about changed bytes as it was', async () => {
    const good = Buffer.from(await file())
    for (let at = 0; at < good.length; at += 97) {
      const bad = Buffer.from(good)
      bad[at] = (bad[at] ?? 0) ^ 1
      expect(() => readVault(bad), `byte ${at}`).toThrowError(expect.objectContaining({ code: 'vault-damaged' }))
    }
  })
})
