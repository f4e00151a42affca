import { chmod, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createVault } from '#main/adapters/vault/create-vault.ts'
import { createRehearsalKeys } from '#main/adapters/vault/rehearsal-keys.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { openRecords } from '#main/adapters/sqlite/open-records.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { lockDataFolder } from '#main/adapters/system/data-folder.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { openAccess } from '#main/shells/web/access.ts'
import { signInFile } from '#main/shells/web/sign-in-file.ts'
import { CHEAP, PASSWORD } from '../../adapters/vault/support.ts'

/** Everything under a folder, the folder itself too, with its rights. */
async function rightsUnder(folder: string): Promise<[string, string][]> {
  const names = ['', ...(await readdir(folder, { recursive: true }))]
  return Promise.all(
    names.sort().map(async (name) => {
      const seen = await lstat(join(folder, name))
      return [`${name}${seen.isDirectory() ? '/' : ''}`, (seen.mode & 0o777).toString(8)]
    }),
  )
}

test('S19: whatever Hearth writes is for this user alone, also in a folder that stood open, and whatever the umask lets through', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'hearth-private-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const before = process.umask(0)
  onTestFinished(() => void process.umask(before))
  const dataDir = join(parent, 'data')
  // As somebody made them by hand, or an unpacked archive left them.
  await mkdir(dataDir)
  for (const name of ['logs', 'vault', 'backups']) await mkdir(join(dataDir, name))
  await writeFile(join(dataDir, 'logs', 'hearth.log'), '')
  await chmod(dataDir, 0o777)

  const lock = await lockDataFolder(dataDir)
  onTestFinished(() => lock.release())
  const log = createLog(join(dataDir, 'logs', 'hearth.log'))
  log.info('begins')
  const options = { file: join(dataDir, 'hearth.db'), clock: systemClock, log }
  const store = await openStore(options)
  onTestFinished(() => store.close())
  await store.setSetting('install-id', 'x')
  const records = openRecords({ ...options, metricsFile: join(dataDir, 'metrics.db') })
  await records.copy('beside')
  const vault = await createVault({ dataDir, clock: systemClock, log, kdf: CHEAP })
  onTestFinished(() => vault.stop())
  await vault.create(PASSWORD)
  await (await createRehearsalKeys({ dataDir, clock: systemClock })).ensure('hearth-local-1', 'application')
  const access = await openAccess({ now: Date.now, store: signInFile(dataDir, Date.now) })
  await access.redeem(access.newLink(), undefined, { address: '127.0.0.1', browser: 'x' })
  await access.close()

  const rights = await rightsUnder(dataDir)
  const names = rights.map(([name]) => name)
  for (const expected of ['/', 'hearth.db', 'logs/hearth.log', 'vault/vault.hearth', 'vault/rehearsal.json', 'sign-in.json', 'lock'])
    expect(names).toContain(expected)
  expect(names.some((name) => name.startsWith('backups/') && name.endsWith('.db'))).toBe(true)
  expect(rights.filter(([name, mode]) => mode !== (name.endsWith('/') ? '700' : '600'))).toEqual([])
})
