import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createVault, VAULT_FILE } from '#main/adapters/vault/create-vault.ts'
import { forkKeyProcess, type KeyProcess } from '#main/adapters/vault/fork-key-process.ts'
import type { FromKeyProcess } from '#main/adapters/vault/messages.ts'
import type { Vault } from '#main/core/ports/vault.ts'
import { createTestClock, createTestLog } from '../fakes/clock.ts'
import { askedOn, CHEAP, formOf, PASSWORD, temporaryFolder, textOf, wordsOn } from '../adapters/vault/support.ts'

/** A new vault with the real key process, open; everything that the key process says is kept. */
export const openRealVault = async () => {
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
  onTestFinished(() => vault.stop())
  await vault.create(PASSWORD)
  return { dataDir, log, messages, processes, vault, file: join(dataDir, 'vault', VAULT_FILE) }
}

/** Makes a key through the surface as a person does. @returns the words and where they were shown */
export const makeKey = async (vault: Vault): Promise<{ words: string[]; id: string }> => {
  const { token } = await vault.openNewKey({ name: 'op1', role: 'operator', network: 'local', mode: 'make' })
  const first = await vault.surface(token, 'GET', new Uint8Array(0))
  const words = wordsOn(first.page)
  const ask = await vault.surface(token, 'POST', formOf(first.page, { action: 'written' }))
  const answers = Object.fromEntries(askedOn(ask.page).map((position, index) => [`word${index}`, words[position] ?? '']))
  const done = await vault.surface(token, 'POST', formOf(ask.page, { action: 'check', ...answers }))
  if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
  return { words, id: done.outcome.key.id }
}
