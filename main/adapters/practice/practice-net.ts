import { HearthError } from '#shared/api/errors.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { PracticeEngineControl } from './engine/control.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Requests of Practice reach its own containers and nothing else: nothing that is practised leaves this machine, or even this process. */
export function createPracticeNet(engine: PracticeEngineControl): Net {
  return {
    async post(text, body, headers, timeoutMs, signal) {
      if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
        throw new HearthError('endpoint-invalid', { url: text.slice(0, 200) })
      const url = new URL(text)
      const endpoint = `${url.protocol}//${url.host}`
      const refused = (reason: string): HearthError => new HearthError('no-network', { endpoint, reason })
      if (!LOOPBACK.has(url.hostname)) throw refused('Practice reaches its own containers only')
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
      const over = Promise.withResolvers<never>()
      const timer = setTimeout(() => over.reject(refused('no answer in time')), timeoutMs)
      const cancel = (): void => over.reject(new HearthError('cancelled'))
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        if (signal?.aborted) throw new HearthError('cancelled')
        const asked = engine.request(port, { method: 'POST', path: `${url.pathname}${url.search}`, headers: lower, body })
        const answer = await Promise.race([asked, over.promise])
        if (!answer) throw refused('ECONNREFUSED')
        return answer
      } finally {
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
      }
    },
    // Ports of Practice are its own; the engine says when two of its containers want the same.
    portFree: () => Promise.resolve(true),
    freeDiskBytes: () => Promise.resolve(engine.freeDiskBytes()),
  }
}
