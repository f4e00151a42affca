import { request } from 'node:https'
import { HearthError } from '#shared/api/errors.ts'
import type { HttpsPost } from '#main/core/ports/https-post.ts'

const REASON_CHARACTERS = 200

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return ('code' in error && typeof error.code === 'string' ? error.code : error.message).slice(0, REASON_CHARACTERS)
}

/**
 * SECURITY: S6 the one way in which Hearth speaks to a service of the user's choice: https with a checked certificate, that host and no other.
 * @param options.ca certificates trusted besides the system's, for tests
 */
export function createHttpsPost(options: { ca?: string } = {}): HttpsPost {
  return {
    async postHttps(text, body, headers, timeoutMs, signal) {
      const url = URL.canParse(text) ? new URL(text) : undefined
      // The path of such an address is often its password: only the host is ever told.
      const host = url?.host ?? ''
      if (url?.protocol !== 'https:') throw new HearthError('alert-undelivered', { host, reason: 'not https' })
      const bytes = Buffer.from(body, 'utf8')
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const timeout = AbortSignal.timeout(timeoutMs)
      const sent = request(
        url,
        {
          method: 'POST',
          agent: false,
          signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
          headers: { 'user-agent': 'Hearth', ...headers, 'content-length': String(bytes.length) },
          ...(options.ca === undefined ? {} : { ca: options.ca }),
        },
        (response) => {
          resolve(response.statusCode ?? 0)
          // What it says is of no use here, however long it is.
          response.destroy()
        },
      )
      sent.on('error', reject)
      sent.end(bytes)
      try {
        return { status: await promise }
      } catch (error) {
        throw new HearthError(
          'alert-undelivered',
          { host, reason: timeout.aborted ? 'no answer in time' : reasonOf(error) },
          { cause: error },
        )
      }
    },
  }
}
