import { createHash, randomInt } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createVault, VAULT_FILE } from '#main/adapters/vault/create-vault.ts'
import { forkKeyProcess, type KeyProcess } from '#main/adapters/vault/fork-key-process.ts'
import type { FromKeyProcess } from '#main/adapters/vault/messages.ts'
import { privateKeyOfWords, pubKeyHexOf } from '#main/adapters/vault/private-keys.ts'
import { createRehearsalKeys } from '#main/adapters/vault/rehearsal-keys.ts'
import type { Vault } from '#main/core/ports/vault.ts'
import { createTestClock, createTestLog } from '../fakes/clock.ts'
import {
  askedOn,
  CHEAP,
  codec,
  CONTEXT,
  formOf,
  openService,
  ownerDraft,
  PASSWORD,
  temporaryFolder,
  textOf,
  wordsOn,
} from '../adapters/vault/support.ts'

const vaults: Vault[] = []
afterEach(async () => {
  await Promise.all(vaults.splice(0).map((vault) => vault.stop()))
})

const setup = async () => {
  const dataDir = await temporaryFolder()
  const log = createTestLog()
  const messages: FromKeyProcess[] = []
  const processes: KeyProcess[] = []
  const vault = await createVault({
    dataDir,
    clock: createTestClock(),
    log,
    kdf: CHEAP,
    spawn: () => {
      const process = forkKeyProcess()
      process.onMessage((message) => messages.push(message))
      processes.push(process)
      return process
    },
  })
  vaults.push(vault)
  await vault.create(PASSWORD)
  return { dataDir, log, messages, processes, vault, file: join(dataDir, 'vault', VAULT_FILE) }
}

/** Makes a key through the surface as a person does. @returns the words and where they were shown */
const makeKey = async (vault: Vault): Promise<{ words: string[]; id: string }> => {
  const { token } = await vault.openNewKey({ name: 'op1', role: 'operator', network: 'local', mode: 'make' })
  const first = await vault.surface(token, 'GET', new Uint8Array(0))
  const words = wordsOn(first.page)
  const ask = await vault.surface(token, 'POST', formOf(first.page, { action: 'written' }))
  const answers = Object.fromEntries(askedOn(ask.page).map((position, index) => [`word${index}`, words[position] ?? '']))
  const done = await vault.surface(token, 'POST', formOf(ask.page, { action: 'check', ...answers }))
  if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
  return { words, id: done.outcome.key.id }
}

/** Everything under a folder, by path. */
const filesUnder = async (folder: string): Promise<{ path: string; bytes: Buffer }[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => ({ path: join(entry.parentPath, entry.name), bytes: await readFile(join(entry.parentPath, entry.name)) })),
  )
}

/** Spellings under which a secret could lie somewhere. */
const spellings = (privateKey: Uint8Array, words: string[]): Buffer[] => {
  const raw = Buffer.from(privateKey)
  const hex = raw.toString('hex')
  // Base64 at the three possible offsets, without the letters that depend on the neighbours.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), raw])
      .toString('base64')
      .slice(4, 40),
  )
  const runs = words.slice(0, -2).map((_, index) => words.slice(index, index + 3))
  return [
    raw,
    ...[hex, hex.toUpperCase(), ...base64, ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))].map((text) =>
      Buffer.from(text),
    ),
    ...runs.flatMap((run) => [run.join(' '), JSON.stringify(run).slice(1, -1), run.join('+')]).map((text) => Buffer.from(text)),
    Buffer.from(PASSWORD),
    Buffer.from(PASSWORD.replaceAll(' ', '+')),
  ]
}
const findings = (where: string, bytes: Buffer, secrets: Buffer[]): string[] =>
  secrets.flatMap((secret) => (bytes.includes(secret) ? [`${where}: ${secret.length} bytes of a secret`] : []))

/** A message as it crossed, without the page that is the one place where words are shown. */
const withoutWordsPage = (message: FromKeyProcess): Buffer =>
  Buffer.from(
    JSON.stringify(message, (key, value: unknown) => {
      if (key === 'html' && value instanceof Object) {
        const text = Buffer.from(Object.values(value as Record<string, number>)).toString()
        return text.includes('class="words"') ? 'words page' : text
      }
      return value
    }),
  )

