import type { ServerResponse } from 'node:http'
import type { Headers } from './answer.ts'
import { SESSION_LIFE_MS } from './sessions.ts'
import type { Site } from './site.ts'

const PLAIN = 'hearth_session'

/** Under TLS the `__Host-` prefix: browsers then take the cookie from this very host alone, over TLS alone. Plain HTTP on loopback cannot have it. */
export function sessionCookie(site: Site): string {
  return site.secure ? `__Host-${PLAIN}` : PLAIN
}

/** SECURITY: S17 no script reads it, no other site sends it; under TLS it never travels in the clear. */
export function setCookie(site: Site, value: string): string {
  const rest = site.secure ? `; Secure; Max-Age=${SESSION_LIFE_MS / 1000}` : ''
  return `${sessionCookie(site)}=${value}; HttpOnly; SameSite=Strict; Path=/${rest}`
}

/** Sends the browser on with a GET. */
export function redirect(response: ServerResponse, headers: Headers, location: string): void {
  response.writeHead(303, { ...headers, 'Content-Length': '0', Location: location })
  response.end()
}
