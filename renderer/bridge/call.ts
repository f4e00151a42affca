import { apiErrorSchema, type ApiResult } from '#shared/api/errors.ts'
import { requests, type RequestInput, type RequestName, type RequestOutput } from '#shared/api/requests.ts'
import type { Link } from './link.ts'

/** One typed function per row of the request table. None rejects: failures are values. */
export type Api = { readonly [N in RequestName]: (input: RequestInput<N>) => Promise<ApiResult<RequestOutput<N>>> }

/** Derives the functions from the table. Input is checked before it leaves (a slip of ours is told as what it is), the answer before anybody uses it. */
export function createApi(link: Link): Api {
  const names = Object.keys(requests) as RequestName[]
  const functions = names.map((name) => [name, async (input: unknown) => ask(link, name, input)])
  return Object.fromEntries(functions) as Api
}

async function ask(link: Link, name: RequestName, input: unknown): Promise<ApiResult<unknown>> {
  const row = requests[name]
  const sent = row.input.safeParse(input)
  if (!sent.success) return failure('invalid-request', { request: name, path: sent.error.issues[0]?.path.join('.') ?? '' })
  const result: unknown = await link.call(name, sent.data)
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
