import type { CancelEvent, Session } from './electron-api.ts'
import { PAGE_ORIGIN, pathUnder } from './origins.ts'

/** SECURITY: S10 what the page may do beyond being a page. Everything that is not named here is refused. */
const GRANTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Whether a frame gets a permission. @param origin scheme and host, with or without a closing slash or path */
export function isGranted(permission: string, origin: string, isMainFrame: boolean): boolean {
  return GRANTED.has(permission) && isMainFrame && (origin === PAGE_ORIGIN || pathUnder(PAGE_ORIGIN, origin) !== undefined)
}

/**
 * Closes a session: permissions by the table, no devices, no downloads unless it has rules of its own for them, no network.
 * @param ownOrigin the only origin whose addresses may be requested in this session
 */
export function closeSession(session: Session, ownOrigin: string, downloads?: (session: Session) => void): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(isGranted(permission, details.requestingUrl ?? '', details.isMainFrame))
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) =>
    isGranted(permission, requestingOrigin, details.isMainFrame),
  )
  session.setDevicePermissionHandler(() => false)
  if (downloads) downloads(session)
  else session.on('will-download', (event: CancelEvent) => event.preventDefault())
  // SECURITY: S6 the page has no network of its own, whatever its policy says.
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !mayRequest(details.url, ownOrigin) }))
}

/** Own addresses, and what a page makes itself. Developer tools (only unpackaged, S4) load their own parts. */
function mayRequest(url: string, ownOrigin: string): boolean {
  return (
    pathUnder(ownOrigin, url) !== undefined ||
    url.startsWith('data:') ||
    url.startsWith(`blob:${ownOrigin}/`) ||
    url.startsWith('devtools://')
  )
}
