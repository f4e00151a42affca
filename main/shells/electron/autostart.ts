import { mkdir, readFile, rm } from 'node:fs/promises'
import { posix } from 'node:path'
import { writeFileAtomic } from '#main/adapters/system/atomic-file.ts'
import type { ElectronApi } from './electron-api.ts'

/** Said by the system at login, so that Hearth may come without its window. */
export const AT_LOGIN = '--at-login'
const FILE = 'hearth.desktop'

export interface AutostartPlace {
  platform: NodeJS.Platform
  env: Record<string, string | undefined>
  home: string
  /** Program that runs now. */
  execPath: string
  /** Arguments that keep it on the same data folder; empty for the usual one. */
  args: readonly string[]
}

/**
 * Makes Hearth start at login, or not. Windows and macOS keep a list of their own; on Linux one file in the user's autostart folder does it, written whole or not at all.
 * @returns whether the system took it; macOS may ask the user first
 * Rejects with what the file system says.
 */
export async function setStartAtLogin(app: ElectronApi['app'], on: boolean, place: AutostartPlace): Promise<boolean> {
  if (place.platform !== 'linux') {
    const args = place.platform === 'win32' ? { path: place.execPath, args: [AT_LOGIN, ...place.args.map(quotedForWindows)] } : {}
    app.setLoginItemSettings({ openAtLogin: on, ...args })
    // Windows answers for the very arguments it is asked about; what it was told it takes.
    return place.platform === 'win32' || app.getLoginItemSettings().openAtLogin === on
  }
  const file = autostartFile(place)
  if (!on) {
    await rm(file, { force: true })
    return true
  }
  const wanted = desktopEntry([programOf(place), AT_LOGIN, ...place.args])
  if ((await readFile(file, 'utf8').catch(() => undefined)) === wanted) return true
  await mkdir(posix.dirname(file), { recursive: true })
  await writeFileAtomic(file, wanted, { mode: 0o644 })
  return true
}

/** The XDG rule: a relative path is to be ignored. */
export function autostartFile({ env, home }: Pick<AutostartPlace, 'env' | 'home'>): string {
  const config = env['XDG_CONFIG_HOME']
  return posix.join(config && posix.isAbsolute(config) ? config : posix.join(home, '.config'), 'autostart', FILE)
}

/** An AppImage runs from a mount that is another at each start: its own file is what lasts. */
const programOf = ({ env, execPath }: Pick<AutostartPlace, 'env' | 'execPath'>): string => {
  const image = env['APPIMAGE']
  return image !== undefined && posix.isAbsolute(image) ? image : execPath
}

/** @param command program and arguments. Throws for one that a desktop entry cannot hold (a line break) */
export function desktopEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.0',
    'Name=Hearth',
    'Comment=Run a Pocket Network supplier from your own machine',
    `Exec=${command.map(quotedForDesktop).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/**
 * By the Desktop Entry Specification: in double quotes, in which four characters are escaped; then once more as every value is; and a percent sign is doubled, since alone it
 * begins a field.
 */
function quotedForDesktop(text: string): string {
  if (/[\n\r\0]/.test(text)) throw new Error('a path with a line break cannot start at login')
  const inside = text.replaceAll(/[\\"`$]/g, String.raw`\$&`).replaceAll('%', '%%')
  return `"${inside.replaceAll('\\', '\\\\')}"`
}

/** Windows takes the arguments as one text. A path cannot hold a double quote there. */
const quotedForWindows = (text: string): string => (/[\s]/.test(text) ? `"${text}"` : text)
