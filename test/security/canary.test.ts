import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FromKeyProcess } from '#main/adapters/vault/messages.ts'
import { privateKeyOfWords } from '#main/adapters/vault/private-keys.ts'
import { pubKeyHexOf } from '#main/adapters/vault/signatures.ts'
import { codec, CONTEXT, formOf, ownerDraft, PASSWORD } from '../adapters/vault/support.ts'
import { makeKey, openRealVault } from './real-vault.ts'

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
    const { dataDir, log, messages, processes, vault } = await openRealVault()
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
    // A backup, a new password, a way in without one, a brought key: each passes through main, and none leaves a secret there.
    const NEXT = 'quite another set of words'
    const backup = await vault.openPage({ kind: 'backup', folder: undefined })
    const asked = await vault.surface(backup.token, 'GET', new Uint8Array(0))
    const written = await vault.surface(backup.token, 'POST', formOf(asked.page, { action: 'write', password: PASSWORD }))
    if (written.outcome?.kind !== 'backup-made') throw new Error('no backup')
    await vault.changePassword(PASSWORD, NEXT)
    await vault.setUnlockMode('file', NEXT)
    const drill = await vault.openPage({ kind: 'drill', path: written.outcome.path })
    const tried = await vault.surface(drill.token, 'GET', new Uint8Array(0))
    expect((await vault.surface(drill.token, 'POST', formOf(tried.page, { action: 'drill', passphrase: PASSWORD }))).outcome?.kind).toBe(
      'drill-passed',
    )
    secrets.push(Buffer.from(NEXT), Buffer.from(NEXT.replaceAll(' ', '+')))
    await vault.lock()
    await vault.unlockUnattended()
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
    const { processes } = await openRealVault()
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
