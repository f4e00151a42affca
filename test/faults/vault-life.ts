import './hook.ts'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createRehearsalKeys, createVault } from '#main/adapters/vault/index.ts'
import { KDF_BOUNDS } from '#main/adapters/vault/vault-format.ts'
import { systemClock } from '#main/adapters/system/clock.ts'

/**
 * One life around the secret files, with the real key process. argv: data folder, password, private key (test only), 'look' or 'go'.
 * `go` takes up what is missing: play-money identity, then vault, then one key in it, then a new password, a backup of it, and a key file that opens it. `look` changes nothing.
 * Ends with one JSON line: what it found, which of the two passwords opens, and what is there in the end.
 */
const [dataDir, password, secret, task, nextPassword] = process.argv.slice(2) as [string, string, string, 'look' | 'go', string]
const quiet = { info: () => undefined, warn: () => undefined, error: () => 'ref' }
const kdf = { memoryKiB: KDF_BOUNDS.memoryKiB.min, passes: KDF_BOUNDS.passes.min, lanes: 1 as const }
const rehearsal = await createRehearsalKeys({ dataDir, clock: systemClock })
const vault = await createVault({ dataDir, clock: systemClock, log: quiet, kdf })
const found = (await vault.status()).kind

let application = ''
if (task === 'go') {
  application = (await rehearsal.ensure('hearth-local-1', 'application')).address
  if (found === 'absent') await vault.create(password)
}
/** Which password opens it: never both, never neither. */
let opens: 'old' | 'new' | 'none' | 'both' = 'none'
if (found === 'locked' || task === 'go') {
  const tried = async (typed: string): Promise<boolean> =>
    vault.unlock(typed).then(
      () => true,
      () => false,
    )
  const byNew = await tried(nextPassword)
  const byOld = await tried(password)
  opens = byNew && byOld ? 'both' : byNew ? 'new' : byOld ? 'old' : 'none'
  if (opens === 'new') await vault.unlock(nextPassword)
}
if (task === 'go' && (await vault.keys()).length === 0) {
  const text = new TextDecoder()
  const { token } = await vault.openNewKey({ name: 'first', role: 'operator', network: 'local', mode: 'import' })
  const shown = text.decode((await vault.surface(token, 'GET', new Uint8Array())).page.html)
  const nonce = /name="nonce" value="([^"]+)"/.exec(shown)?.[1] ?? ''
  const form = new URLSearchParams({ nonce, action: 'import', secret }).toString()
  const { outcome } = await vault.surface(token, 'POST', new TextEncoder().encode(form))
  if (outcome?.kind !== 'key-made') throw new Error('no key was made')
}
const surfaceStep = async (token: string, fields: Record<string, string>): Promise<string | undefined> => {
  const shown = new TextDecoder().decode((await vault.surface(token, 'GET', new Uint8Array())).page.html)
  const nonce = /name="nonce" value="([^"]+)"/.exec(shown)?.[1] ?? ''
  const body = new TextEncoder().encode(new URLSearchParams({ nonce, ...fields }).toString())
  return (await vault.surface(token, 'POST', body)).outcome?.kind
}
const backups = async (): Promise<string[]> =>
  (await readdir(join(dataDir, 'backups')).catch(() => [])).filter((name) => name.endsWith('.hearth-backup')).sort()
if (task === 'go') {
  if (opens !== 'new') await vault.changePassword(password, nextPassword)
  const { token } = await vault.openPage({ kind: 'backup', folder: undefined })
  if ((await surfaceStep(token, { action: 'write', password: nextPassword })) !== 'backup-made') throw new Error('no backup was made')
  await vault.setUnlockMode('file', nextPassword)
}
/** Whole backups open; half a one must not look like one. */
let wholeBackups = 0
let brokenBackups = 0
if (opens !== 'none' && opens !== 'both')
  for (const name of await backups()) {
    const path = join(dataDir, 'backups', name)
    const drill = await vault.openPage({ kind: 'drill', path }).catch(() => undefined)
    const passed = drill && (await surfaceStep(drill.token, { action: 'drill', passphrase: nextPassword })) === 'drill-passed'
    if (passed === true) wholeBackups += 1
    else brokenBackups += 1
  }
await vault.lock()
const unattended = await vault.unlockUnattended().then(
  () => 'open',
  (error: { code?: string }) => error.code ?? 'failed',
)
const addresses = (await vault.keys()).map((key) => key.address)
await vault.stop()
console.log(JSON.stringify({ found, opens, addresses, application, wholeBackups, brokenBackups, unattended }))
