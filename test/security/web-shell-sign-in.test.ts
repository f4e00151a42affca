import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_WAIT_MS, FREE_TRIES } from '#main/shells/web/lock-out.ts'
import { MAX_SESSIONS, SESSION_IDLE_MS, SESSION_LIFE_MS } from '#main/shells/web/sessions.ts'
import { SIGN_IN_FILE } from '#main/shells/web/sign-in-file.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { FIREFOX, NEXT, PASSWORD, restarted, signInSteps } from '#test/shells/support/sign-in-steps.ts'
import { ask, cookieFrom, createStage, expectHardened, postForm, type Answer, type Stage } from '#test/shells/support/web-client.ts'

/** SECURITY: S17 and S19 of the sign-in password and its sessions, against a shell that really listens. */
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())
const { call, open, page, signIn, withPassword } = signInSteps(() => stage)

describe('signing in', () => {
  test('before there is a password, there is no page for it and no way in', async () => {
    expect((await page('', '/sign-in')).status).toBe(401)
    const answer = await signIn('')
    expect([answer.status, cookieFrom(answer)]).toEqual([401, ''])
    expect((await page('')).status).toBe(401)
  })

  test('the front page leads to it, and the right password opens a session', async () => {
    await withPassword()
    const front = await page('')
    expect([front.status, front.headers.location]).toEqual([303, '/sign-in'])
    const form = await page('', '/sign-in')
    expect(form.status).toBe(200)
    expect(form.body).toContain('name="password"')
    expect(form.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    expectHardened(form)
    expect((await page('', '/surface.css')).status).toBe(200)
    const opened = await signIn(PASSWORD)
    expect([opened.status, opened.headers.location]).toEqual([303, '/'])
    expect(opened.headers['set-cookie']?.[0]).toMatch(/^hearth_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    expect((await page(cookieFrom(opened))).body).toContain('<title>page</title>')
    const again = await page(cookieFrom(opened), '/sign-in')
    expect([again.status, again.headers.location]).toEqual([303, '/'])
  })

  test.each(['/index.html', '/assets/index-Ab12Cd34.js', '/password', '/plain.svg'])('%s shows nothing without a session', async (path) => {
    await withPassword()
    const answer = await page('', path)
    expect([401, 303]).toContain(answer.status)
    expect(answer.body).not.toContain('<title>page</title>')
    expect(answer.headers.location ?? '/sign-in').toBe('/sign-in')
    expectHardened(answer)
  })

  test('a wrong, empty, doubled or nearly right password opens nothing', async () => {
    await withPassword()
    for (const wrong of ['', PASSWORD.toUpperCase(), `${PASSWORD} `, 'x'.repeat(1024)]) {
      const answer = await signIn(wrong)
      expect([wrong, answer.status, cookieFrom(answer)]).toEqual([wrong, 401, ''])
      expect(answer.body).toContain('not the sign-in password')
      expectHardened(answer)
      stage.wait(FIRST_WAIT_MS * 100)
    }
    const doubled = await ask(stage.port, '/sign-in', {
      method: 'POST',
      headers: { Origin: stage.origin, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `password=${encodeURIComponent(PASSWORD)}&password=x`,
    })
    expect(doubled.status).toBe(401)
  })

  test('the form is taken from its own page alone, in its own form and size', async () => {
    await withPassword()
    const foreign: Record<string, string>[] = [
      { Origin: 'null' },
      { Origin: 'http://evil.example' },
      { Origin: `http://localhost:${stage.port}` },
      { Origin: stage.shell.confirmOrigin },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Host: 'evil.example' },
    ]
    for (const headers of foreign) expect([headers, (await signIn(PASSWORD, headers)).status]).toEqual([headers, 403])
    const bare = await ask(stage.port, '/sign-in', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `password=${encodeURIComponent(PASSWORD)}`,
    })
    expect(bare.status).toBe(403)
    expect((await signIn(PASSWORD, { 'Content-Type': 'application/json' })).status).toBe(415)
    expect((await signIn('x'.repeat(17 * 1024))).status).toBe(413)
    expect((await signIn('x'.repeat(20 * 1024 * 1024)).catch((error: NodeJS.ErrnoException) => ({ status: error.code }))).status).toBeOneOf(
      [413, 'EPIPE', 'ECONNRESET'],
    )
    // None of them was looked at: the first right one is still free.
    expect((await signIn(PASSWORD)).status).toBe(303)
  })

  test('the password and the cookies are nowhere on disk or in the log', async () => {
    await withPassword()
    await signIn('wrong but long enough')
    const opened = await signIn(PASSWORD)
    const value = cookieFrom(opened).split('=')[1] ?? ''
    const text = await readFile(join(stage.dataDir, SIGN_IN_FILE), 'utf8')
    expect((await stat(join(stage.dataDir, SIGN_IN_FILE))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(text)).toMatchObject({ password: { algorithm: 'scrypt' }, sessions: [{ how: 'link' }, { how: 'password' }] })
    for (const secret of [PASSWORD, 'wrong but long enough', value]) {
      expect(value.length).toBe(43)
      expect(text).not.toContain(secret)
      expect(stage.log.lines.join('\n')).not.toContain(secret)
    }
  })
})

describe('the first password', () => {
  test('is asked for right after the first link where others can reach this machine, and may wait', async () => {
    await stage.close()
    stage = await createStage(createShellApp(), { bind: '0.0.0.0', tls: true })
    const Host = `127.0.0.1:${stage.port}`
    const opened = await ask(stage.port, `/open?token=${stage.token()}`, { tls: true, headers: { Host } })
    expect(opened.headers.location).toBe('/password')
    const headers = { Host, Origin: `https://${Host}`, Cookie: cookieFrom(opened) }
    const form = await ask(stage.port, '/password', { tls: true, headers })
    expect(form.body).toContain('name="again"')
    expect(form.body).toContain('href="/"')
    expectHardened(form)
    const choose = (password: string, again: string): Promise<Answer> =>
      postForm(stage, '/password', { password, again }, { tls: true, headers })
    expect((await choose(PASSWORD, NEXT)).body).toContain('differ')
    expect((await choose('short', 'short')).body).toContain('at least')
    expect((await choose('passwordpassword', 'passwordpassword')).body).toContain('easy to guess')
    expect(stage.access.passwordSetAtMs()).toBeNull()
    expect((await choose(PASSWORD, PASSWORD)).headers.location).toBe('/')
    expect(stage.access.passwordSetAtMs()).not.toBeNull()
    expect(
      (await postForm(stage, '/sign-in', { password: PASSWORD }, { tls: true, headers: { Host, Origin: headers.Origin } })).status,
    ).toBe(303)
    // From now on only over the page of sessions, with the old one.
    expect((await ask(stage.port, '/password', { tls: true, headers })).headers.location).toBe('/')
    await choose(NEXT, NEXT)
    expect((await postForm(stage, '/sign-in', { password: NEXT }, { tls: true, headers: { Host, Origin: headers.Origin } })).status).toBe(
      401,
    )
  })

  test('is set by nobody without a session', async () => {
    expect((await postForm(stage, '/password', { password: PASSWORD, again: PASSWORD })).status).toBe(401)
    expect(stage.access.passwordSetAtMs()).toBeNull()
  })
})

describe('changing the password', () => {
  test('asks for the old one, ends every other session and leaves this one', async () => {
    await withPassword()
    const mine = cookieFrom(await signIn(PASSWORD))
    const other = await open(cookieFrom(await signIn(PASSWORD)))
    const socket = await open(mine)
    expect(await call(socket, 'signIn.setPassword', { current: null, password: NEXT })).toMatchObject({ error: { code: 'wrong-password' } })
    expect(await call(socket, 'signIn.setPassword', { current: 'guess guess guess', password: NEXT })).toMatchObject({
      error: { code: 'wrong-password', detail: { reason: 'sign-in' } },
    })
    expect(await call(socket, 'signIn.setPassword', { current: PASSWORD, password: 'aaaaaaaaaaaa' })).toMatchObject({
      error: { code: 'weak-password' },
    })
    expect((await signIn(PASSWORD)).status).toBe(303)
    expect(await call(socket, 'signIn.setPassword', { current: PASSWORD, password: NEXT })).toEqual({ ok: true, value: {} })
    expect((await other.ended).code).toBe(4401)
    expect((await page(mine)).status).toBe(200)
    expect((await signIn(PASSWORD)).status).toBe(401)
    expect((await signIn(NEXT)).status).toBe(303)
  })

  test('is no way to guess the old one', async () => {
    const socket = await open(await withPassword())
    for (let miss = 0; miss < FREE_TRIES; miss += 1)
      expect(await call(socket, 'signIn.setPassword', { current: `guess ${miss}`, password: NEXT })).toMatchObject({
        error: { code: 'wrong-password' },
      })
    const locked = await call(socket, 'signIn.setPassword', { current: PASSWORD, password: NEXT })
    expect(locked).toMatchObject({ error: { code: 'too-many-tries', detail: { seconds: expect.stringMatching(/^[1-9]\d*$/) } } })
  })

  test.each([
    ['signIn.setPassword', { current: null }],
    ['signIn.setPassword', { current: 1, password: NEXT }],
    ['signIn.setPassword', { current: null, password: NEXT, more: 1 }],
    ['sessions.list', { all: true }],
    ['sessions.end', {}],
    ['sessions.endAll', { exceptThis: 'no' }],
  ])('%s with %j is refused and reaches nothing', async (name, input) => {
    const socket = await open(await stage.login())
    expect(await call(socket, name, input)).toMatchObject({ error: { code: 'invalid-request' } })
    expect(stage.access.passwordSetAtMs()).toBeNull()
    expect(stage.app.calls).toEqual([])
  })
})

describe('sessions', () => {
  test('are listed with browser, address and times, the own one first, and no word that opens one', async () => {
    await withPassword()
    stage.wait(5_000)
    const socket = await open(cookieFrom(await signIn(PASSWORD, { 'User-Agent': 'curl/8.1' })), { 'User-Agent': FIREFOX })
    const listed = await call(socket, 'sessions.list', {})
    expect(listed).toMatchObject({
      ok: true,
      value: {
        passwordSetAtMs: expect.any(Number),
        sessions: [
          { browser: 'Firefox on Linux', address: '127.0.0.1', how: 'password', current: true },
          { browser: 'Unknown browser', address: '127.0.0.1', how: 'link', current: false },
        ],
      },
    })
    for (const { hash } of stage.access.sessions()) expect(JSON.stringify(listed)).not.toContain(hash)
  })

  test('are ended one by one: page and socket at once, and the cookie never opens again', async () => {
    const first = await withPassword()
    const second = cookieFrom(await signIn(PASSWORD))
    const victim = await open(second)
    const socket = await open(first)
    const { sessions } = (await call(socket, 'sessions.list', {}))['value'] as { sessions: { id: string; current: boolean }[] }
    const id = sessions.find(({ current }) => !current)?.id
    expect(await call(socket, 'sessions.end', { id })).toEqual({ ok: true, value: {} })
    expect((await victim.ended).code).toBe(4401)
    expect((await page(second)).status).toBe(303)
    expect((await (await open(second)).ended).code).toBe(4401)
    expect((await page(first)).status).toBe(200)
    expect(await call(socket, 'sessions.end', { id })).toEqual({ ok: true, value: {} })
  })

  test('are ended all, but this one or with it', async () => {
    const cookies = [await withPassword(), cookieFrom(await signIn(PASSWORD)), cookieFrom(await signIn(PASSWORD))]
    const socket = await open(cookies[0] ?? '')
    await call(socket, 'sessions.endAll', { exceptThis: true })
    expect(await Promise.all(cookies.map(async (cookie) => (await page(cookie)).status))).toEqual([200, 303, 303])
    socket.send({ id: 1, name: 'sessions.endAll', input: { exceptThis: false } })
    expect((await socket.ended).code).toBe(4401)
    expect((await page(cookies[0] ?? '')).status).toBe(303)
  })

  test('outlive a restart, and those that were ended do not come back', async () => {
    const kept = await withPassword()
    const ended = cookieFrom(await signIn(PASSWORD))
    await stage.access.end(stage.access.sessions().at(-1)?.id ?? '')
    stage = await restarted(stage)
    expect((await page(kept)).status).toBe(200)
    expect((await page(ended)).status).toBe(303)
    expect((await signIn(PASSWORD)).status).toBe(303)
  })

  test('end at the latest after a month, however busy, also over a restart', async () => {
    const cookie = await withPassword()
    const step = SESSION_IDLE_MS - 60_000
    let passedMs = 0
    for (; passedMs + step < SESSION_LIFE_MS; passedMs += step) {
      stage.wait(step)
      expect((await page(cookie)).status).toBe(200)
    }
    stage = await restarted(stage, passedMs)
    expect((await page(cookie)).status).toBe(200)
    stage.wait(SESSION_LIFE_MS - passedMs)
    expect((await page(cookie)).status).toBe(303)
  })

  test('that are too old end an open socket by themselves', async () => {
    const { dataDir } = stage
    await stage.shell.close()
    const first = stage
    stage = await createStage(createShellApp(), { dataDir, heartbeatMs: 30 })
    const socket = await open(await stage.login())
    stage.wait(SESSION_IDLE_MS + 1)
    expect((await socket.ended).code).toBe(4401)
    await first.close()
  })

  test('are bounded in number: the one that was quiet longest goes', async () => {
    const first = await withPassword()
    stage.wait(1_000)
    const second = cookieFrom(await signIn(PASSWORD))
    stage.wait(1_000)
    await page(first)
    for (let count = 2; count <= MAX_SESSIONS; count += 1) {
      stage.wait(1_000)
      await signIn(PASSWORD)
    }
    expect(stage.access.sessions()).toHaveLength(MAX_SESSIONS)
    expect([(await page(first)).status, (await page(second)).status]).toEqual([200, 303])
  })
})
