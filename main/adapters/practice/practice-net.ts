import { HearthError } from '#shared/api/errors.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { Reach } from '#main/core/ports/reach.ts'
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
      const port = portOf(url)
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

const portOf = (url: URL): number => (url.port === '' ? (/^(https|wss):$/.test(url.protocol) ? 443 : 80) : Number(url.port))

/** The same for a look at an address: names of Practice are those of this machine, and it has no certificates. */
export function createPracticeReach(engine: PracticeEngineControl): Reach {
  return async (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || !/^(https?|wss?):$/.test(url.protocol)) throw new HearthError('endpoint-invalid', { url: text.slice(0, 200) })
    if (!LOOPBACK.has(url.hostname))
      return { addresses: [], nameMs: 0, nameProblem: 'Practice reaches its own containers only', connectMs: null }
    const answer = await engine.request(portOf(url), { method: 'GET', path: '/', headers: {}, body: new Uint8Array() })
    const found = { addresses: ['127.0.0.1'], nameMs: 0 }
    return answer ? { ...found, connectMs: 0 } : { ...found, connectMs: null, connectProblem: 'ECONNREFUSED' }
  }
}
