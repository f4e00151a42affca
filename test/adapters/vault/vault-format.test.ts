import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openRow, sealKey } from '#main/adapters/vault/sealing.ts'
import { parseVault, type VaultBody } from '#main/adapters/vault/vault-format.ts'
import { bytes, CHEAP, openService, PASSWORD, VECTOR_KEYS as keys } from './support.ts'

const OWNER_HEX = keys.keys[0]?.privateKeyHex ?? ''
const OTHER_HEX = keys.keys[2]?.privateKeyHex ?? ''

/** A vault with two keys, as its file. */
const withTwoKeys = async (): Promise<Uint8Array> => {
  const vault = await openService()
  await vault.importKey(OWNER_HEX, 'owner')
  await vault.importKey(OTHER_HEX)
  return vault.file()
}
const unlock = async (file: Uint8Array, password = PASSWORD, target = CHEAP) => {
  const fresh = await openService()
  return { fresh, result: fresh.service.handle<'unlock'>({ kind: 'unlock', password: bytes(password), file, target }) }
}
/** Changes the file as somebody would who knows the format: the checksum is made to fit again. */
const rewrite = (file: Uint8Array, change: (body: VaultBody) => VaultBody): Uint8Array => {
  const rest = `${JSON.stringify(change(parseVault(file)))}\n`
  return bytes(`hearth-vault ${createHash('sha256').update(rest).digest('hex')}\n${rest}`)
}
const damagedFor = (reason: string) => expect.objectContaining({ code: 'vault-damaged', detail: { reason } })

describe('a sealed row', () => {
  const publicKey = {
    id: 'key-a',
    kind: 'key' as const,
    role: 'owner' as const,
    name: 'n',
    network: 'local',
    address: 'pokt1',
    pubKeyHex: '02'.padEnd(66, '0'),
    origin: 'made' as const,
    hdPath: null,
    hasWords: true,
    createdAtMs: 1,
    wordsConfirmedAtMs: 1,
  }
  it('opens under its own id and data key, and under no other', () => {
    const dataKey = new Uint8Array(32).fill(3)
    const secret = { privateKey: new Uint8Array(32).fill(9), entropy: new Uint8Array(16).fill(8) }
    const row = sealKey(dataKey, secret, publicKey)
    expect(openRow(dataKey, row)).toMatchObject(secret)
    expect(openRow(dataKey, sealKey(dataKey, { ...secret, entropy: undefined }, publicKey)).entropy).toBeUndefined()
    expect(() => openRow(dataKey, { ...row, id: 'key-b' })).toThrowError(damagedFor('row'))
    expect(() => openRow(dataKey, { ...row, kind: 'note' as 'key' })).toThrowError(damagedFor('row'))
    expect(() => openRow(new Uint8Array(32).fill(4), row)).toThrowError(damagedFor('row'))
    expect(sealKey(dataKey, secret, publicKey).nonce).not.toBe(row.nonce)
  })
})

describe('the vault file', () => {
  it('opens with its password and holds what was put in', async () => {
    const { result } = await unlock(await withTwoKeys())
    expect((await result).keys.map(({ role, address }) => ({ role, address }))).toEqual([
      { role: 'owner', address: keys.keys[0]?.address },
      { role: 'operator', address: keys.keys[2]?.address },
    ])
  })
  it('tells a wrong password from damage', async () => {
    const file = await withTwoKeys()
    await expect((await unlock(file, 'violet tractor seldom inK')).result).rejects.toMatchObject({ code: 'wrong-password' })
    await expect((await unlock(file.subarray(0, -1))).result).rejects.toEqual(damagedFor('checksum'))
    await expect((await unlock(new Uint8Array(0))).result).rejects.toEqual(damagedFor('not-a-vault'))
    await expect((await unlock(bytes('{}'))).result).rejects.toEqual(damagedFor('not-a-vault'))
  })
  it('finds rows that changed places, were left out, or whose public half was altered', async () => {
    const file = await withTwoKeys()
    const swapSeals = (body: VaultBody): VaultBody => {
      const [first, second] = body.rows
      if (!first || !second) throw new Error('two rows expected')
      return {
        ...body,
        rows: [
          { ...first, sealed: second.sealed, nonce: second.nonce },
          { ...second, sealed: first.sealed, nonce: first.nonce },
        ],
      }
    }
    const changes: [string, (body: VaultBody) => VaultBody][] = [
      ['swapped', swapSeals],
      ['left out', (body) => ({ ...body, rows: body.rows.slice(1), keys: body.keys.slice(1) })],
      ['renamed', (body) => ({ ...body, keys: body.keys.map((key) => ({ ...key, name: 'mine' })) })],
      ['other network', (body) => ({ ...body, keys: body.keys.map((key) => ({ ...key, network: 'mainnet' })) })],
      ['re-sealed with zeros', (body) => ({ ...body, seal: Buffer.alloc(32).toString('base64') })],
    ]
    for (const [what, change] of changes)
      await expect((await unlock(rewrite(file, change))).result, what).rejects.toEqual(damagedFor('seal'))
  })
  it('refuses a derivation that is too cheap or ruinous before it starts one', async () => {
    const file = await withTwoKeys()
    for (const kdf of [{ memoryKiB: 8 }, { memoryKiB: 4 * 1024 * 1024 }, { passes: 1 }, { passes: 1000 }, { lanes: 64 }])
      expect(() => parseVault(rewrite(file, (body) => ({ ...body, kdf: { ...body.kdf, ...kdf } })))).toThrowError(damagedFor('kdf'))
  })
  it('refuses a newer format by name and any other spelling of the same content', async () => {
    const file = await withTwoKeys()
    expect(() => parseVault(rewrite(file, (body) => ({ ...body, version: 3 as 2 })))).toThrowError(damagedFor('newer'))
    const rest = `${JSON.stringify(parseVault(file), null, 1)}\n`
    expect(() => parseVault(bytes(`hearth-vault ${createHash('sha256').update(rest).digest('hex')}\n${rest}`))).toThrowError(
      damagedFor('shape'),
    )
  })
  it('is raised silently at unlock, and still opens with the same password', async () => {
    const file = await withTwoKeys()
    const target = { ...CHEAP, passes: CHEAP.passes + 1 }
    const { fresh, result } = await unlock(file, PASSWORD, target)
    await result
    const raised = fresh.file()
    expect(parseVault(raised).kdf.passes).toBe(target.passes)
    expect(parseVault(raised).kdf.salt).not.toBe(parseVault(file).kdf.salt)
    expect((await (await unlock(raised, PASSWORD, target)).result).keys).toHaveLength(2)
  })
  it('stays as it was when the raised one cannot be written', async () => {
    const file = await withTwoKeys()
    const fresh = await openService()
    fresh.failNextSave()
    const opened = await fresh.service.handle<'unlock'>({
      kind: 'unlock',
      password: bytes(PASSWORD),
      file,
      target: { ...CHEAP, passes: 3 },
    })
    expect(opened.keys).toHaveLength(2)
    const keyCountBefore = fresh.saves.length
    await fresh.importKey(keys.keys[1]?.privateKeyHex ?? '')
    expect(fresh.saves).toHaveLength(keyCountBefore + 1)
    expect(parseVault(fresh.file()).kdf).toEqual(parseVault(file).kdf)
  })
})
