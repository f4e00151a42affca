import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { fillNonce, pageHeaders, surfaceHeaders } from '../headers.ts'
import { readStaticFile } from '../static-files.ts'
import { isFormType, MAX_SURFACE_BODY_BYTES, SURFACE_CSS_PATH, ticketOf } from '../surface-rules.ts'
import type { ElectronApi, SchemeHandler } from './electron-api.ts'
import { PAGE_ORIGIN, PAGE_SCHEME, pathUnder, SURFACE_ORIGIN, SURFACE_SCHEME } from './origins.ts'

/** SECURITY: S5 both schemes are standard and secure, so that origins, CSP and storage work as on the web. Must run before the app is ready. */
export function registerSchemes(protocol: ElectronApi['protocol']): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: false } },
    { scheme: SURFACE_SCHEME, privileges: { standard: true, secure: true } },
  ])
}

/** Serves the built page under `app://hearth`. */
export function createPageHandler(rendererDir: string): SchemeHandler {
  return async (request) => {
    const rest = pathUnder(PAGE_ORIGIN, request.url)
    if (request.method !== 'GET' || rest === undefined) return new Response(null, { status: 405, headers: pageHeaders([]) })
    const file = await readStaticFile(rendererDir, rest.split(/[?#]/, 1)[0] ?? '/')
    if (!file) return new Response(null, { status: 404, headers: pageHeaders([]) })
    const { bytes, nonce } = file.isPage ? fillNonce(file.bytes) : { bytes: file.bytes, nonce: undefined }
    return new Response(new Uint8Array(bytes), { status: 200, headers: { ...pageHeaders([], nonce), 'Content-Type': file.contentType } })
  }
}

/** Serves the confirm surface under `confirm://surface`, in a session where nothing else lives. */
export function createSurfaceHandler(app: App, surfaceCss: Uint8Array, log: Log): SchemeHandler {
  const headers = surfaceHeaders()
  const refuse = (status: number): Response => new Response(null, { status, headers })
  const serve: SchemeHandler = async (request) => {
    const rest = pathUnder(SURFACE_ORIGIN, request.url)
    if (rest === undefined) return refuse(404)
    const { method } = request
    if (rest === SURFACE_CSS_PATH) {
      if (method !== 'GET') return refuse(405)
      return new Response(new Uint8Array(surfaceCss), { status: 200, headers: { ...headers, 'Content-Type': 'text/css; charset=utf-8' } })
    }
    const token = ticketOf(rest)
    if (token === undefined) return refuse(404)
    if (method !== 'GET' && method !== 'POST') return refuse(405)
    let body: Uint8Array = new Uint8Array()
    if (method === 'POST') {
      const origin = request.headers.get('origin')
      if (origin !== null && origin !== SURFACE_ORIGIN) return refuse(403)
      if (!isFormType(request.headers.get('content-type'))) return refuse(415)
      const read = await readBody(request, MAX_SURFACE_BODY_BYTES)
      if (!read) return refuse(413)
      body = read
    }
    try {
      const page = await app.surface(token, method, body)
      return new Response(new Uint8Array(page.html), {
        status: page.status,
        headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
      })
    } finally {
      // SECURITY: S18 the body holds a password; our copy of it ends here.
      body.fill(0)
    }
  }
  return async (request) => {
    try {
      return await serve(request)
    } catch (error) {
      log.error('confirm surface failed', error)
      return refuse(500)
    }
  }
}

/** @returns the body, or undefined when it is larger than `limit` bytes */
async function readBody(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const whole = new Uint8Array(limit)
  let length = 0
  for await (const chunk of request.body ?? []) {
    if (length + chunk.byteLength > limit) {
      whole.fill(0)
      return undefined
    }
    whole.set(chunk, length)
    length += chunk.byteLength
    chunk.fill(0)
  }
  return whole.subarray(0, length)
}
