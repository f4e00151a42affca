import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createBackendSecrets } from '#main/adapters/vault/backend-secrets.ts'
import type { EndpointSecret } from '#main/core/ports/backend-line.ts'
import { rejection } from '#test/fakes/rejection.ts'

const SECRET: EndpointSecret = { paths: { http: '/v2/k', rest: '', websocket: '' }, credential: { kind: 'bearer', token: 't' } }
let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hearth-secrets-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))
const file = (): string => join(dataDir, 'vault', 'backends.json')

it('S19: keeps credentials in a file that the user alone can read, across restarts', async () => {
  const secrets = await createBackendSecrets(dataDir)
  expect(await secrets.get('local:eth')).toBeUndefined()
  await Promise.all([secrets.put('local:eth', SECRET), secrets.put('local:gnosis', { ...SECRET, credential: { kind: 'none' } })])
  expect([statSync(file()).mode & 0o777, statSync(join(dataDir, 'vault')).mode & 0o777]).toEqual([0o600, 0o700])
  const again = await createBackendSecrets(dataDir)
  expect(await again.get('local:eth')).toEqual(SECRET)
  await again.remove('local:eth')
  expect(readFileSync(file(), 'utf8')).not.toContain('"t"')
  expect(await (await createBackendSecrets(dataDir)).get('local:gnosis')).toBeDefined()
})
it('leaves a file that it cannot read as it is, and quotes nothing of it', async () => {
  await createBackendSecrets(dataDir)
  writeFileSync(file(), '{"version":1,"endpoints":{"a":"canary-55aa"')
  const secrets = await createBackendSecrets(dataDir)
  const error = await rejection(secrets.put('b', SECRET))
  expect(error.code).toBe('store-damaged')
  expect(`${error.message} ${String(error.cause)}`).not.toContain('canary')
  expect(readFileSync(file(), 'utf8')).toContain('canary-55aa')
})
