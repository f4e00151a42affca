import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FIRST_WAIT_MS, FREE_TRIES, FREE_TRIES_OF_ALL } from '#main/shells/web/lock-out.ts'
import { resetSignIn, SIGN_IN_FILE } from '#main/shells/web/sign-in-file.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { PASSWORD, restarted, signInSteps } from '#test/shells/support/sign-in-steps.ts'
import { cookieFrom, createStage, expectHardened, type Stage } from '#test/shells/support/web-client.ts'

/** SECURITY: S17 of the lock-out and of what is kept over a restart, against a shell that really listens. */
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())
const { page, signIn, withPassword } = signInSteps(() => stage)

describe('lock-out', () => {
  const miss = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) expect((await signIn(`wrong ${count}`)).status).toBe(401)
  }

  test('grows with every further wrong try, looks at nothing meanwhile and tells how long', async () => {
    await withPassword()
    await miss(FREE_TRIES)
    const check = vi.spyOn(stage.access, 'signIn')
    for (const factor of [1, 2, 4, 8]) {
      const locked = await signIn(PASSWORD)
      expect([locked.status, cookieFrom(locked)]).toEqual([429, ''])
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan((FIRST_WAIT_MS * factor) / 1000 - 5)
      expect(Number(locked.headers['retry-after'])).toBeLessThanOrEqual((FIRST_WAIT_MS * factor) / 1000)
      expect(locked.body).toMatch(/next try is open in \d+ (seconds|minutes?)/)
      expectHardened(locked)
      stage.wait(FIRST_WAIT_MS * factor)
      await miss(1)
    }
    expect(check).toHaveBeenCalledTimes(8)
    stage.wait(FIRST_WAIT_MS * 16)
    expect((await signIn(PASSWORD)).status).toBe(303)
  })

  test('counts what comes at once: no more than the free tries are looked at', async () => {
    await withPassword()
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => signIn(`wrong ${index}`)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(FREE_TRIES)
    expect((await signIn(PASSWORD)).status).toBe(429)
  })

  test('is not lifted by a restart', async () => {
    await withPassword()
    await miss(FREE_TRIES)
    stage = await restarted(stage)
    expect((await signIn(PASSWORD)).status).toBe(429)
    stage.wait(FIRST_WAIT_MS)
    expect((await signIn(PASSWORD)).status).toBe(303)
  })

  test('of one address is not that of another, until all together are too many; a link opens all the same', async () => {
    await stage.close()
    const proxied = { proxy: '127.0.0.1', names: ['hearth.example'], confirmName: 'confirm.example' }
    stage = await createStage(createShellApp(), proxied)
    const from = (address: string): Record<string, string> => ({
      Host: 'hearth.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': address,
      Origin: 'https://hearth.example',
    })
    const session = await stage.login(from('192.0.2.1'))
    await stage.access.setPassword(null, PASSWORD, session, { address: '192.0.2.1', browser: '' })
    for (let count = 0; count < FREE_TRIES; count += 1) expect((await signIn('wrong', from('192.0.2.7'))).status).toBe(401)
    expect((await signIn(PASSWORD, from('192.0.2.7'))).status).toBe(429)
    expect((await signIn(PASSWORD, from('192.0.2.8'))).status).toBe(303)
    for (let count = FREE_TRIES; count < FREE_TRIES_OF_ALL; count += 1)
      expect((await signIn('wrong', from(`198.51.100.${count}`))).status).toBe(401)
    expect((await signIn(PASSWORD, from('192.0.2.8'))).status).toBe(429)
    expect(await stage.login(from('192.0.2.8'))).toMatch(/^__Host-hearth_session=/)
    // Seconds, not hours: nobody keeps the owner out for long.
    stage.wait(5_000)
    expect((await signIn(PASSWORD, from('192.0.2.8'))).status).toBe(303)
  })
})

describe('what is kept', () => {
  test('is forgotten on request, and nothing else is touched', async () => {
    const cookie = await withPassword()
    await writeFile(join(stage.dataDir, 'hearth.db'), 'money')
    await stage.shell.close()
    expect(await resetSignIn(stage.dataDir)).toBe(true)
    expect(await resetSignIn(stage.dataDir)).toBe(false)
    stage = await restarted(stage)
    expect((await page(cookie)).status).toBe(401)
    expect((await signIn(PASSWORD)).status).toBe(401)
    expect(await readFile(join(stage.dataDir, 'hearth.db'), 'utf8')).toBe('money')
  })

  test.each([
    ['empty', () => ''],
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['with a cost that would eat the machine', (text: string) => text.replace('"n":1024', '"n":1073741824')],
    ['with a cost that anybody breaks', (text: string) => text.replace('"n":1024', '"n":2')],
    ['with a session more than it says', (text: string) => text.replace('"sessions":[', '"sessions":[{"id":"x"},')],
  ])('when it is %s it opens nothing, is put aside whole, and a link still does', async (_name, damage) => {
    const cookie = await withPassword()
    await stage.shell.close()
    const file = join(stage.dataDir, SIGN_IN_FILE)
    const damaged = damage(await readFile(file, 'utf8'))
    await writeFile(file, damaged)
    stage = await restarted(stage)
    expect(stage.access.damaged).toMatch(/sign-in\.json\.damaged-\d+$/)
    expect((await page(cookie)).status).toBe(401)
    expect((await signIn(PASSWORD)).status).toBe(401)
    const aside = (await readdir(stage.dataDir)).find((name) => name.includes('.damaged-')) ?? ''
    expect(await readFile(join(stage.dataDir, aside), 'utf8')).toBe(damaged)
    expect((await page(await stage.login())).status).toBe(200)
  })
})
