import { readdirSync, statSync } from 'node:fs'
import { join, posix, win32 } from 'node:path'

const STORE_FILE = 'hearth.db'
/** By one of these a folder is known as Hearth's. */
const OWN_FILES = new Set([STORE_FILE, 'metrics.db', 'vault.json', 'vault'])

/** The record in a data folder. */
export const storeFile = (dataDir: string): string => join(dataDir, STORE_FILE)

/**
 * Where Hearth keeps its things when the user names no folder.
 * @param env of the process @param home of the user
 */
export function defaultDataDir(platform: string, env: Record<string, string | undefined>, home: string): string {
  if (platform === 'win32') return win32.join(env['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming'), 'Hearth')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Hearth')
  // The XDG rule: a relative path is to be ignored.
  const xdg = env['XDG_DATA_HOME']
  return posix.join(xdg && posix.isAbsolute(xdg) ? xdg : posix.join(home, '.local', 'share'), 'hearth')
}

/**
 * Refuses a folder that others use: taking it over would close it to them (lockDataFolder makes it 0700), /tmp for instance. At once, since the window's shell has to
 * know before anything is written there.
 * @throws Error with a sentence for the user
 */
export function refuseSharedFolderNow(dataDir: string): void {
  if (process.platform === 'win32') return
  const stats = statSync(dataDir, { throwIfNoEntry: false })
  if (!stats?.isDirectory() || (stats.mode & 0o077) === 0) return
  const entries = readdirSync(dataDir)
  if (entries.length === 0 || entries.some((name) => OWN_FILES.has(name))) return
  throw new Error(`The folder ${dataDir} is open to other users and holds other things. Name an empty folder of your own.`)
}

/** The same, as a promise. Rejects with a sentence for the user. */
export async function refuseSharedFolder(dataDir: string): Promise<void> {
  refuseSharedFolderNow(dataDir)
}
