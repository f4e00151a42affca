import { HearthError } from '#shared/api/errors.ts'
import type { BackendLine } from '../ports/backend-line.ts'
import type { Clock } from '../ports/clock.ts'
import type { Net } from '../ports/net.ts'

/** Asks containers of a network that has nothing outside. Knows POST alone: Practice's backends speak JSON-RPC. */
export function lineOfNet(net: Pick<Net, 'post'>, clock: Pick<Clock, 'now'>): BackendLine {
  return {
    async http({ url, method, headers, body, timeoutMs }) {
      const { host } = new URL(url)
      if (method !== 'POST') throw new HearthError('backend-unreachable', { host, reason: 'it answers POST alone' })
      const beganMs = clock.now()
      try {
        const answer = await net.post(url, new TextEncoder().encode(body), headers, timeoutMs)
        return { ...answer, ms: Math.max(0, clock.now() - beganMs) }
      } catch (error) {
        const reason = error instanceof HearthError ? (error.detail['reason'] ?? error.code) : 'no answer'
        throw new HearthError('backend-unreachable', { host, reason }, { cause: error })
      }
    },
    websocket: ({ url }) =>
      Promise.reject(new HearthError('backend-unreachable', { host: new URL(url).host, reason: 'there is no WebSocket here' })),
  }
}
