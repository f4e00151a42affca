/** What both shells accept on the confirm surface. */

/** Largest form post: 24 words and a password are far below. */
export const MAX_SURFACE_BODY_BYTES = 16 * 1024
export const SURFACE_CSS_PATH = '/surface.css'

const TICKET_PATH = /^\/s\/([A-Za-z0-9_-]{16,128})$/

/** @param pathname path of the request, with whatever follows it @returns the ticket's token, or undefined when the path is anything else */
export function ticketOf(pathname: string): string | undefined {
  return TICKET_PATH.exec(pathname)?.[1]
}

/** Whether a content type is that of a plain HTML form. */
export function isFormType(contentType: string | null | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}
