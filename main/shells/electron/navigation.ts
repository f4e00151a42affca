import { ticketOf } from '../surface-rules.ts'
import type { CancelEvent, ElectronApi, WebContents } from './electron-api.ts'
import { externalUrl } from './open-external.ts'
import { pathUnder, SURFACE_ORIGIN } from './origins.ts'

export interface NavigationParts {
  isPage(contents: WebContents): boolean
  /** Whether a confirm window goes to its own ticket, which is how its form posts. */
  isOwnTicket(contents: WebContents, url: string): boolean
  openTicket(token: string): void
  openExternal(url: string): void
}

/**
 * SECURITY: S9 for every contents that is ever made: no navigation, no redirect, no new window, no webview. Two addresses of the page lead somewhere, never into a
 * window of its making: a ticket of the confirm surface, and a page outside that is on the list (S11).
 */
export function guardNavigation(app: ElectronApi['app'], parts: NavigationParts): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      if (parts.isPage(contents)) {
        const token = ticketOf(pathUnder(SURFACE_ORIGIN, url) ?? '')
        const outside = externalUrl(url)
        if (token !== undefined) parts.openTicket(token)
        else if (outside !== undefined) parts.openExternal(outside)
      }
      return { action: 'deny' }
    })
    const judge = (details: CancelEvent & { readonly url: string }): void => {
      if (!parts.isOwnTicket(contents, details.url)) details.preventDefault()
    }
    contents.on('will-navigate', judge)
    contents.on('will-frame-navigate', judge)
    contents.on('will-redirect', (details) => details.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}
