/** Own schemes, so that nothing of Hearth is ever a file:// or an http:// address. */
export const PAGE_SCHEME = 'app'
export const PAGE_ORIGIN = 'app://hearth'
export const PAGE_URL = `${PAGE_ORIGIN}/`
export const SURFACE_SCHEME = 'confirm'
export const SURFACE_ORIGIN = 'confirm://surface'

/** Kept between runs, without a cache: the page's own small settings. */
export const PAGE_PARTITION = 'persist:hearth'
/** In memory only, apart from the page's: no cookie, storage or service worker reaches across. */
export const SURFACE_PARTITION = 'hearth-confirm'

/** Where a ticket of the confirm surface is shown. */
export function surfaceUrl(token: string): string {
  return `${SURFACE_ORIGIN}/s/${token}`
}

/** @returns what follows the origin (with its slash), or undefined when the address is not under exactly this origin */
export function pathUnder(origin: string, url: string): string | undefined {
  return url.startsWith(`${origin}/`) ? url.slice(origin.length) : undefined
}

/** The sentence that is shown while Hearth ends; a session of its own, in memory only. */
export const NOTICE_SCHEME = 'app'
export const NOTICE_ORIGIN = 'app://notice'
export const NOTICE_PARTITION = 'hearth-notice'
