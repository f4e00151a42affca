import { expect } from 'vitest'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { ask, createStage, openSocket, postForm, type Answer, type Stage, type StageOptions, type TestSocket } from './web-client.ts'

export const PASSWORD = 'violet tractor seldom ink'
export const NEXT = 'copper window hardly june'
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0'

/** What people do at the door of the web shell. @param stage the one that stands at the moment */
export interface SignInSteps {
  signIn: (password: string, headers?: Record<string, string>) => Promise<Answer>
  page: (cookie: string, path?: string) => Promise<Answer>
  open: (cookie: string, headers?: Record<string, string>) => Promise<TestSocket>
  call: (socket: TestSocket, name: string, input: object) => Promise<Record<string, unknown>>
  /** Opens a session by a link and sets the password over its socket. @returns the session's cookie */
  withPassword: () => Promise<string>
}

export function signInSteps(stage: () => Stage): SignInSteps {
  const steps: SignInSteps = {
    signIn: (password, headers = {}) => postForm(stage(), '/sign-in', { password }, { headers }),
    page: (cookie, path = '/') => ask(stage().port, path, { headers: { Cookie: cookie } }),
    open: (cookie, headers = {}) => openSocket(stage().port, { Origin: stage().origin, Cookie: cookie, ...headers }),
    async call(socket, name, input) {
      socket.send({ id: name, name, input })
      return (await socket.next())['result'] as Record<string, unknown>
    },
    async withPassword() {
      const cookie = await stage().login({ 'User-Agent': FIREFOX })
      const socket = await steps.open(cookie)
      expect(await steps.call(socket, 'signIn.setPassword', { current: null, password: PASSWORD })).toEqual({ ok: true, value: {} })
      socket.socket.close()
      return cookie
    },
  }
  return steps
}

/** The same folder and another shell, as after a restart. @param carryMs moves the clock of the new one to where the old one was */
export async function restarted(before: Stage, carryMs = 0, options: StageOptions = {}): Promise<Stage> {
  await before.shell.close()
  const stage = await createStage(createShellApp(), { dataDir: before.dataDir, ...options })
  stage.wait(carryMs)
  const close = stage.close.bind(stage)
  stage.close = async () => {
    await close()
    await before.close()
  }
  return stage
}
