import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '#main/core/ports/log.ts'
import { HearthError } from '#shared/api/errors.ts'
import { surfaceHeaders, transportHeaders } from '../headers.ts'
import { isFormType } from '../surface-rules.ts'
import type { Access } from './access.ts'
import { answer, answerSentence, single, type Headers } from './answer.ts'
import { readBody } from './request-body.ts'
import { redirect, setCookie } from './session-cookie.ts'
import { choosePasswordPage, formField, MAX_SIGN_IN_BODY_BYTES, signInPage, waitInWords } from './sign-in-page.ts'
import type { Asked, Site } from './site.ts'

const SENTENCES = {
  wrongType: 'This is not the form of this page.',
  tooLarge: 'This is more than the form can hold.',
  wrong: 'That is not the sign-in password. Capitals count.',
  noPassword: 'No sign-in password is set: use a one-time link.',
  differ: 'The two differ. Type the same password twice.',
  tooMany: (wait: string): string => `Too many wrong passwords. The next try is open in ${wait}; until then none is looked at.`,
  busy: 'Many are trying to sign in at this moment. Try again in a few seconds.',
}

/** The two pages without script: sign in, and choose the first password. */
export interface SignInForms {
  show(request: IncomingMessage, response: ServerResponse, which: 'signIn' | 'choose'): void
  /** The caller has judged where the form comes from. */
  signIn(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void>
  choose(request: IncomingMessage, response: ServerResponse, asked: Asked, session: string): Promise<void>
}

export function createSignInForms({ access, site, log }: { access: Access; site: Site; log: Log }): SignInForms {
  const headers: Headers = { ...surfaceHeaders(), ...transportHeaders(site.secure) }
  const html: Headers = { ...headers, 'Content-Type': 'text/html; charset=utf-8' }

  /** Reads the form and wipes our copy of it. @returns undefined when it was refused, with the answer sent */
  const read = async (request: IncomingMessage, response: ServerResponse, names: string[]): Promise<(string | undefined)[] | undefined> => {
    if (!isFormType(single(request, 'content-type'))) {
      answerSentence(request, response, 415, headers, SENTENCES.wrongType)
      return undefined
    }
    const body = await readBody(request, MAX_SIGN_IN_BODY_BYTES)
    if (body === undefined) {
      answerSentence(request, response, 413, headers, SENTENCES.tooLarge)
      return undefined
    }
    try {
      return names.map((name) => formField(body, name))
    } finally {
      // SECURITY: S18 the body holds a password.
      body.fill(0)
    }
  }
  const page = (request: IncomingMessage, response: ServerResponse, status: number, bytes: Buffer, extra: Headers = {}): void =>
    answer(request, response, status, { ...html, ...extra }, bytes)

  return {
    show: (request, response, which) => page(request, response, 200, which === 'signIn' ? signInPage() : choosePasswordPage()),
    async signIn(request, response, asked) {
      const [password] = (await read(request, response, ['password'])) ?? []
      if (response.writableEnded) return
      const outcome = await access.signIn(password ?? '', asked)
      switch (outcome.kind) {
        case 'opened':
          log.info('a browser signed in', { address: asked.address })
          return redirect(response, { ...headers, 'Set-Cookie': setCookie(site, outcome.cookie) }, '/')
        case 'wrong':
          log.warn('a sign-in was refused', { address: asked.address })
          return page(request, response, 401, signInPage(SENTENCES.wrong))
        case 'no-password':
          return answerSentence(request, response, 401, headers, SENTENCES.noPassword)
        case 'locked-out':
          return page(request, response, 429, signInPage(SENTENCES.tooMany(waitInWords(outcome.waitMs))), {
            'Retry-After': String(Math.ceil(outcome.waitMs / 1000)),
          })
      }
    },
    async choose(request, response, asked, session) {
      const [password, again] = (await read(request, response, ['password', 'again'])) ?? []
      if (response.writableEnded) return
      if (password === undefined || password !== again) return page(request, response, 400, choosePasswordPage(SENTENCES.differ))
      try {
        await access.setPassword(null, password, session, asked)
      } catch (error) {
        if (error instanceof HearthError && error.code === 'weak-password')
          return page(request, response, 400, choosePasswordPage(error.detail['advice'] ?? error.message))
        // Somebody else chose one meanwhile: it is asked for on the page of sessions.
        if (error instanceof HearthError && error.code === 'wrong-password') return redirect(response, headers, '/')
        if (error instanceof HearthError) return page(request, response, 429, choosePasswordPage(SENTENCES.busy))
        throw error
      }
      log.info('the sign-in password was set')
      redirect(response, headers, '/')
    },
  }
}
