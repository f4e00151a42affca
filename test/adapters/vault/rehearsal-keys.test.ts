import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { pubKeyHexOf } from '#main/adapters/vault/signatures.ts'
import { createRehearsalKeys, REHEARSAL_FILE } from '#main/adapters/vault/rehearsal-keys.ts'
import { createTestClock } from '../../fakes/clock.ts'
import { codec, ownerDraft, temporaryFolder } from './support.ts'

const CHAIN = 'hearth-local-1'

describe('rehearsal keys', () => {
  it('makes one identity per chain, keeps it 0600, and forgets it with the chain', async () => {
    const dataDir = await temporaryFolder()
    const keys = await createRehearsalKeys({ dataDir, clock: createTestClock() })
    const [first, twice] = await Promise.all([keys.ensure(CHAIN, 'application'), keys.ensure(CHAIN, 'application')])
    expect(twice).toEqual(first)
    expect(codec.addressOf(first.pubKeyHex)).toBe(first.address)
    const other = await keys.ensure('hearth-local-2', 'application')
    expect(other.address).not.toBe(first.address)
    const again = await createRehearsalKeys({ dataDir, clock: createTestClock() })
    expect(await again.ensure(CHAIN, 'application')).toEqual(first)
    const file = join(dataDir, 'vault', REHEARSAL_FILE)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(dataDir, 'vault'))).mode & 0o777).toBe(0o700)
    await again.forget(CHAIN)
    await expect(again.sign(CHAIN, 'application', new Uint8Array(1))).rejects.toMatchObject({ code: 'key-unknown' })
    expect(await again.ensure('hearth-local-2', 'application')).toEqual(other)
    expect((await again.ensure(CHAIN, 'application')).address).not.toBe(first.address)
  })

  it('signs for its own chain and refuses every other', async () => {
    const keys = await createRehearsalKeys({ dataDir: await temporaryFolder(), clock: createTestClock() })
    const { address, pubKeyHex } = await keys.ensure(CHAIN, 'application')
    const draft = (chainId: string) =>
      ownerDraft({ chainId, pubKeyHex, messages: [{ kind: 'stake-application', address, stakeUpokt: 5n, serviceIds: ['anvil'] }] })
    const bytes = codec.signDoc(draft(CHAIN))
    const signature = await keys.sign(CHAIN, 'application', bytes)
    expect(signature).toHaveLength(64)
    expect(secp256k1.verify(signature, sha256(bytes), Buffer.from(pubKeyHex, 'hex'), { prehash: false, lowS: true })).toBe(true)
    await expect(keys.sign(CHAIN, 'application', codec.signDoc(draft('hearth-local-2')))).rejects.toMatchObject({
      code: 'key-wrong-network',
    })
    await expect(keys.sign(CHAIN, 'application', codec.signDoc(ownerDraft()))).rejects.toMatchObject({ code: 'tx-changed' })
    for (const chain of ['pocket', 'pocket-lego-testnet', 'hearth-loca', '']) {
      await expect(keys.ensure(chain, 'application')).rejects.toMatchObject({ code: 'key-wrong-network' })
      await expect(keys.withPrivateKey(chain, 'application', (key) => key)).rejects.toMatchObject({ code: 'key-wrong-network' })
    }
  })

  it('lends the scalar and zeroes it afterwards', async () => {
    const keys = await createRehearsalKeys({ dataDir: await temporaryFolder(), clock: createTestClock() })
    const { pubKeyHex } = await keys.ensure(CHAIN, 'application')
    let kept: Uint8Array = new Uint8Array(0)
    expect(
      await keys.withPrivateKey(CHAIN, 'application', (privateKey) => {
        kept = privateKey
        return pubKeyHexOf(privateKey)
      }),
    ).toBe(pubKeyHex)
    expect(kept).toEqual(new Uint8Array(32))
  })

  it('refuses a damaged file and leaves it alone', async () => {
    const dataDir = await temporaryFolder()
    await (await createRehearsalKeys({ dataDir, clock: createTestClock() })).ensure(CHAIN, 'application')
    const file = join(dataDir, 'vault', REHEARSAL_FILE)
    const damaged = (await readFile(file, 'utf8')).replace(CHAIN, 'pocket')
    await writeFile(file, damaged)
    const keys = await createRehearsalKeys({ dataDir, clock: createTestClock() })
    await expect(keys.ensure(CHAIN, 'application')).rejects.toMatchObject({ code: 'store-damaged' })
    expect(await readFile(file, 'utf8')).toBe(damaged)
  })
})
