import {
  requests,
  MAX_REQUEST_BYTES,
  MAX_RESULT_LENGTH,
  type RequestName,
  type RequestOutput,
  type RequestParsed,
} from '#shared/api/requests.ts'
import { HearthError, type ApiResult } from '#shared/api/errors.ts'
import type { Log } from './ports/log.ts'
import type { LongRequests } from './tasks/long-requests.ts'
import { unlessCancelled } from './unless-cancelled.ts'

/**
 * One function per row of the request table; a missing one does not compile. `signal` aborts when whoever asked has had enough: a read that can stop then stops, and a write
 * that `waits` rejects `cancelled` unless it has begun to change something.
 */
export type Handlers = { [N in RequestName]: (input: RequestParsed<N>, signal?: AbortSignal) => Promise<RequestOutput<N>> }

/** Writing code for a schema takes longer than reading by it the few times that a request is asked. */
const ONCE = { jitless: true }

/** Of callers that never have enough. */
const NEVER = new AbortController().signal

export type Dispatch = (name: string, input: unknown, signal?: AbortSignal, shown?: string | null) => Promise<ApiResult<unknown>>

/** Throws when a write must not run, judged when its turn comes: what waited before it may have changed what it was meant for. @param shown the network that the asking page showed */
export type MayRun = (name: RequestName, input: unknown, shown: string | null) => void

/**
 * Makes `call(name, input, signal)`: name in the table -> size -> schema -> run -> schema -> size -> result. `writes` rows run one at a time; reads never wait behind them.
 * A cancelled read ends at once with `cancelled`, whatever its handler does; a cancelled write ends so while it waits for its turn, and after that only as its row allows.
 * Nothing is thrown: an expected failure keeps its code, any other becomes `internal` with a reference into the log. Stacks never cross.
 * @param long where writes that last are published @param mayRun judges the writes of pages that say which network they show
 */
export function createDispatcher(handlers: Handlers, log: Log, long?: LongRequests, mayRun?: MayRun): Dispatch {
  let writing: Promise<unknown> = Promise.resolve()
  let counter = 0

  const fail = (code: HearthError['code'], detail: Record<string, string> = {}, ref = ''): ApiResult<never> => ({
    ok: false,
    error: { code, detail: Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, value.slice(0, 600)])), ref },
  })

  const run = async (name: RequestName, input: unknown, signal: AbortSignal, shown?: string | null): Promise<ApiResult<unknown>> => {
    const row = requests[name]
    const handler = handlers[name] as (parsed: unknown, signal: AbortSignal) => Promise<unknown>
    counter += 1
    const ref = `r${counter.toString(36)}`
    try {
      if (row.writes && shown !== undefined) mayRun?.(name, input, shown)
      const value = await (row.writes ? handler(input, signal) : unlessCancelled(signal, () => handler(input, signal)))
      const checked = row.output.safeParse(value, ONCE)
      if (!checked.success) {
        return fail('internal', {}, log.error('an answer broke its own schema', checked.error, { request: name }))
      }
      const length = JSON.stringify(checked.data).length
      if (length > MAX_RESULT_LENGTH) {
        log.warn('an answer is too long', { request: name, length, ref })
        return fail('too-large', {}, ref)
      }
      return { ok: true, value: checked.data }
    } catch (error) {
      if (error instanceof HearthError) {
        if (!row.secret && error.code !== 'cancelled') log.info('request refused', { request: name, code: error.code, ref })
        return fail(error.code, error.detail, ref)
      }
      // A secret row's error text could quote what was typed.
      return fail(
        'internal',
        {},
        log.error('request failed', row.secret ? new Error('withheld: secret request') : error, { request: name }),
      )
    }
  }

  /** In the row of writes. Until its turn comes it can be taken out; what it would have done is then never begun. */
  const inTurn = async (
    name: RequestName,
    input: unknown,
    signal: AbortSignal | undefined,
    shown: string | null | undefined,
  ): Promise<ApiResult<unknown>> => {
    if (signal?.aborted) return fail('cancelled')
    const abort = new AbortController()
    const passOn = (): void => abort.abort()
    signal?.addEventListener('abort', passOn, { once: true })
    const watched = long?.watch(name, { waits: requests[name].waits, abort })
    let hasBegun = false
    const takenOut = new Promise<ApiResult<unknown>>((resolve) =>
      abort.signal.addEventListener('abort', () => (hasBegun ? undefined : resolve(fail('cancelled'))), { once: true }),
    )
    const turn = writing.then(() => {
      if (abort.signal.aborted) return fail('cancelled')
      hasBegun = true
      watched?.begun()
      return run(name, input, abort.signal, shown)
    })
    writing = turn
    try {
      return await Promise.race([turn, takenOut])
    } finally {
      watched?.ended()
      signal?.removeEventListener('abort', passOn)
    }
  }

  return async (name, input, signal, shown) => {
    if (!Object.hasOwn(requests, name)) return fail('unknown-request')
    const known = name as RequestName
    const row = requests[known]
    let size: number
    try {
      size = JSON.stringify(input)?.length ?? 0
    } catch {
      return fail('invalid-request')
    }
    if (size > MAX_REQUEST_BYTES) return fail('too-large')
    const parsed = row.input.safeParse(input, ONCE)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return fail('invalid-request', row.secret ? {} : { path: issue?.path.join('.') ?? '', problem: (issue?.message ?? '').slice(0, 200) })
    }
    return row.writes ? inTurn(known, parsed.data, signal, shown) : run(known, parsed.data, signal ?? NEVER)
  }
}
