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

/** One function per row of the request table; a missing one does not compile. */
export type Handlers = { [N in RequestName]: (input: RequestParsed<N>) => Promise<RequestOutput<N>> }

/**
 * Makes `call(name, input)`: name in the table -> size -> schema -> run -> schema -> size -> result. `writes` rows run one at a time; reads never wait behind them.
 * Nothing is thrown: an expected failure keeps its code, any other becomes `internal` with a reference into the log. Stacks never cross.
 */
export function createDispatcher(handlers: Handlers, log: Log): (name: string, input: unknown) => Promise<ApiResult<unknown>> {
  let writing: Promise<unknown> = Promise.resolve()
  let counter = 0

  const fail = (code: HearthError['code'], detail: Record<string, string> = {}, ref = ''): ApiResult<never> => ({
    ok: false,
    error: { code, detail: Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, value.slice(0, 600)])), ref },
  })

  const run = async (name: RequestName, input: unknown): Promise<ApiResult<unknown>> => {
    const row = requests[name]
    const handler = handlers[name] as (parsed: unknown) => Promise<unknown>
    counter += 1
    const ref = `r${counter.toString(36)}`
    try {
      const value = await handler(input)
      const checked = row.output.safeParse(value)
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
        if (!row.secret) log.info('request refused', { request: name, code: error.code, ref })
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

  return async (name, input) => {
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
    const parsed = row.input.safeParse(input)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return fail('invalid-request', row.secret ? {} : { path: issue?.path.join('.') ?? '', problem: (issue?.message ?? '').slice(0, 200) })
    }
    if (!row.writes) return run(known, parsed.data)
    const turn = writing.then(() => run(known, parsed.data))
    writing = turn
    return turn
  }
}
