import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '#main/core/ports/log.ts'
import { fillNonce, pageHeaders, transportHeaders } from '../headers.ts'
import { readStaticFile } from '../static-files.ts'
import { SURFACE_CSS_PATH } from '../surface-rules.ts'
import type { Access } from './access.ts'
import { answer, answerSentence, cookieOf, type Headers } from './answer.ts'
import { redirect, sessionCookie, setCookie } from './session-cookie.ts'
import { createSignInForms } from './sign-in-forms.ts'
import { PASSWORD_PATH, SIGN_IN_PATH } from './sign-in-page.ts'
import type { Asked, Site } from './site.ts'

const SENTENCES = {
  noSession:
    'This page is locked. In the terminal where Hearth runs, press Enter and open the link that it prints. Where Hearth runs as a service, docs/headless.md says how to get a link.',
  signInFirst: 'Sign in first.',
  usedLink: 'This link is used up or too old. In the terminal where Hearth runs, press Enter and open the new link.',
  replayed:
    'This link was used twice, so the session that it opened has been ended. In the terminal where Hearth runs, press Enter for a new link.',
  pasteLink: 'Paste the link into the address bar: from another page it does not open.',
  tooMany: 'Too many wrong links. Wait a while and try again.',
  wrongHost: 'Hearth answers only under the address that its link names.',
  wrongOrigin: 'Hearth answers only to its own page.',
  wrongMethod: 'Hearth does not answer this kind of request here.',
  absent: 'There is nothing here.',
  notBuilt: 'The page has not been built yet. Run npm run build, then reload.',
  failed: 'Something went wrong here. The log has more.',
}

export interface PageListenerParts {
  access: Access
  rendererDir: string
  surfaceCss: Uint8Array
  site: Site
  /** Others can reach this machine: a sign-in password is asked for right after the first link. */
  isShared: boolean
  log: Log
}

