import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeychain } from '#main/shells/electron/keychain.ts'
import { errorVariants } from '#renderer/text/en/errors.ts'
import { en } from '#renderer/text/en.ts'
import { createFakeDesktop, type FakeDesktop } from '#test/fakes/electron-desktop.ts'

let dataDir: string
let desktop: FakeDesktop
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hearth-keychain-'))
  desktop = createFakeDesktop()
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))
const keychain = (platform: NodeJS.Platform = 'linux') => createKeychain(desktop.safeStorage, { dataDir, platform })
const file = (): string => join(dataDir, 'keychain.sealed')
const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index * 7)

describe('the keychain as a second way in', () => {
  test('keeps the secret sealed, 0600, over an older one, and gives it back', async () => {
    await keychain().store(new Uint8Array(32))
    await keychain().store(SECRET)
    expect(await keychain().load()).toEqual(SECRET)
    const lying = await readFile(file())
    expect(lying.includes(Buffer.from(SECRET))).toBe(false)
    expect(lying.toString('latin1')).not.toContain(Buffer.from(SECRET).toString('base64'))
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    await keychain().remove()
    expect(await keychain().load()).toBeUndefined()
    await keychain().remove()
  })

  test.each([
    ['linux', true, 'gnome_libsecret', undefined],
    ['linux', true, 'kwallet6', undefined],
    ['linux', true, 'basic_text', 'keychain-plain'],
    ['linux', true, 'unknown', 'no-keychain'],
    ['linux', false, 'gnome_libsecret', 'no-keychain'],
    ['darwin', true, 'basic_text', undefined],
    ['win32', false, '', 'no-keychain'],
  ] as const)('%s, there: %s, %s: %s', async (platform, available, backend, problem) => {
    Object.assign(desktop.keychain, { available, backend })
    expect(await keychain(platform).problem()).toBe(problem)
    if (problem === undefined) return
    // Refused is refused: nothing is written, and nothing that lies there is believed.
    await expect(keychain(platform).store(SECRET)).rejects.toThrow(problem)
    await expect(stat(file())).rejects.toThrow()
    Object.assign(desktop.keychain, { available: true, backend: 'kwallet6' })
    await keychain(platform).store(SECRET)
    Object.assign(desktop.keychain, { available, backend })
    expect(await keychain(platform).load()).toBeUndefined()
  })

  test('each reason has its sentence, where the choice is and where it fails', () => {
    for (const reason of ['no-keychain', 'keychain-plain'] as const) {
      expect(en.vaultKeys.unlock.problem[reason]).toMatch(/keychain/)
      expect(Object.keys(errorVariants)).toContain(`unlock-unavailable:${reason}`)
    }
  })

  test('a keychain with another key, a file of something else, a link: there is no secret, and no failure', async () => {
    await keychain().store(SECRET)
    desktop.keychain.key = 0x80
    expect(await keychain().load()).toBeUndefined()
    desktop.keychain.key = 0x5a
    for (const text of ['', 'x', 'A'.repeat(20_000)]) {
      await writeFile(file(), text)
      expect(await keychain().load()).toBeUndefined()
    }
    await rm(file())
    const elsewhere = join(dataDir, 'elsewhere')
    await writeFile(elsewhere, Buffer.from(await desktop.safeStorage.encryptStringAsync(Buffer.from(SECRET).toString('base64'))))
    await symlink(elsewhere, file())
    expect(await keychain().load()).toBeUndefined()
  })

  test('a secret of another length is none', async () => {
    await expect(keychain().store(new Uint8Array(31))).rejects.toThrow(/32 bytes/)
    await writeFile(file(), await desktop.safeStorage.encryptStringAsync(Buffer.alloc(31).toString('base64')))
    expect(await keychain().load()).toBeUndefined()
  })

  test('when the key of the keychain has changed, the secret is sealed anew', async () => {
    await keychain().store(SECRET)
    const before = await readFile(file())
    const { safeStorage } = desktop
    let newKey = false
    const rotating = {
      ...safeStorage,
      encryptStringAsync: async (text: string) => {
        newKey = true
        return safeStorage.encryptStringAsync(text)
      },
      decryptStringAsync: async (sealed: Buffer) => ({ ...(await safeStorage.decryptStringAsync(sealed)), shouldReEncrypt: !newKey }),
    }
    expect(await createKeychain(rotating, { dataDir, platform: 'darwin' }).load()).toEqual(SECRET)
    expect(newKey).toBe(true)
    expect((await readFile(file())).length).toBe(before.length)
  })
})
