import type { ApiResult } from '#shared/api/errors.ts'
import { LINK_LOST, type Link, type LinkStatus } from '../link.ts'

/** Close code of the shell: this browser's session is over, trying again is useless. */
export const CLOSE_SESSION_ENDED = 4401
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
/** The shell says something at least every 15 s; a line that says nothing for this long is dead, whatever the browser believes. */
export const SILENT_MS = 45_000

/** The part of the browser's WebSocket that is used. */
export interface SocketLike {
  readonly readyState: number
  send(text: string): void
  close(): void
  addEventListener(type: 'open' | 'close' | 'message' | 'error', listener: (event: { code?: number; data?: unknown }) => void): void
}

export interface SocketLinkParts {
  open: () => SocketLike
  /** @returns how to call it off */
  later: (run: () => void, ms: number) => () => void
  /** 0 to 1, for the spread of the waits. */
  random: () => number
}

const OPEN = 1

/**
 * JSON text frames over one WebSocket: `{id,name,input}` and the network shown out, `{id,result}`, `{push}` and `{beat}` in. Comes back by itself with growing waits; what was asked and not answered
 * when the line broke resolves as lost and is never sent again by itself, since it may have run.
 */
export function createSocketLink(parts: SocketLinkParts): Link {
  const pushes = new Set<(patch: unknown) => void>()
  const statuses = new Set<(status: LinkStatus) => void>()
  const waiting = new Map<number, (result: ApiResult<unknown>) => void>()
  let status: LinkStatus = 'connecting'
  let socket: SocketLike | undefined
  let lastId = 0
  let failures = 0

  const setStatus = (next: LinkStatus): void => {
    if (status === next) return
    status = next
    for (const listener of statuses) listener(next)
  }
  const dropWaiting = (): void => {
    const lost = [...waiting.values()]
    waiting.clear()
    for (const resolve of lost) resolve(LINK_LOST)
  }
  const receive = (text: unknown): void => {
    const frame = parse(text)
    if (!frame) return
    if ('push' in frame) {
      for (const listener of pushes) listener(frame['push'])
      return
    }
    const { id, result } = frame
    const resolve = typeof id === 'number' ? waiting.get(id) : undefined
    if (!resolve || typeof id !== 'number') return
    waiting.delete(id)
    resolve(result as ApiResult<unknown>)
  }
  const connect = (): void => {
    const mine = parts.open()
    socket = mine
    let callOff: (() => void) | undefined
    const hear = (): void => {
      callOff?.()
      callOff = parts.later(() => {
        mine.close()
        // On a dead line the browser's own close event may take minutes.
        gone({})
      }, SILENT_MS)
    }
    mine.addEventListener('open', () => {
      failures = 0
      hear()
      setStatus('open')
    })
    mine.addEventListener('message', (event) => {
      if (socket !== mine) return
      hear()
      receive(event.data)
    })
    mine.addEventListener('close', (event) => gone(event))
    const gone = (event: { code?: number }): void => {
      if (socket !== mine) return
      callOff?.()
      socket = undefined
      dropWaiting()
      if (event.code === CLOSE_SESSION_ENDED) return setStatus('ended')
      setStatus('lost')
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.8 + 0.4 * parts.random())
      failures += 1
      parts.later(connect, wait)
    }
  }
  connect()

  return {
    async call(name, input, signal, shown) {
      const line = socket
      if (!line || line.readyState !== OPEN) return LINK_LOST
      lastId += 1
      const id = lastId
      const cancel = (): void => {
        if (socket !== line || line.readyState !== OPEN) return
        lastId += 1
        // Nobody waits for the answer to this one.
        line.send(JSON.stringify({ id: lastId, name: 'calls.cancel', input: { id } }))
      }
      const answer = new Promise<ApiResult<unknown>>((resolve) => {
        waiting.set(id, resolve)
        line.send(JSON.stringify({ id, name, input, ...(shown !== undefined && { network: shown }) }))
      })
      if (signal?.aborted) cancel()
      signal?.addEventListener('abort', cancel, { once: true })
      return answer.finally(() => signal?.removeEventListener('abort', cancel))
    },
    onPush(listener) {
      pushes.add(listener)
      return () => pushes.delete(listener)
    },
    onStatus(listener) {
      statuses.add(listener)
      listener(status)
      return () => statuses.delete(listener)
    },
  }
}

function parse(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The web shell's socket, on the origin that served the page. */
export function openSocketLink(): Link {
  const url = new URL('/socket', globalThis.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return createSocketLink({
    open: () => new WebSocket(url) as unknown as SocketLike,
    later: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    random: Math.random,
  })
}
