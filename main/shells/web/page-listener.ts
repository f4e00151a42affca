import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '#main/core/ports/log.ts'
import { fillNonce, pageHeaders } from '../headers.ts'
import { readStaticFile } from '../static-files.ts'
import type { Access } from './access.ts'
import { answer, answerSentence, cookieOf, single } from './answer.ts'

export const SESSION_COOKIE = 'hearth_session'

const SENTENCES = {
  noSession: 'This page is locked. In the terminal where Hearth runs, press Enter and open the link that it prints.',
  usedLink: 'This link is used up or too old. In the terminal where Hearth runs, press Enter and open the new link.',
  replayed:
    'This link was used twice, so the session that it opened has been ended. In the terminal where Hearth runs, press Enter for a new link.',
  pasteLink: 'Paste the link into the address bar: from another page it does not open.',
  tooMany: 'Too many wrong links. Wait a minute and try again.',
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
  /** `127.0.0.1:<port>`: the only Host that is served. */
  host: string
  log: Log
}

/** Serves the built page to browsers that hold a session, and `/open` to those that bring a one-time link. */
export function createPageListener({
  access,
  rendererDir,
  host,
  log,
}: PageListenerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const origin = `http://${host}`
  const connect = [`ws://${host}`]
  const plain = pageHeaders(connect)

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, sentence: string, extra: Record<string, string> = {}): void =>
      answerSentence(request, response, status, { ...plain, ...extra }, sentence)
    // SECURITY: S17 a name that was rebound to this address carries its own Host.
    if (single(request, 'host') !== host) return refuse(403, SENTENCES.wrongHost)
    const sentOrigin = request.headers.origin
    if (sentOrigin !== undefined && sentOrigin !== origin) return refuse(403, SENTENCES.wrongOrigin)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // SECURITY: S17 nothing is ever posted to this listener; a foreign or missing Origin is told so before anything else.
      return sentOrigin === origin ? refuse(405, SENTENCES.wrongMethod, { Allow: 'GET, HEAD' }) : refuse(403, SENTENCES.wrongOrigin)
    }
    const url = request.url ?? ''
    if (!url.startsWith('/') || url.startsWith('//')) return refuse(400, SENTENCES.absent)
    const [pathname = '/', query = ''] = splitOnce(url, '?')
    if (!cameFromUs(request, pathname)) return refuse(403, pathname === '/open' ? SENTENCES.pasteLink : SENTENCES.wrongOrigin)

    const cookie = cookieOf(request, SESSION_COOKIE)
    if (pathname === '/open') {
      // A HEAD or a prefetch must not use the link up.
      if (request.method !== 'GET' || request.headers['sec-purpose'] !== undefined)
        return refuse(405, SENTENCES.wrongMethod, { Allow: 'GET' })
      return open(new URLSearchParams(query).get('token') ?? '', cookie, response, refuse)
    }
    if (access.session(cookie) === undefined) return refuse(401, SENTENCES.noSession)

    const file = await readStaticFile(rendererDir, pathname)
    if (!file) return pathname === '/' ? refuse(503, SENTENCES.notBuilt) : refuse(404, SENTENCES.absent)
    const { bytes, nonce } = file.isPage ? fillNonce(file.bytes) : { bytes: file.bytes, nonce: undefined }
    const cache: Record<string, string> = file.immutable ? { 'Cache-Control': 'private, max-age=31536000, immutable' } : {}
    answer(request, response, 200, { ...pageHeaders(connect, nonce), ...cache, 'Content-Type': file.contentType }, bytes)
  }

  const open = (
    token: string,
    cookie: string | undefined,
    response: ServerResponse,
    refuse: (status: number, sentence: string, extra?: Record<string, string>) => void,
  ): void => {
    const redeemed = access.redeem(token, cookie)
    switch (redeemed.kind) {
      case 'opened':
        log.info('a browser opened a session')
        response.writeHead(303, {
          ...plain,
          'Content-Length': '0',
          Location: '/',
          'Set-Cookie': `${SESSION_COOKIE}=${redeemed.cookie}; HttpOnly; SameSite=Strict; Path=/`,
        })
        response.end()
        return
      case 'already-open':
        response.writeHead(303, { ...plain, 'Content-Length': '0', Location: '/' })
        response.end()
        return
      case 'replayed':
        log.warn('a one-time link was used twice; the session it opened has ended')
        return refuse(401, SENTENCES.replayed)
      case 'locked-out':
        return refuse(429, SENTENCES.tooMany, { 'Retry-After': String(Math.ceil(redeemed.waitMs / 1000)) })
      case 'refused':
        return refuse(401, SENTENCES.usedLink)
    }
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      log.error('page listener failed', error)
      if (response.headersSent) response.destroy()
      else answerSentence(request, response, 500, plain, SENTENCES.failed)
    })
  }
}

/**
 * SECURITY: S17 browsers say where a request began. Another port of 127.0.0.1 is `same-site` to us and just as foreign. Following a link to the front page is let
 * through (it brings no cookie and gets the sentence); `/open` is not, so that no web page can use up the tries.
 */
function cameFromUs(request: IncomingMessage, pathname: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'none' || site === 'same-origin') return true
  return pathname === '/' && request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)]
}
