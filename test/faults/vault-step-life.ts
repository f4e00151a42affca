import { serveLife } from './life.ts'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createRehearsalKeys, createVault } from '#main/adapters/vault/index.ts'
import { KDF_BOUNDS } from '#main/adapters/vault/vault-format.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { Vault } from '#main/core/ports/vault.ts'
import { keysInProcess } from './keys-in-process.ts'
import type { VaultLook, VaultStep } from './vault-step.ts'

const STEP_PASSWORD = 'violet tractor seldom ink'
const STEP_NEXT_PASSWORD = 'quite another set of words'
const WRONG_PASSWORD = 'marble lantern quilted osprey'
const CHAIN = 'hearth-local-1'
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const kdf = { memoryKiB: KDF_BOUNDS.memoryKiB.min, passes: KDF_BOUNDS.passes.min, lanes: 1 as const }

async function onSurface(vault: Vault, token: string, fields: Record<string, string>): Promise<string | undefined> {
  const shown = new TextDecoder().decode((await vault.surface(token, 'GET', new Uint8Array())).page.html)
  const nonce = /name="nonce" value="([^"]+)"/.exec(shown)?.[1] ?? ''
  const body = new TextEncoder().encode(new URLSearchParams({ nonce, ...fields }).toString())
  return (await vault.surface(token, 'POST', body)).outcome?.kind
}

async function doStep(vault: Vault, dataDir: string, step: VaultStep, secret: string): Promise<void> {
  switch (step) {
    case 'identity':
      await (await createRehearsalKeys({ dataDir, clock: systemClock })).ensure(CHAIN, 'application')
      return
    case 'create':
      await vault.create(STEP_PASSWORD)
      return
    case 'wrong-password':
      await vault.unlock(WRONG_PASSWORD).then(
        () => Promise.reject(new Error('a wrong password opened the vault')),
        () => undefined,
      )
      return
    case 'import': {
      await vault.unlock(STEP_PASSWORD)
      const { token } = await vault.openNewKey({ name: 'first', role: 'operator', network: 'local', mode: 'import' })
      if ((await onSurface(vault, token, { action: 'import', secret })) !== 'key-made') throw new Error('no key was made')
      return
    }
    case 'password':
      await vault.unlock(STEP_PASSWORD)
      await vault.changePassword(STEP_PASSWORD, STEP_NEXT_PASSWORD)
      return
    case 'backup': {
      await vault.unlock(STEP_NEXT_PASSWORD)
      const { token } = await vault.openPage({ kind: 'backup', folder: undefined })
      const outcome = await onSurface(vault, token, { action: 'write', password: STEP_NEXT_PASSWORD })
      if (outcome !== 'backup-made') throw new Error('no backup was made')
      return
    }
    case 'unattended':
      await vault.unlock(STEP_NEXT_PASSWORD)
      await vault.setUnlockMode('file', STEP_NEXT_PASSWORD)
      return
  }
}

async function look(vault: Vault, dataDir: string): Promise<VaultLook> {
  const found = (await vault.status()).kind
  const tried = async (typed: string): Promise<boolean> =>
    vault.unlock(typed).then(
      () => true,
      () => false,
    )
  let opens: VaultLook['opens'] = 'none'
  if (found === 'locked') {
    const byOld = await tried(STEP_PASSWORD)
    await vault.lock()
    const byNew = await tried(STEP_NEXT_PASSWORD)
    opens = byNew && byOld ? 'both' : byNew ? 'new' : byOld ? 'old' : 'none'
    if (opens === 'old') await vault.unlock(STEP_PASSWORD)
  }
  const names = (await readdir(join(dataDir, 'backups')).catch(() => [])).filter((name) => name.endsWith('.hearth-backup'))
  let wholeBackups = 0
  for (const name of names) {
    const drill = await vault.openPage({ kind: 'drill', path: join(dataDir, 'backups', name) }).catch(() => undefined)
    const outcome = drill && (await onSurface(vault, drill.token, { action: 'drill', passphrase: STEP_NEXT_PASSWORD }))
    if (outcome === 'drill-passed') wholeBackups += 1
  }
  const addresses = found === 'locked' ? (await vault.keys()).map((key) => key.address) : []
  await vault.lock()
  const unattended = await vault.unlockUnattended().then(
    () => 'open',
    (error: { code?: string }) => error.code ?? 'failed',
  )
  const hasIdentity = existsSync(join(dataDir, 'vault', 'rehearsal.json'))
  const identities = await createRehearsalKeys({ dataDir, clock: systemClock })
  const application = hasIdentity ? (await identities.ensure(CHAIN, 'application')).address : ''
  return { found, opens, addresses, application, wholeBackups, brokenBackups: names.length - wholeBackups, unattended }
}

/**
 * One step around the secret files. args: data folder, step or 'look', private key (test only). Answers with what is there at the end of a look.
 */
await serveLife(async (args) => {
  const [dataDir, task, secret] = args as [string, VaultStep | 'look', string]
  const vault = await createVault({ dataDir, clock: systemClock, log: quiet, kdf, spawn: keysInProcess })
  try {
    if (task === 'look') return await look(vault, dataDir)
    await doStep(vault, dataDir, task, secret)
    return { done: task }
  } finally {
    await vault.stop()
  }
})
