import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { surfaceHeaders, transportHeaders } from '../headers.ts'
import { isFormType, MAX_SURFACE_BODY_BYTES, SURFACE_CSS_PATH, ticketOf } from '../surface-rules.ts'
import { answer, answerSentence, single } from './answer.ts'
import { readBody } from './request-body.ts'
import type { Site } from './site.ts'

const SENTENCES = {
  wrongHost: 'Hearth answers only under the address that it named.',
  wrongOrigin: 'This form can only be sent from its own page.',
  wrongMethod: 'Hearth does not answer this kind of request here.',
  wrongType: 'This is not the form of this page.',
  tooLarge: 'This is more than the form can hold.',
  absent: 'There is nothing here. Go back to Hearth and open it again.',
  failed: 'Hearth could not show this page. Go back to Hearth and open it again.',
}

export interface ConfirmListenerParts {
  app: App
  surfaceCss: Uint8Array
  /** The addresses of this surface, other than the page's. */
  site: Site
  log: Log
}

/** Serves the confirm surface and its style sheet, nothing else. The token in the path is the only key: cookies of the page never count here. */
export function createConfirmListener({
  app,
  surfaceCss,
  site,
  log,
}: ConfirmListenerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const headers = { ...surfaceHeaders(), ...transportHeaders(site.secure) }
  const none = new Uint8Array()

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, sentence: string, extra: Record<string, string> = {}): void =>
      answerSentence(request, response, status, { ...headers, ...extra }, sentence)
    // SECURITY: S17 as on the page's listener.
    const asked = site.asked(request)
    if (!asked) return refuse(403, SENTENCES.wrongHost)
    const { method } = request
    const url = request.url ?? ''
    if (url === SURFACE_CSS_PATH) {
      if (method !== 'GET' && method !== 'HEAD') return refuse(405, SENTENCES.wrongMethod, { Allow: 'GET, HEAD' })
      return answer(request, response, 200, { ...headers, 'Content-Type': 'text/css; charset=utf-8' }, surfaceCss)
    }
    const token = ticketOf(url)
    if (token === undefined) return refuse(404, SENTENCES.absent)
    if (method !== 'GET' && method !== 'POST') return refuse(405, SENTENCES.wrongMethod, { Allow: 'GET, POST' })
    if (!mayCome(request, asked.origin)) return refuse(403, SENTENCES.wrongOrigin)
    let body: Uint8Array = none
    if (method === 'POST') {
      if (!isFormType(single(request, 'content-type'))) return refuse(415, SENTENCES.wrongType)
      const read = await readBody(request, MAX_SURFACE_BODY_BYTES)
      if (read === undefined) return refuse(413, SENTENCES.tooLarge)
      body = read
    }
    try {
      const page = await app.surface(token, method, body)
      answer(request, response, page.status, { ...headers, 'Content-Type': 'text/html; charset=utf-8' }, page.html)
    } finally {
      // SECURITY: S18 the body holds a password; our copy of it ends here.
      body.fill(0)
    }
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      log.error('confirm surface failed', error)
      if (response.headersSent) response.destroy()
      else answerSentence(request, response, 500, headers, SENTENCES.failed)
    })
  }
}

/**
 * SECURITY: S17 the form may only come from this surface's own page. Reading may begin elsewhere (Hearth's page opens it), as a page of its own and never inside another.
 */
function mayCome(request: IncomingMessage, origin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (request.method === 'POST') return single(request, 'origin') === origin && (site === undefined || site === 'same-origin')
  if (site === undefined) return true
  return request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
}
