import { randomBytes } from 'node:crypto'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { ApiResult, ErrorCode } from '#shared/api/errors.ts'
import type { Patch } from '#shared/api/patches.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'

/** Longest request name worth comparing with the table. */
const MAX_NAME_LENGTH = 64

/** A refusal made by the shell itself, before core saw anything. @param code why */
export function refusal(code: ErrorCode, detail?: Record<string, string>): ApiResult<never> {
  return { ok: false, error: { code, ...(detail ? { detail } : {}), ref: randomBytes(4).toString('hex') } }
}

/**
 * Parses the text of a request. A `__proto__` key at any depth is refused, so that no later merge can reach a prototype.
 * @returns the value, or undefined when the text is not JSON of that kind
 */
export function parseRequestJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text, (key: string, inner: unknown) => {
      if (key === '__proto__') throw new SyntaxError('__proto__')
      return inner
    })
    return { value }
  } catch {
    return undefined
  }
}

/**
 * Hands one request to core. The name must be an own key of the request table; schema and rights are core's work.
 * @param input parsed and untrusted @param signal of whoever asks @param shown the network that the page shows, where it says one @returns always a result: an unexpected rejection becomes `internal`, its cause goes to the log only
 */
export async function gatedCall(
  app: App,
  log: Log,
  name: string,
  input: unknown,
  signal?: AbortSignal,
  shown?: string | null,
): Promise<ApiResult<unknown>> {
  // SECURITY: S8 only names of the table pass; `constructor` and its like are no own keys.
  if (name.length > MAX_NAME_LENGTH || !Object.hasOwn(requests, name)) return refusal('unknown-request')
  try {
    return await app.call(name, input, signal, shown)
  } catch (error) {
    // SECURITY: S18 the text of an error could quote what was typed.
    const cause = requests[name as RequestName].secret ? new Error('withheld: secret request') : error
    return { ok: false, error: { code: 'internal', ref: log.error('request failed', cause, { name }) } }
  }
}

/** What a page says of the network it shows: an id, null for none, undefined when it says nothing. @returns undefined when it is none of these */
export function readShown(value: unknown): { shown: string | null | undefined } | undefined {
  if (value === undefined || value === null) return { shown: value }
  return typeof value === 'string' && value.length <= MAX_NAME_LENGTH ? { shown: value } : undefined
}

/** Requests whose answer says at which number the page stands: from then on it wants every patch. */
export const opensPushes = (name: string): boolean => name === 'state.get' || name === 'state.resume'

/** Lets patches through once the page has its snapshot, or what it missed. */
export interface PushGate {
  /** Call before such a request runs: from here on no patch is missed. */
  opening(): void
  /** Call once its result has left: what came meanwhile follows, in order. */
  opened(): void
  close(): void
}

/** @param send takes one patch to the page */
export function createPushGate(app: App, send: (patch: Patch) => void): PushGate {
  let stop: (() => void) | undefined
  let held: Patch[] | undefined
  return {
    opening() {
      if (stop) return
      held = []
      stop = app.subscribe((patch) => {
        if (held) held.push(patch)
        else send(patch)
      })
    },
    opened() {
      const waiting = held ?? []
      held = undefined
      for (const patch of waiting) send(patch)
    },
    close() {
      stop?.()
      stop = undefined
      held = undefined
    },
  }
}
