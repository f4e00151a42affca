import { spawn } from 'node:child_process'
import { chmod, copyFile, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileKind } from './feed.ts'

/** How this Hearth lies on the machine. */
export interface Installed {
  kind: FileKind | undefined
  /** Only of an AppImage: its file. */
  image: string | undefined
}

/** @param env of the process. From sources nothing is ever replaced */
export function installedAs(platform: NodeJS.Platform, packaged: boolean, env: Record<string, string | undefined>): Installed {
  const none: Installed = { kind: undefined, image: undefined }
  if (!packaged) return none
  if (platform === 'win32') return { kind: 'nsis', image: undefined }
  if (platform === 'darwin') return { kind: 'dmg', image: undefined }
  if (platform !== 'linux') return none
  const image = env['APPIMAGE']
  return image === undefined ? { kind: 'deb', image: undefined } : { kind: 'AppImage', image }
}

/** Kinds that Hearth puts in place itself. A deb wants the rights of root and a dmg a hand that drags it: there the file is shown. */
export const putsInPlace = (kind: FileKind): boolean => kind === 'AppImage' || kind === 'nsis'

/**
 * Puts a checked file in the place of this Hearth, as the last thing before the process ends.
 * An AppImage is replaced whole by a rename: killed at any point, the old or the new one is there. On Windows the installer is started and waits for us to be gone.
 * Rejects with what the file system says; the old one is untouched then.
 */
export async function putInPlace(installed: Installed, file: string, start = startDetached): Promise<void> {
  if (installed.kind === 'nsis') {
    start(file, ['/S', '--updated'])
    return
  }
  if (installed.kind !== 'AppImage' || installed.image === undefined) throw new Error('this kind is not put in place by Hearth')
  const next = join(dirname(installed.image), `.hearth-${process.pid}.AppImage.new`)
  try {
    await copyFile(file, next)
    await chmod(next, (await stat(installed.image)).mode & 0o777)
    // Without it a power cut after the rename could leave a file without content.
    const handle = await open(next, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(next, installed.image)
  } catch (error) {
    await rm(next, { force: true })
    throw error
  }
}

function startDetached(program: string, args: string[]): void {
  spawn(program, args, { detached: true, stdio: 'ignore', windowsHide: true }).unref()
}