/** Serves the built page to browsers that hold a session, the sign-in page to those that do not, and `/open` to those that bring a one-time link. */
export function createPageListener(parts: PageListenerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const { access, rendererDir, surfaceCss, site, isShared, log } = parts
  const transport = transportHeaders(site.secure)
  const bare = { ...pageHeaders([]), ...transport }
  const forms = createSignInForms({ access, site, log })

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // SECURITY: S17 a name that was rebound to this address carries its own Host.
    const asked = site.asked(request)
    if (!asked) return answerSentence(request, response, 403, bare, SENTENCES.wrongHost)
    const connect = [`${site.secure ? 'wss' : 'ws'}://${asked.host}`]
    const plain = { ...pageHeaders(connect), ...transport }
    const refuse = (status: number, sentence: string, extra: Headers = {}): void =>
      answerSentence(request, response, status, { ...plain, ...extra }, sentence)
    const sentOrigin = request.headers.origin
    if (sentOrigin !== undefined && sentOrigin !== asked.origin) return refuse(403, SENTENCES.wrongOrigin)
    const url = request.url ?? ''
    if (!url.startsWith('/') || url.startsWith('//')) return refuse(400, SENTENCES.absent)
    const [pathname = '/', query = ''] = splitOnce(url, '?')
    const cookie = cookieOf(request, sessionCookie(site))

    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // SECURITY: S17 a form may only come from our own page; a foreign or missing Origin is told so before anything else.
      const from = request.headers['sec-fetch-site']
      if (sentOrigin !== asked.origin || (from !== undefined && from !== 'same-origin')) return refuse(403, SENTENCES.wrongOrigin)
      if (request.method === 'POST' && pathname === SIGN_IN_PATH) return forms.signIn(request, response, asked)
      if (request.method === 'POST' && pathname === PASSWORD_PATH) {
        const session = access.session(cookie, asked)
        return session === undefined ? refuse(401, SENTENCES.signInFirst) : forms.choose(request, response, asked, session)
      }
      return refuse(405, SENTENCES.wrongMethod, { Allow: 'GET, HEAD' })
    }
    if (!cameFromUs(request, pathname)) return refuse(403, pathname === '/open' ? SENTENCES.pasteLink : SENTENCES.wrongOrigin)
    if (pathname === '/open') {
      // A HEAD or a prefetch must not use the link up.
      if (request.method !== 'GET' || request.headers['sec-purpose'] !== undefined)
        return refuse(405, SENTENCES.wrongMethod, { Allow: 'GET' })
      return open(new URLSearchParams(query).get('token') ?? '', cookie, asked, response, refuse)
    }
    if (pathname === SURFACE_CSS_PATH)
      return answer(request, response, 200, { ...plain, 'Content-Type': 'text/css; charset=utf-8' }, surfaceCss)

    const isOpen = access.session(cookie, asked) !== undefined
    const hasPassword = access.passwordSetAtMs() !== null
    if (pathname === SIGN_IN_PATH && (isOpen || hasPassword))
      return isOpen ? redirect(response, bare, '/') : forms.show(request, response, 'signIn')
    if (!isOpen) {
      if (!hasPassword) return refuse(401, SENTENCES.noSession)
      return pathname === '/' || pathname === '/index.html' ? redirect(response, bare, SIGN_IN_PATH) : refuse(401, SENTENCES.signInFirst)
    }
    if (pathname === PASSWORD_PATH) return hasPassword ? redirect(response, bare, '/') : forms.show(request, response, 'choose')

    const file = await readStaticFile(rendererDir, pathname)
    if (!file) return pathname === '/' ? refuse(503, SENTENCES.notBuilt) : refuse(404, SENTENCES.absent)
    const { bytes, nonce } = file.isPage ? fillNonce(file.bytes) : { bytes: file.bytes, nonce: undefined }
    const cache: Headers = file.immutable ? { 'Cache-Control': 'private, max-age=31536000, immutable' } : {}
    answer(request, response, 200, { ...pageHeaders(connect, nonce), ...transport, ...cache, 'Content-Type': file.contentType }, bytes)
  }

  const open = async (
    token: string,
    cookie: string | undefined,
    asked: Asked,
    response: ServerResponse,
    refuse: (status: number, sentence: string, extra?: Headers) => void,
  ): Promise<void> => {
    const redeemed = await access.redeem(token, cookie, asked)
    const next = isShared && access.passwordSetAtMs() === null ? PASSWORD_PATH : '/'
    switch (redeemed.kind) {
      case 'opened':
        log.info('a browser opened a session', { address: asked.address })
        return redirect(response, { ...bare, 'Set-Cookie': setCookie(site, redeemed.cookie) }, next)
      case 'already-open':
        return redirect(response, bare, next)
      case 'replayed':
        log.warn('a one-time link was used twice; the session it opened has ended', { address: asked.address })
        return refuse(401, SENTENCES.replayed)
      case 'locked-out':
        return refuse(429, SENTENCES.tooMany, { 'Retry-After': String(Math.ceil(redeemed.waitMs / 1000)) })
      case 'refused':
        log.warn('a one-time link was refused', { address: asked.address })
        return refuse(401, SENTENCES.usedLink)
    }
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      log.error('page listener failed', error)
      if (response.headersSent) response.destroy()
      else answerSentence(request, response, 500, bare, SENTENCES.failed)
    })
  }
}

/** Pages that may be reached by a link from elsewhere: they show nothing without a session, and reading them does nothing. */
const LINKABLE = new Set(['/', SIGN_IN_PATH, PASSWORD_PATH])

/**
 * SECURITY: S17 browsers say where a request began. Another port of 127.0.0.1 is `same-site` to us and just as foreign. Following a link to the front page is let
 * through (it brings no cookie and gets the sentence); `/open` is not, so that no web page can use up the tries.
 */
function cameFromUs(request: IncomingMessage, pathname: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'none' || site === 'same-origin') return true
  return LINKABLE.has(pathname) && request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)]
}