describe('S18 the canary', () => {
  it('a key made, asked back and used leaves no trace outside the key process', async () => {
    const { dataDir, log, messages, processes, vault } = await setup()
    const { words, id } = await makeKey(vault)
    const privateKey = await privateKeyOfWords(words)
    const pubKeyHex = pubKeyHexOf(privateKey)
    const address = codec.addressOf(pubKeyHex)
    const draft = ownerDraft({ pubKeyHex, messages: [{ kind: 'send', fromAddress: address, toAddress: address, amountUpokt: 1n }] })
    const { token } = await vault.openSign({ intentId: 'i', keyId: id, signDocBytes: codec.signDoc(draft), context: CONTEXT })
    const shown = await vault.surface(token, 'GET', new Uint8Array(0))
    const wrong = await vault.surface(token, 'POST', formOf(shown.page, { action: 'sign', password: 'not this one' }))
    const signed = await vault.surface(token, 'POST', formOf(wrong.page, { action: 'sign', password: PASSWORD }))
    expect(signed.outcome?.kind).toBe('signed')
    const secrets = spellings(privateKey, words)
    const found: string[] = []
    for (const pid of [process.pid, ...processes.map((one) => one.pid ?? 0)])
      for (const part of ['cmdline', 'environ']) {
        const bytes = await readFile(`/proc/${pid}/${part}`)
        found.push(...findings(`/proc ${part}`, bytes, secrets))
      }
    await vault.lock()
    await vault.unlock(PASSWORD)
    for (const { path, bytes } of await filesUnder(dataDir)) found.push(...findings(path, bytes, secrets))
    found.push(...findings('log', Buffer.from(JSON.stringify(log.lines)), secrets))
    for (const message of messages) {
      const bytes = withoutWordsPage(message)
      found.push(...findings(`message ${message.type}`, bytes, secrets))
    }
    expect(found).toEqual([])
    // The search itself works: it finds the words where they must be, and the address everywhere else.
    const pages = messages.flatMap((message) =>
      message.type === 'answer' && 'page' in message.value ? [Buffer.from(message.value.page.html)] : [],
    )
    expect(pages.filter((html) => html.includes('class="words"') && words.every((word) => html.includes(`<b>${word}</b>`)))).toHaveLength(1)
    expect((await filesUnder(dataDir)).some(({ bytes }) => bytes.includes(address))).toBe(true)
    expect(findings('self', Buffer.concat([Buffer.from('x'), Buffer.from(privateKey)]), secrets)).not.toEqual([])
  })
})

describe('S14 the key process', () => {
  it('has no core dumps, no environment, no inspector and no rights but to answer', async () => {
    const { processes } = await setup()
    const pid = processes[0]?.pid ?? 0
    expect(await readFile(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m)
    const environ = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line !== '')
    expect(
      environ
        .map((line) => line.split('=')[0])
        .filter((name) => !['PWD', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'].includes(name ?? '')),
    ).toEqual([])
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    for (const flag of ['--permission', '--no-addons', '--disallow-code-generation-from-strings', '--disable-sigusr1'])
      expect(args).toContain(flag)
    expect(args.filter((arg) => /allow-(fs-write|child-process|worker|addons|wasi)/.test(arg))).toEqual([])
    // SIGUSR1 would open the inspector of a plain Node.
    process.kill(pid, 'SIGUSR1')
    await new Promise((resolve) => {
      setTimeout(resolve, 200)
    })
    const listening = (await readFile(`/proc/${pid}/net/tcp`, 'utf8'))
      .split('\n')
      .filter((line) => line.includes(':240D ') && line.includes(' 0A '))
    expect(listening).toEqual([])
  })
})

describe('S19 files', () => {
  it('are 0600 in a 0700 folder, also when they were open to others before', async () => {
    const dataDir = await temporaryFolder()
    await mkdir(join(dataDir, 'vault'), { mode: 0o755 })
    await writeFile(join(dataDir, 'vault', 'vault.hearth.part'), 'half', { mode: 0o644 })
    const options = { dataDir, clock: createTestClock(), log: createTestLog(), kdf: CHEAP }
    const vault = await createVault(options)
    vaults.push(vault)
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
    vaults.push(await createVault(options))
    expect(await modes()).toEqual({ 'rehearsal.json': '600', [VAULT_FILE]: '600' })
    expect((await stat(join(dataDir, 'vault'))).mode & 0o777).toBe(0o700)
  })
})

describe('a vault file that was touched', () => {
  it('any changed bit is damage, never a wrong password and never an open vault', async () => {
    const { vault, file } = await setup()
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
    await vault.importKey('19d03936e7933e2a19103f0f1b34e9bd7f7060f597a614721624c5fce64d01c1')
    const good = Buffer.from(vault.file())
    const head = good.indexOf(0x0a) + 1
    const ends = new Set<string>()
    for (let count = 0; count < 100; count += 1) {
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
