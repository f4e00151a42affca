import type { Log } from '#main/core/ports/log.ts'
import { HearthError, type ApiResult } from '#shared/api/errors.ts'
import { requests, type RequestName, type RequestOutput, type RequestParsed } from '#shared/api/requests.ts'
import { refusal } from '../request-gate.ts'
import type { Access } from './access.ts'
import type { Visitor } from './sessions.ts'

/** Who asks: the session that the socket was opened with. */
export interface Asker {
  session: string
  visitor: Visitor
}
type Answers = {
  [N in 'sessions.list' | 'sessions.end' | 'sessions.endAll' | 'signIn.setPassword']: (
    input: RequestParsed<N>,
    asker: Asker,
  ) => Promise<RequestOutput<N>>
}

/** The rows of the request table that this shell answers itself, since only it knows who is signed in. */
export interface SessionRequests {
  /** @returns undefined when the row is not one of ours */
  answer(name: string, input: unknown, asker: Asker): Promise<ApiResult<unknown>> | undefined
}

export function createSessionRequests(access: Access, log: Log): SessionRequests {
  const answers: Answers = {
    'sessions.list': (_input, { session }) =>
      Promise.resolve({
        passwordSetAtMs: access.passwordSetAtMs(),
        sessions: access
          .sessions()
          .map(({ id, browser, address, how, createdAtMs, seenAtMs }) => ({
            id,
            browser,
            address,
            how,
            createdAtMs,
            seenAtMs,
            current: id === session,
          }))
          .sort((a, b) => Number(b.current) - Number(a.current) || b.seenAtMs - a.seenAtMs),
      }),
    'sessions.end': async ({ id }) => {
      await access.end(id)
      return {}
    },
    'sessions.endAll': async ({ exceptThis }, { session }) => {
      await access.endAll(exceptThis ? session : undefined)
      return {}
    },
    'signIn.setPassword': async ({ current, password }, { session, visitor }) => {
      await access.setPassword(current, password, session, visitor)
      log.info('the sign-in password was set')
      return {}
    },
  }
  const run = async (name: keyof Answers, input: unknown, asker: Asker): Promise<ApiResult<unknown>> => {
    const parsed = requests[name].input.safeParse(input)
    if (!parsed.success) return refusal('invalid-request')
    try {
      const answer = answers[name] as (input: unknown, asker: Asker) => Promise<unknown>
      return { ok: true, value: await answer(parsed.data, asker) }
    } catch (error) {
      if (error instanceof HearthError) return refusal(error.code, error.detail)
      // SECURITY: S18 the text of an error could quote what was typed.
      const cause = requests[name as RequestName].secret ? new Error('withheld: secret request') : error
      return { ok: false, error: { code: 'internal', ref: log.error('request failed', cause, { name }) } }
    }
  }
  return {
    answer: (name, input, asker) => (Object.hasOwn(answers, name) ? run(name as keyof Answers, input, asker) : undefined),
  }
}
