import type { DownloadItem, Session, WebContents } from './electron-api.ts'
import { PAGE_ORIGIN } from './origins.ts'
import { WORDS } from './words.ts'

/** Larger than any log that can be shown. */
const MOST_BYTES = 64 * 1024 * 1024
/** What Hearth's own page gives out: logs, settings, tables, sealed backups. Never anything that a double click would run. */
const ENDINGS = /\.(log|txt|json|csv|hearth-backup)$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,119}$/

/** @returns the name under which a file may be offered, or undefined for one that is no file of ours */
export function fileNameOf(name: string): string | undefined {
  return NAME.test(name) && ENDINGS.test(name) && !name.includes('..') ? name : undefined
}

/**
 * SECURITY: S10 a download is what the page itself made in memory (a blob of exactly our origin), of a kind and size that Hearth's pages give out, and goes where the user
 * says in the system's own dialog. Everything else is refused: an address of the network cannot even be asked (S6).
 * @param page the one window that is served
 */
export function grantDownloads(session: Session, page: () => WebContents | undefined): void {
  session.on('will-download', (event, item?: DownloadItem, contents?: WebContents) => {
    const name = item && fileNameOf(item.getFilename())
    const isOurs = item?.getURL().startsWith(`blob:${PAGE_ORIGIN}/`) === true && contents !== undefined && contents === page()
    if (!item || !isOurs || name === undefined || item.getTotalBytes() > MOST_BYTES) {
      event.preventDefault()
      return
    }
    item.setSaveDialogOptions({ title: WORDS.saveFile, defaultPath: name })
  })
}
