import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lockDataFolder } from '#main/adapters/system/data-folder.ts'
import { stageElectron } from './stage.ts'

const on = stageElectron()

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-one-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('S13: a folder that another process holds is refused while that one lives, and free when it was killed', async () => {
  const folder = await temporaryFolder()
  const other = spawn(process.execPath, [fileURLToPath(new URL('./hold-folder.ts', import.meta.url)), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void other.kill('SIGKILL'))
  await once(other.stdout, 'data')
  await expect(lockDataFolder(folder)).rejects.toMatchObject({ reason: 'in-use' })
  other.kill('SIGKILL')
  await once(other, 'exit')
  const lock = await lockDataFolder(folder)
  // Nor twice by one process.
  await expect(lockDataFolder(folder)).rejects.toMatchObject({ reason: 'in-use' })
  lock.release()
})

test('S13: a link in the place of the folder is refused', async () => {
  const folder = await temporaryFolder()
  await symlink(folder, join(folder, 'link'))
  await expect(lockDataFolder(join(folder, 'link'))).rejects.toMatchObject({ reason: 'symlink' })
  await writeFile(join(folder, 'file'), '')
  await expect(lockDataFolder(join(folder, 'file'))).rejects.toMatchObject({ reason: 'not-a-folder' })
})

test('S13: a second window program ends at once', () => {
  on.stage.begin({ locked: true })
  expect(on.stage.electron.calls).toContain('quit')
  expect(on.stage.electron.calls).not.toContain('whenReady')
})
