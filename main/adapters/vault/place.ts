import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'

/** Where Linux keeps the number that an installation of it is given once. */
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id']

/**
 * Fingerprint of this machine and this data folder: the same after a restart, another one when the folder was copied or restored elsewhere. Says nothing readable.
 * Where the system has no number of its own (containers, macOS, Windows), the folder's own number on its disk stands in for it: a copy gets a new one.
 * @param machineIdFiles so that tests can be two machines
 */
export async function placeOf(dataDir: string, machineIdFiles: readonly string[] = MACHINE_ID_FILES): Promise<string> {
  const path = await realpath(dataDir)
  const machine = (await firstText(machineIdFiles)) ?? `folder ${(await stat(path)).ino}`
  return createHash('sha256')
    .update(JSON.stringify(['hearth-place', machine, path]))
    .digest('hex')
    .slice(0, 32)
}

async function firstText(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => '')
    // An image that was not started yet says "uninitialized".
    if (/^[0-9a-f]{32}$/.test(text.trim())) return text.trim()
  }
  return undefined
}
