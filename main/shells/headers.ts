import { randomBytes } from 'node:crypto'

/** Stands in index.html where the nonce of the component library's own style element belongs. */
export const NONCE_MARK = '__CSP_NONCE__'

const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()',
}

/**
 * Headers of everything that belongs to the page.
 * @param connect further sources the page may talk to (the web shell's socket); none in Electron
 * @param nonce allows one style element; absent when the page needs none
 */
export function pageHeaders(connect: string[], nonce?: string): Record<string, string> {
  // SECURITY: S6 S7 nothing inline, nothing evaluated, nothing from elsewhere, nobody frames it.
  const csp = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce ? ` 'nonce-${nonce}'` : ''}`,
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  return { ...COMMON, 'Content-Security-Policy': csp, 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' }
}

/**
 * Headers of the confirm surface. `same-origin` and not `no-referrer`: under the latter browsers send `Origin: null` with the surface's own form,
 * and the origin check is worth more. Nothing leaves this origin either way.
 */
export function surfaceHeaders(): Record<string, string> {
  // SECURITY: S7 no script at all.
  const csp = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
  return { ...COMMON, 'Content-Security-Policy': csp, 'Referrer-Policy': 'same-origin', 'Cache-Control': 'no-store' }
}

/**
 * What is added under TLS: this name is asked over TLS from now on, for a year. Browsers heed it only where they trust the certificate and the host is a name.
 * Not for sub-domains, which are none of our business.
 */
export function transportHeaders(secure: boolean): Record<string, string> {
  return secure ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}
}

/** Fills the nonce into the page when it asks for one. @returns the page and the nonce to put into its policy */
export function fillNonce(page: Buffer): { bytes: Buffer; nonce: string | undefined } {
  const text = page.toString('utf8')
  if (!text.includes(NONCE_MARK)) return { bytes: page, nonce: undefined }
  const nonce = randomBytes(18).toString('base64')
  return { bytes: Buffer.from(text.replaceAll(NONCE_MARK, nonce), 'utf8'), nonce }
}
