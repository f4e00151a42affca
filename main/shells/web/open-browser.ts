import { spawn } from 'node:child_process'

/** Which program opens a link on a platform, and its arguments. */
export function browserCommand(platform: string, url: string): { program: string; args: string[] } {
  if (platform === 'darwin') return { program: 'open', args: [url] }
  // `start` is a word of the Windows shell, and no shell shall read the link.
  if (platform === 'win32') return { program: 'rundll32.exe', args: ['url.dll,FileProtocolHandler', url] }
  return { program: 'xdg-open', args: [url] }
}

/** Opens the system's browser. Best effort: the link has been printed as well. The link is good once (see access.ts on whoever reads it from the process list). */
export function openBrowser(url: string): void {
  const { program, args } = browserCommand(process.platform, url)
  const child = spawn(program, args, { stdio: 'ignore', detached: true, shell: false })
  child.on('error', () => undefined)
  child.unref()
}
