import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWebShell } from '#main/shells/web/shell.ts'
import { ask, createStage, openSocket, postForm, type Stage } from '#test/shells/support/web-client.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

test('S17: without a session there is no page and no socket', async () => {
  for (const path of ['/', '/index.html', '/assets/index-Ab12Cd34.js'])
    expect((await ask(stage.port, path)).body).not.toContain('<title>page</title>')
  const tries: Record<string, string>[] = [{ Origin: stage.origin }, { Origin: stage.origin, Cookie: `hearth_session=${'A'.repeat(43)}` }]
  for (const headers of tries) {
    const socket = await openSocket(stage.port, headers)
    expect((await socket.ended).code).toBe(4401)
  }
  expect(stage.app.calls).toEqual([])
})

test('S17: a socket from another origin is refused, whatever cookie the browser sends along', async () => {
  const Cookie = await stage.login()
  for (const Origin of [
    'https://evil.example',
    `${stage.origin}.evil.example`,
    'null',
    `http://localhost:${stage.port}`,
    `http://127.0.0.1:${stage.confirmPort}`,
  ]) {
    const socket = await openSocket(stage.port, { Origin, Cookie })
    expect([Origin, (await socket.ended).status]).toEqual([Origin, 403])
  }
  expect((await (await openSocket(stage.port, { Cookie })).ended).status).toBe(403)
  const own = await openSocket(stage.port, { Origin: stage.origin, Cookie })
  own.send({ id: 1, name: 'state.get', input: {} })
  expect(await own.next()).toMatchObject({ id: 1, result: { ok: true } })
  own.socket.terminate()
})

test('S17: a name that was rebound to this machine gets nothing', async () => {
  const Cookie = await stage.login()
  for (const Host of [
    'evil.example',
    `evil.example:${stage.port}`,
    `localhost:${stage.port}`,
    '',
    `127.0.0.1:${stage.port}.evil.example`,
  ]) {
    const page = await ask(stage.port, '/', { headers: { Host, Cookie } })
    expect([Host, page.status >= 400, page.body.includes('<title>page</title>')]).toEqual([Host, true, false])
  }
})

test('S17: a one-time link is good once', async () => {
  const token = stage.token()
  expect((await ask(stage.port, `/open?token=${token}`)).status).toBe(303)
  expect((await ask(stage.port, `/open?token=${token}`)).status).toBeGreaterThanOrEqual(400)
})

test('S17: who guesses is made to wait', async () => {
  await stage.access.setPassword(null, 'violet tractor seldom ink', 'x', { address: '127.0.0.1', browser: 'x' })
  const statuses: number[] = []
  for (let guess = 0; guess < 12; guess += 1) statuses.push((await postForm(stage, '/sign-in', { password: `guess ${guess}` })).status)
  expect(statuses.every((status) => status >= 400)).toBe(true)
  expect(statuses).toContain(429)
})

test('S17: beyond this machine it does not listen in the clear', async () => {
  const parts = {
    app: stage.app,
    access: stage.access,
    rendererDir: '',
    surfaceCss: new Uint8Array(),
    port: 0,
    confirmPort: 0,
    log: stage.log,
  }
  for (const bind of ['0.0.0.0', '::', '192.0.2.1']) await expect(createWebShell({ ...parts, bind })).rejects.toThrow(/TLS/)
})
