import './hook.ts'
import { createRehearsalKeys, createVault } from '#main/adapters/vault/index.ts'
import { KDF_BOUNDS } from '#main/adapters/vault/vault-format.ts'
import { systemClock } from '#main/adapters/system/clock.ts'

/**
 * One life around the secret files, with the real key process. argv: data folder, password, private key (test only), 'look' or 'go'.
 * `go` takes up what is missing: play-money identity, then vault, then one key in it. `look` changes nothing.
 * Ends with one JSON line: what it found, and what is there in the end.
 */
const [dataDir, password, secret, task] = process.argv.slice(2) as [string, string, string, 'look' | 'go']
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
let opens = false
if (found === 'locked' || task === 'go') {
  await vault.unlock(password)
  opens = true
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
const addresses = (await vault.keys()).map((key) => key.address)
await vault.stop()
console.log(JSON.stringify({ found, opens, addresses, application }))
