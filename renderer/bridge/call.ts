import { apiErrorSchema, type ApiResult } from '#shared/api/errors.ts'
import { requests, type RequestInput, type RequestName, type RequestOutput } from '#shared/api/requests.ts'
import type { Link } from './link.ts'
import { createWaits, listed, type Waits } from './waits.ts'

/** One typed function per row of the request table. None rejects: failures are values. When `signal` aborts, a read ends with `cancelled`. */
export type Api = { readonly [N in RequestName]: (input: RequestInput<N>, signal?: AbortSignal) => Promise<ApiResult<RequestOutput<N>>> }

/** What the page itself cannot do without, and asks by itself: never offered to be cancelled. */
const UNLISTED: ReadonlySet<RequestName> = new Set<RequestName>(['state.get', 'state.resume', 'calls.cancel', 'tasks.cancel'])

/**
 * Derives the functions from the table. Input is checked before it leaves (a slip of ours is told as what it is), the answer before anybody uses it.
 * @param waits where reads on their way are listed @param shown the network that the page shows: said with each write, so that none is done to another that was chosen meanwhile
 */
export function createApi(
  link: Link,
  waits: Waits = createWaits(),
  now: () => number = Date.now,
  shown: () => string | null | undefined = () => undefined,
): Api {
  const names = Object.keys(requests) as RequestName[]
  const functions = names.map((name) => {
    const isListed = !requests[name].writes && !UNLISTED.has(name)
    return [
      name,
      async (input: unknown, signal?: AbortSignal) =>
        isListed
          ? listed(waits, name, signal, now, (own) => ask(link, name, input, own))
          : ask(link, name, input, signal, requests[name].writes ? shown() : undefined),
    ]
  })
  return Object.fromEntries(functions) as Api
}

async function ask(
  link: Link,
  name: RequestName,
  input: unknown,
  signal?: AbortSignal,
  shown?: string | null,
): Promise<ApiResult<unknown>> {
  const row = requests[name]
  const sent = row.input.safeParse(input)
  if (!sent.success) return failure('invalid-request', { request: name, path: sent.error.issues[0]?.path.join('.') ?? '' })
  const result: unknown = await link.call(name, sent.data, signal, shown)
  return judge(name, result)
}

function judge(name: RequestName, result: unknown): ApiResult<unknown> {
  if (typeof result !== 'object' || result === null || !('ok' in result))
    return failure('internal', { request: name, reason: 'bad-answer' })
  if (result.ok === true && 'value' in result) {
    const value = requests[name].output.safeParse(result.value)
    return value.success ? { ok: true, value: value.data } : failure('internal', { request: name, reason: 'bad-answer' })
  }
  const error = 'error' in result ? apiErrorSchema.safeParse(result.error) : undefined
  return error?.success ? { ok: false, error: error.data } : failure('internal', { request: name, reason: 'bad-answer' })
}

function failure(code: 'internal' | 'invalid-request', detail: Record<string, string>): ApiResult<never> {
  return { ok: false, error: { code, detail, ref: '' } }
}
